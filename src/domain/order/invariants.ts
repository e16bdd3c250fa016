import { totalOf } from './line.ts';
import { creditedOf, openCallOf, type Payment } from './payment.ts';
import type { Order } from './state.ts';

/** What holds for every order after every append. Names are those of the domain's list of invariants. */
const invariants: Readonly<Record<string, (order: Order) => boolean>> = {
  'I3 0 ≤ captured ≤ authorized': ({ payment: { captured, authorized } }) =>
    captured.amount >= 0 && captured.amount <= authorized.amount,
  'I3 returned and disputed ≤ captured': ({ payment }) =>
    returned(payment) + payment.disputed.amount <= payment.captured.amount,
  'I3 captured + given back + held = authorized': ({ payment: { captured, voided, authorized, open } }) =>
    captured.amount + voided.amount + open.capture.amount === authorized.amount,
  'I3 captured + held ≤ payable': ({ payment: { captured, payable, open } }) =>
    captured.amount + open.capture.amount <= payable.amount,
  'I7 total = Σ quantity × price': ({ total, lines, payment }) =>
    totalOf(lines) === total.amount && payment.payable.amount === total.amount,
  'I7 a paid order is covered': isCoveredIfPaid,
  'I9 a cancelled order keeps no money': ({ status, payment }) =>
    status !== 'cancelled' || returned(payment) === payment.captured.amount,
  'I4 a cancelled order holds no money that its provider was not told to give back': ({ status, payment }) =>
    status !== 'cancelled' || payment.open.capture.amount === 0 || isGivingBack(payment),
  'I11 at most one call is open, and it is the last': ({ payment: { calls = [] } }) =>
    calls.every(
      ({ call, status }, index) =>
        call === index + 1 && (index === calls.length - 1 || (status !== 'open' && status !== 'parked')),
    ),
  'an order that is being cancelled waits for its provider': ({ phase, payment }) =>
    phase !== 'cancelling' || isGivingBack(payment),
  'every amount is in the order’s currency': isInOneCurrency,
  'status and times agree': timesAgree,
};

/** Names of all invariants. */
export const invariantNames: readonly string[] = Object.keys(invariants);

/** Invariants the order breaks, by name. */
export function brokenInvariants(order: Order): readonly string[] {
  return Object.entries(invariants)
    .filter(([, holds]) => !holds(order))
    .map(([name]) => name);
}

function returned({ refunding, refunded, chargedBack, credited }: Payment): number {
  return refunding.amount + refunded.amount + chargedBack.amount + (credited?.amount ?? 0);
}

/** A call is under way whose answer decides what follows, or the provider has refused to give the hold back. */
function isGivingBack(payment: Payment): boolean {
  const last = payment.calls?.at(-1);
  return openCallOf(payment) !== undefined || (last?.operation === 'void' && last.status === 'declined');
}

function isCoveredIfPaid({ status, total, paidWhen, payment: { captured, open } }: Order): boolean {
  if (status !== 'paid' && status !== 'completed') return true;
  const covered = paidWhen === 'captured' ? captured.amount : captured.amount + open.capture.amount;
  return covered >= total.amount;
}

function isInOneCurrency({ currency, total, payment }: Order): boolean {
  const { payable, authorized, captured, voided, refunding, refunded, disputed, chargedBack, open } = payment;
  return [
    total,
    payable,
    authorized,
    captured,
    voided,
    refunding,
    refunded,
    disputed,
    chargedBack,
    creditedOf(payment),
    ...Object.values(open),
  ].every((money) => money.currency === currency && Number.isSafeInteger(money.amount) && money.amount >= 0);
}

function timesAgree({ status, paidAt, fulfilledAt, completedAt, cancelledAt }: Order): boolean {
  return (
    (cancelledAt !== undefined) === (status === 'cancelled') &&
    (completedAt !== undefined) === (status === 'completed') &&
    (status !== 'paid' || paidAt !== undefined) &&
    (completedAt === undefined || fulfilledAt !== undefined)
  );
}
