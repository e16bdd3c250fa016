import type { Currency } from '../../../domain/kernel/currency.ts';
import { type Money, moneyOf } from '../../../domain/kernel/money.ts';
import { amountIn, type Book, type Row, textIn } from './book.ts';
import type { Knobs } from './knobs.ts';
import { report } from './outbox.ts';

/** How much of a kind is done in one change, so that it holds the book for a moment only. */
export const turnMax = 1_000;

/** What a simulated provider works with. */
export interface Provider {
  readonly book: Book;
  readonly knobs: Knobs;
}

/** Money of one payment that is held and neither captured nor given back. */
export interface Holds {
  readonly currency: Currency;
  readonly token: string;
  /** Of the newest authorization. */
  readonly reference: string;
  readonly references: ReadonlySet<string>;
  /** What can be captured, in minor units. */
  readonly rest: number;
  /** Whether a hold of it has ended by itself. */
  readonly hasExpired: boolean;
}

/** The holds of a payment as they are now, those that have expired taken off. `undefined` where it was never authorized. */
export function holdsOf(provider: Provider, payment: string, nowMs: number): Holds | undefined {
  expireDue(provider, nowMs, payment);
  const rows = provider.book.rows('SELECT * FROM authorizations WHERE payment = ? ORDER BY number', payment);
  const last = rows.at(-1);
  if (last === undefined) return undefined;
  return {
    currency: currencyOf(last),
    token: textIn(last, 'token'),
    reference: textIn(last, 'reference'),
    references: new Set(rows.map((row) => textIn(row, 'reference'))),
    rest: rows.reduce((sum, row) => sum + restOf(row), 0),
    hasExpired: rows.some((row) => amountIn(row, 'released') > 0 && amountIn(row, 'expires_ms') <= nowMs),
  };
}

/** Moves `amount` out of the holds of a payment, the oldest first. The caller has seen that there is as much. */
export function takeFromHolds(
  { book }: Provider,
  payment: string,
  amount: number,
  as: 'captured' | 'released',
): void {
  let left = amount;
  for (const row of book.rows('SELECT * FROM authorizations WHERE payment = ? ORDER BY number', payment)) {
    const taken = Math.min(left, restOf(row));
    left -= taken;
    if (taken > 0) move(book, row, taken, as);
  }
}

/** Ends the holds whose time is over, of one payment or of all, and reports each. Answers how many it ended. */
export function expireDue(provider: Provider, nowMs: number, payment?: string): number {
  const { book } = provider;
  const open = 'SELECT * FROM authorizations WHERE captured + released < amount AND expires_ms <= ?';
  const due =
    payment === undefined
      ? book.rows(`${open} ORDER BY expires_ms, number LIMIT ?`, nowMs, turnMax)
      : book.rows(`${open} AND payment = ? ORDER BY number`, nowMs, payment);
  for (const row of due) {
    const rest = restOf(row);
    const reference = textIn(row, 'reference');
    move(book, row, rest, 'released');
    report(provider, reference, nowMs, {
      type: 'authorization.expired',
      paymentId: textIn(row, 'payment'),
      reference,
      amount: moneyOf(rest, currencyOf(row)),
    });
  }
  return due.length;
}

/** What has been captured of a payment, and how much of that has gone back: in minor units. */
export function takenOf({ book }: Provider, payment: string): { captured: number; returned: number } {
  const row = book.row(
    `SELECT (SELECT sum(amount) FROM captures WHERE payment = ?1) AS captured,
       coalesce((SELECT sum(amount) FROM refunds WHERE payment = ?1), 0)
         + coalesce((SELECT sum(amount) FROM disputes WHERE payment = ?1 AND status <> 'won'), 0) AS returned`,
    payment,
  );
  return { captured: amountIn(row, 'captured'), returned: amountIn(row, 'returned') };
}

/** Takes a fee for what `reference` names. */
export function charge(
  { book }: Provider,
  payment: string,
  reference: string,
  { amount, currency }: Money,
): void {
  book.run(
    'INSERT INTO fees (reference, payment, currency, amount) VALUES (?, ?, ?, ?)',
    reference,
    payment,
    currency,
    amount,
  );
}

/** The book has it from a call, which was in a currency there is. */
export function currencyOf(row: Row): Currency {
  return textIn(row, 'currency') as Currency;
}

function restOf(row: Row): number {
  return amountIn(row, 'amount') - amountIn(row, 'captured') - amountIn(row, 'released');
}

function move(book: Book, row: Row, amount: number, as: 'captured' | 'released'): void {
  const sql =
    as === 'captured'
      ? 'UPDATE authorizations SET captured = captured + ? WHERE number = ?'
      : 'UPDATE authorizations SET released = released + ? WHERE number = ?';
  book.run(sql, amount, amountIn(row, 'number'));
}
