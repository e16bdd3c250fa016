import type { OrderMoneyModel } from '../../support/order-money-model.ts';
import type { Action } from './operation.ts';

/** What the rules look at. */
export interface Standing {
  readonly money: OrderMoneyModel;
  readonly isFulfilled: boolean;
}

type Rule = (standing: Standing, action: Action) => boolean;

/**
 * Which rule forbids an action on an order that is there: the first of the published table (docs/refusals.md) that does.
 * Written from that table for orders whose callers report what their own provider did, and from nothing else.
 */
export function ruleAgainst(standing: Standing, action: Action): string | undefined {
  return rules.find(([, kinds, forbids]) => kinds.includes(action.kind) && forbids(standing, action))?.[0];
}

const lifeCycle = ['amend', 'cancel', 'fulfil', 'authorize', 'capture', 'void'] as const;
const withCurrency = ['authorize', 'capture', 'refund'] as const;

/** Code, the actions it is about, and when it forbids them. In the order of the table. */
const rules: readonly (readonly [string, readonly Action['kind'][], Rule])[] = [
  ['order-already-cancelled', lifeCycle, ({ money }) => money.status === 'cancelled'],
  ['order-already-fulfilled', ['cancel', 'fulfil'], ({ isFulfilled }) => isFulfilled],
  ['order-already-paid', ['amend', 'authorize'], isPaid],
  ['order-not-paid', ['fulfil'], isUnpaid],
  ['order-has-captured-money', ['cancel'], (standing) => keptIn(standing) > 0n],
  ['lines-locked-by-payment', ['amend'], ({ money }) => money.sums.authorized > money.sums.voided],
  ['currency-mismatch', withCurrency, (_standing, action) => 'foreign' in action],
  ['nothing-to-authorize', ['authorize'], (standing, action) => leaves(uncoveredIn(standing), action)],
  ['authorization-exceeds-open', ['authorize'], (standing, action) => exceeds(uncoveredIn(standing), action)],
  ['payment-not-authorized', ['capture'], ({ money }) => money.sums.authorized === money.sums.voided],
  ['payment-not-authorized', ['void'], (standing) => heldIn(standing) === 0n],
  [
    'capture-exceeds-authorized',
    ['capture'],
    (standing, action) => heldIn(standing) === 0n || exceeds(heldIn(standing), action),
  ],
  ['hold-covers-paid-order', ['capture'], givesUpCover],
  ['hold-covers-paid-order', ['void'], isPaidWithHold],
  ['nothing-to-refund', ['refund'], (standing) => refundableIn(standing) === 0n],
  ['refund-exceeds-refundable', ['refund'], (standing, action) => exceeds(refundableIn(standing), action)],
  ['chargeback-exceeds-captured', ['dispute'], (standing, action) => exceeds(refundableIn(standing), action)],
  ['no-open-chargeback', ['resolve'], ({ money }) => money.sums.disputed === 0n],
  ['chargeback-exceeds-open', ['resolve'], ({ money }, action) => exceeds(money.sums.disputed, action)],
];

function heldIn({ money: { sums } }: Standing): bigint {
  return sums.authorized - sums.captured - sums.voided;
}

function keptIn({ money: { sums } }: Standing): bigint {
  return sums.captured - sums.refunded - sums.chargedBack;
}

function refundableIn(standing: Standing): bigint {
  return keptIn(standing) - standing.money.sums.disputed;
}

function uncoveredIn(standing: Standing): bigint {
  return standing.money.sums.payable - standing.money.sums.captured - heldIn(standing);
}

function isPaid({ money: { status } }: Standing): boolean {
  return status === 'paid' || status === 'completed';
}

function isUnpaid(standing: Standing): boolean {
  if (standing.money.sums.payable === 0n) return false;
  return !isPaid(standing) || (keptIn(standing) === 0n && heldIn(standing) === 0n);
}

function isPaidWithHold(standing: Standing): boolean {
  const { captured, payable } = standing.money.sums;
  return isPaid(standing) && captured !== payable;
}

function givesUpCover(standing: Standing, action: Action): boolean {
  const asked = amountIn(action) ?? heldIn(standing);
  return 'final' in action && asked < heldIn(standing) && isPaidWithHold(standing);
}

/** Whether there is nothing where all there is was asked for. */
function leaves(most: bigint, action: Action): boolean {
  return amountIn(action) === undefined && most === 0n;
}

function exceeds(most: bigint, action: Action): boolean {
  const asked = amountIn(action);
  return asked !== undefined && asked > most;
}

function amountIn(action: Action): bigint | undefined {
  return 'amount' in action && action.amount !== undefined ? BigInt(action.amount) : undefined;
}
