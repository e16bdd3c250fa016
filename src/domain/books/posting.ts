import { z } from 'zod';
import { currency } from '../kernel/currency.ts';
import { amountMax, type Money } from '../kernel/money.ts';
import { accountCode, type Side } from './chart.ts';

/**
 * An amount that goes from one account to another: what `debit` is charged, `credit` is credited. An entry is a list of
 * these, so that one which does not balance cannot even be written down.
 */
export const posting = z.strictObject({
  debit: accountCode,
  credit: accountCode,
  amount: z.int().min(1).max(amountMax),
  currency,
});
export type Posting = Readonly<z.output<typeof posting>>;

export const postingsMax = 200;
export const postings = z.array(posting).max(postingsMax);

/** The posting of `amount`, or nothing where that is zero. */
export function post(debit: string, credit: string, { amount, currency: code }: Money): readonly Posting[] {
  return amount === 0 ? [] : [{ debit, credit, amount, currency: code }];
}

/** One side of a posting. */
export interface JournalLine {
  readonly account: string;
  readonly side: Side;
  readonly amount: number;
  readonly currency: string;
}

/** The lines of an entry, as a journal shows them: debit before credit, posting by posting. */
export function linesOfEntry(entry: readonly Posting[]): readonly JournalLine[] {
  return entry.flatMap(({ debit, credit, amount, currency: code }) => [
    { account: debit, side: 'debit', amount, currency: code } as const,
    { account: credit, side: 'credit', amount, currency: code } as const,
  ]);
}
