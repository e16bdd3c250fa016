import type { Instant } from '../../../domain/kernel/instant.ts';
import { checkedAdd, moneyOf } from '../../../domain/kernel/money.ts';
import type { GatewayAnswer, GatewayCall, GatewayOperation } from '../../../ports/payment-gateway.ts';
import { amountIn } from './book.ts';
import { chance, nameFor } from './chance.ts';
import { captureFee } from './fees.ts';
import { charge, type Holds, holdsOf, type Provider, takeFromHolds, takenOf } from './holds.ts';
import { behaviourOf } from './tokens.ts';

/** What is never changed any more once it was given. */
export type Decided = Extract<GatewayAnswer, { readonly kind: 'approved' | 'declined' }>;

type Perform = (provider: Provider, call: GatewayCall, nowMs: number) => Decided;

/** Does what a call asks for, or refuses it, as the provider's own book allows. Within a `write` of the book. */
export function perform(provider: Provider, call: GatewayCall, nowMs: number): Decided {
  if (call.amount.amount <= 0) return declined('invalid-amount');
  return operations[call.operation](provider, call, nowMs);
}

const operations: Readonly<Record<GatewayOperation, Perform>> = {
  authorize: (provider, call, nowMs) => {
    const code = refusalOf(provider, call);
    if (code !== undefined) return declined(code);
    const { book, knobs } = provider;
    const { key, paymentId, amount, token = '' } = call;
    const reference = nameFor('auth', key);
    const expiresMs = nowMs + knobs.holdMs;
    book.run(
      'INSERT INTO authorizations (reference, payment, token, currency, amount, expires_ms) VALUES (?, ?, ?, ?, ?, ?)',
      reference,
      paymentId,
      token,
      amount.currency,
      amount.amount,
      expiresMs,
    );
    return { kind: 'approved', reference, amount, expiresAt: instantAt(expiresMs) };
  },

  capture: onHolds((provider, call, holds, nowMs) => {
    const { key, paymentId, amount, final = false } = call;
    if (amount.amount > holds.rest) {
      return declined(holds.rest === 0 && holds.hasExpired ? 'hold-expired' : 'insufficient-hold');
    }
    const reference = nameFor('cap', key);
    const fee = moneyOf(captureFee(amount.amount), amount.currency);
    takeFromHolds(provider, paymentId, amount.amount, 'captured');
    if (final) takeFromHolds(provider, paymentId, holds.rest - amount.amount, 'released');
    record(provider, 'captures', reference, call);
    charge(provider, paymentId, reference, fee);
    if (behaviourOf(holds.token).isDisputed) planDispute(provider, paymentId, nowMs);
    return { kind: 'approved', reference, amount, fee };
  }),

  void: onHolds((provider, { paymentId, amount }, { rest, reference }) => {
    if (rest === 0) return declined('nothing-to-void');
    if (amount.amount > rest) return declined('insufficient-hold');
    takeFromHolds(provider, paymentId, amount.amount, 'released');
    return { kind: 'approved', reference, amount };
  }),

  refund: onHolds((provider, call) => {
    const { captured, returned } = takenOf(provider, call.paymentId);
    if (call.amount.amount > captured - returned) return declined('exceeds-captured');
    const reference = nameFor('ref', call.key);
    record(provider, 'refunds', reference, call);
    return { kind: 'approved', reference, amount: call.amount };
  }),
};

/** What comes after an authorization concerns one that there is, in its currency. */
function onHolds(
  then: (provider: Provider, call: GatewayCall, holds: Holds, nowMs: number) => Decided,
): Perform {
  return (provider, call, nowMs) => {
    const holds = holdsOf(provider, call.paymentId, nowMs);
    if (holds === undefined) return declined('unknown-payment');
    if (call.reference !== undefined && !holds.references.has(call.reference)) {
      return declined('unknown-reference');
    }
    if (call.amount.currency !== holds.currency) return declined('currency-mismatch');
    return then(provider, call, holds, nowMs);
  };
}

/** Why an authorization is declined: by its token, or by chance. */
function refusalOf({ book, knobs }: Provider, call: GatewayCall): string | undefined {
  const { key, paymentId, amount, token = '' } = call;
  const before = book.row(
    'SELECT min(currency) AS currency, sum(amount) AS amount FROM authorizations WHERE payment = ?',
    paymentId,
  );
  // The sums of one payment stay countable.
  if (checkedAdd(amountIn(before, 'amount'), amount.amount) === undefined) return 'amount-too-large';
  if (typeof before?.['currency'] === 'string' && before['currency'] !== amount.currency) {
    return 'currency-mismatch';
  }
  const { outcome } = behaviourOf(token);
  if (outcome !== undefined) return outcome === 'approved' ? undefined : 'card-declined';
  const attempt = attemptIn(key);
  if (chance(knobs.seed, 'outcome', paymentId, attempt) < knobs.approve) return undefined;
  return declineAt(chance(knobs.seed, 'decline', paymentId, attempt));
}

/** Which attempt at the payment it is: the number that the ledger's key ends with. */
function attemptIn(key: string): string {
  return /\d{1,9}$/.exec(key)?.[0] ?? key;
}

/** Reasons of declines, each with the chance below which it is taken. */
const declines = [
  { below: 0.5, code: 'insufficient-funds' },
  { below: 0.75, code: 'do-not-honor' },
  { below: 0.9, code: 'card-expired' },
] as const;

function declineAt(drawn: number): string {
  return declines.find(({ below }) => drawn < below)?.code ?? 'suspected-fraud';
}

function declined(code: string): Decided {
  return { kind: 'declined', code };
}

function record(
  { book }: Provider,
  table: 'captures' | 'refunds',
  reference: string,
  { paymentId, amount }: GatewayCall,
): void {
  const sql =
    table === 'captures'
      ? 'INSERT INTO captures (reference, payment, currency, amount) VALUES (?, ?, ?, ?)'
      : 'INSERT INTO refunds (reference, payment, currency, amount) VALUES (?, ?, ?, ?)';
  book.run(sql, reference, paymentId, amount.currency, amount.amount);
}

/** Once a payment. */
function planDispute({ book, knobs }: Provider, payment: string, nowMs: number): void {
  book.run(
    "INSERT INTO plans (kind, payment, key, due_ms) VALUES ('dispute', ?, '', ?) ON CONFLICT DO NOTHING",
    payment,
    nowMs + knobs.disputeMs,
  );
}

function instantAt(ms: number): Instant {
  return new Date(ms).toISOString() as Instant;
}
