import type { Posting } from '../domain/books/posting.ts';
import { blockOf, blockSize, dayOf, minuteOf, spanSize } from '../domain/books/slots.ts';
import { type BookedEvent, booksScope, postingsIn } from './books-events.ts';
import type { Projection } from './projection.ts';

/**
 * What was booked on each account of one currency: ever, on a day, in a minute, by a block or a span of the log. Days and
 * minutes are those the entries took effect in, blocks and spans are of positions. Any state of the books is a sum of few
 * of these.
 */
export interface Balances {
  readonly currency: string;
  /** `all`, `day 2026-03-01`, `minute 2026-03-01T09:05`, `block 00000000000012` or `span 00000000000000`. */
  readonly slot: string;
  /** Of the last entry in it. */
  readonly position: number;
  /** In the order they were first booked on. A list, because codes as names of members make copying four times as slow. */
  readonly accounts: readonly Booked[];
}

/** Minor units as decimal text, because sums may go beyond 2^53 − 1; and how many lines they are the sum of. */
interface Booked {
  readonly code: string;
  readonly debit: string;
  readonly credit: string;
  readonly entries: number;
}

export const balances: Projection<Balances, BookedEvent> = {
  ...booksScope,
  name: 'balances',
  version: 1,
  // The currency stands behind the slot, so that no two documents have the same place in the order.
  fields: ['slot', 'currency'],
  indexes: [['slot']],
  keys: (event) => {
    const postings = postingsIn(event);
    if (postings.length === 0) return noKeys;
    const { at, position } = event;
    const slots = [
      'all',
      `day ${dayOf(at)}`,
      `minute ${minuteOf(at)}`,
      `block ${blockOf(position, blockSize)}`,
      `span ${blockOf(position, spanSize)}`,
    ];
    return currenciesIn(postings).flatMap((currency) => slots.map((slot) => `${currency} ${slot}`));
  },
  blank: (id) => ({ currency: id.slice(0, 3), slot: id.slice(4), position: 0, accounts: [] }),
  when: (before, event) => {
    if (before === undefined) return undefined;
    const accounts = [...before.accounts];
    for (const { debit, credit, amount, currency } of postingsIn(event)) {
      if (currency !== before.currency) continue;
      book(accounts, debit, amount, 0);
      book(accounts, credit, 0, amount);
    }
    return { currency: before.currency, slot: before.slot, position: event.position, accounts };
  },
  fieldsOf: ({ slot, currency }) => ({ slot: `${slot} ${currency}`, currency }),
};

const noKeys: readonly string[] = [];

function book(accounts: Booked[], code: string, debit: number, credit: number): void {
  const index = accounts.findIndex((each) => each.code === code);
  const before = accounts[index];
  if (before === undefined) accounts.push({ code, debit: String(debit), credit: String(credit), entries: 1 });
  else {
    accounts[index] = {
      code,
      debit: sum(before.debit, debit),
      credit: sum(before.credit, credit),
      entries: before.entries + 1,
    };
  }
}

/** Nearly every entry is in one currency. */
function currenciesIn(postings: readonly Posting[]): readonly string[] {
  const [first] = postings;
  if (first === undefined) return noKeys;
  if (postings.every(({ currency }) => currency === first.currency)) return [first.currency];
  return [...new Set(postings.map(({ currency }) => currency))];
}

/** Text of so many digits is a safe integer for certain. */
const safeDigits = 15;

/** Exact; numbers as long as they hold it, because that is what nearly every sum needs and they are faster. */
function sum(total: string, amount: number): string {
  if (amount === 0) return total;
  if (total.length <= safeDigits) {
    const next = Number(total) + amount;
    if (Number.isSafeInteger(next)) return String(next);
  }
  return String(BigInt(total) + BigInt(amount));
}
