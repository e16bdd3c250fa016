import { type Posting, post } from '../books/posting.ts';
import type { Currency } from '../kernel/currency.ts';
import { moneyOf } from '../kernel/money.ts';
import { clearingOf } from './movement.ts';
import type { RowType } from './settlement-row.ts';

/** An entry that would put the books right, or make them say what is not explained. */
export interface ProposedEntry {
  /** Follows from what it is about and its amounts, so that whoever proposes it again proposes the same. */
  readonly entryId: string;
  readonly currency: Currency;
  readonly postings: readonly Posting[];
  readonly memo: string;
  readonly reference: string;
  /** When it takes effect, where that is not when it is booked. */
  readonly day?: string;
  readonly status: 'proposed' | 'booked' | 'reversed';
}

export type Draft = Omit<ProposedEntry, 'entryId' | 'status'>;

const suspense = '1900';

/** Brings the provider's account to what the file says; until somebody has found out why, suspense has the difference. */
export function suspensePostings(
  gateway: string,
  difference: number,
  currency: Currency,
): readonly Posting[] {
  return change(clearingOf(gateway), suspense, difference, currency);
}

/** What the provider charges more than the books say; less where it is negative. */
export function feePostings(
  gateway: string,
  type: RowType,
  fee: number,
  currency: Currency,
): readonly Posting[] {
  return change(clearingOf(gateway), type === 'dispute' ? '5100' : '5000', 0 - fee, currency);
}

/** Money that went from the provider's balance to the bank. */
export function payoutPostings(gateway: string, gross: number, currency: Currency): readonly Posting[] {
  return change(clearingOf(gateway), '1000', gross, currency);
}

function change(account: string, other: string, by: number, currency: Currency): readonly Posting[] {
  return by > 0
    ? post(account, other, moneyOf(by, currency))
    : post(other, account, moneyOf(0 - by, currency));
}

/** Marks entries that reconciliation has posted for a difference, and says what they are about. */
export function differenceReference(gateway: string, kind: string, subject: string): string {
  return `reconcile:${gateway}:${kind}:${subject}`;
}

/** What such a reference says; `undefined` for any other, and for other gateways. */
export function readDifferenceReference(
  gateway: string,
  reference: string | undefined,
): { readonly kind: string; readonly subject: string } | undefined {
  const start = `reconcile:${gateway}:`;
  if (reference?.startsWith(start) !== true) return undefined;
  const [kind = '', ...rest] = reference.slice(start.length).split(':');
  return { kind, subject: rest.join(':') };
}

export function isDifferenceReference(reference: string | undefined): boolean {
  return reference?.startsWith('reconcile:') === true;
}
