import { holdsCardNumber } from '../domain/kernel/card-number.ts';

const plain = /^[A-Za-z0-9_.:-]{1,64}$/;

/**
 * A name the caller made up, as an answer may repeat it: only when it cannot be a secret put in the wrong place. No
 * access token is that short, no address has only these characters, and card numbers are looked for.
 */
export function shownName(name: string): string {
  return plain.test(name) && !holdsCardNumber(name) ? name : '(withheld)';
}
