import { moneyOf } from '../../../domain/kernel/money.ts';
import { amountIn, type Row, textIn } from './book.ts';
import { nameFor } from './chance.ts';
import { disputeFee } from './fees.ts';
import { charge, currencyOf, expireDue, holdsOf, type Provider, takenOf, turnMax } from './holds.ts';
import { report } from './outbox.ts';
import { performLate } from './take-call.ts';

/** What the provider was told to do by hand cannot be done to this payment. */
export class NotPossible extends Error {
  override readonly name = 'NotPossible';
}

const anyDue = `SELECT 1 WHERE EXISTS (SELECT 1 FROM plans WHERE due_ms <= ? LIMIT min(1, ?)) OR EXISTS (
  SELECT 1 FROM authorizations WHERE captured + released < amount AND expires_ms <= ?)`;

/**
 * Does what is due: ends of holds, and where there is an address to report them to, late approvals and disputes. Answers
 * whether more may be due.
 */
export function actWhenDue(provider: Provider, nowMs: number): boolean {
  const { book, knobs } = provider;
  const plansMax = knobs.webhooks === undefined ? 0 : turnMax;
  // Most of the time there is nothing to do.
  if (!book.finds(anyDue, nowMs, plansMax, nowMs)) return false;
  return book.write(() => {
    const due = book.rows(
      'SELECT * FROM plans WHERE due_ms <= ? ORDER BY due_ms, number LIMIT ?',
      nowMs,
      plansMax,
    );
    for (const plan of due) carryOut(provider, plan, nowMs);
    return expireDue(provider, nowMs) === turnMax || due.length === turnMax;
  });
}

function carryOut(provider: Provider, plan: Row, nowMs: number): void {
  provider.book.run('DELETE FROM plans WHERE number = ?', amountIn(plan, 'number'));
  if (plan['kind'] === 'approve') performLate(provider, textIn(plan, 'key'), nowMs);
  else if (disputableOf(provider, textIn(plan, 'payment')) > 0) {
    openDispute(provider, textIn(plan, 'payment'), nowMs);
  }
}

/** Approves now what was left open. @throws NotPossible */
export function settleLate(provider: Provider, payment: string, nowMs: number): void {
  provider.book.write(() => {
    const plans = provider.book.rows("SELECT * FROM plans WHERE payment = ? AND kind = 'approve'", payment);
    if (plans.length === 0) throw new NotPossible(`Nothing of ${payment} was left open.`);
    for (const plan of plans) carryOut(provider, plan, nowMs);
  });
}

/** The customer's bank takes back all that can be, and a fee. @throws NotPossible */
export function dispute(provider: Provider, payment: string, nowMs: number): void {
  provider.book.write(() => {
    if (disputableOf(provider, payment) === 0) {
      throw new NotPossible(`Nothing of ${payment} is captured and not given back yet.`);
    }
    openDispute(provider, payment, nowMs);
  });
}

/** Ends the oldest open dispute. What is won comes back; the fee does not. @throws NotPossible */
export function resolveDispute(
  provider: Provider,
  payment: string,
  outcome: 'won' | 'lost',
  nowMs: number,
): void {
  const { book } = provider;
  book.write(() => {
    const open = book.row(
      "SELECT * FROM disputes WHERE payment = ? AND status = 'open' ORDER BY number LIMIT 1",
      payment,
    );
    if (open === undefined) throw new NotPossible(`No dispute of ${payment} is open.`);
    const reference = textIn(open, 'reference');
    book.run('UPDATE disputes SET status = ? WHERE reference = ?', outcome, reference);
    report(provider, reference, nowMs, {
      type: `dispute.${outcome}`,
      paymentId: payment,
      reference,
      amount: moneyOf(amountIn(open, 'amount'), currencyOf(open)),
    });
  });
}

/** Ends the holds of a payment before their time. @throws NotPossible */
export function expire(provider: Provider, payment: string, nowMs: number): void {
  provider.book.write(() => {
    if ((holdsOf(provider, payment, nowMs)?.rest ?? 0) === 0) {
      throw new NotPossible(`Nothing of ${payment} is held.`);
    }
    provider.book.run(
      'UPDATE authorizations SET expires_ms = ? WHERE payment = ? AND expires_ms > ?',
      nowMs,
      payment,
      nowMs,
    );
    expireDue(provider, nowMs, payment);
  });
}

function disputableOf(provider: Provider, payment: string): number {
  const { captured, returned } = takenOf(provider, payment);
  return captured - returned;
}

function openDispute(provider: Provider, payment: string, nowMs: number): void {
  const { book } = provider;
  const before = book.row('SELECT count(*) AS count FROM disputes WHERE payment = ?', payment);
  const reference = nameFor('dp', `${payment} ${amountIn(before, 'count') + 1}`);
  const capture = book.row('SELECT currency FROM captures WHERE payment = ? LIMIT 1', payment);
  if (capture === undefined) throw new NotPossible(`Nothing of ${payment} was captured.`);
  const amount = moneyOf(disputableOf(provider, payment), currencyOf(capture));
  const fee = moneyOf(disputeFee, amount.currency);
  book.run(
    "INSERT INTO disputes (reference, payment, currency, amount, status) VALUES (?, ?, ?, ?, 'open')",
    reference,
    payment,
    amount.currency,
    amount.amount,
  );
  charge(provider, payment, reference, fee);
  report(provider, reference, nowMs, { type: 'dispute.opened', paymentId: payment, reference, amount, fee });
}
