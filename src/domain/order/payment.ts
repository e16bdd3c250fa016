import { z } from 'zod';
import { add, amountMax, type Money, moneyOf, subtract } from '../kernel/money.ts';

export const paymentStatus = z.enum([
  'created',
  'authorizing',
  'authorized',
  'partially_captured',
  'captured',
  'voided',
  'expired',
  'declined',
  'failed_technical',
  'partially_refunded',
  'refunded',
  'disputed',
  'dispute_won',
  'dispute_lost',
]);
export type PaymentStatus = z.output<typeof paymentStatus>;

/** What has happened to the money of one order so far; every amount is the sum over all operations of its kind. */
interface Amounts {
  /** What the order costs: the cap of everything below. */
  readonly payable: Money;
  readonly authorized: Money;
  readonly captured: Money;
  /** Authorized but given back uncaptured: voided, or released by a final capture. */
  readonly voided: Money;
  /** Refunds asked for and not settled yet. */
  readonly refunding: Money;
  readonly refunded: Money;
  /** Under an open chargeback. */
  readonly disputed: Money;
  /** Lost to chargebacks. */
  readonly chargedBack: Money;
}

/** What an operation of each kind may still move. */
interface Open {
  readonly authorize: Money;
  readonly capture: Money;
  readonly refund: Money;
}

interface Counts {
  readonly authorizations: number;
  readonly captures: number;
  readonly refunds: number;
  readonly chargebacks: number;
  readonly chargebacksWon: number;
}

/** The payment account of one order. `status` and `open` are derived, never set. */
export interface Payment extends Amounts {
  readonly status: PaymentStatus;
  readonly open: Open;
  readonly counts: Counts;
  /** True once the order is cancelled: nothing more may be authorized. */
  readonly closed: boolean;
}

export function openPayment(payable: Money): Payment {
  const zero = moneyOf(0, payable.currency);
  return derive({
    payable,
    authorized: zero,
    captured: zero,
    voided: zero,
    refunding: zero,
    refunded: zero,
    disputed: zero,
    chargedBack: zero,
    counts: { authorizations: 0, captures: 0, refunds: 0, chargebacks: 0, chargebacksWon: 0 },
    closed: false,
  });
}

type Account = Omit<Payment, 'status' | 'open'>;

function change(payment: Payment, changed: Partial<Account>): Payment {
  return derive({ ...payment, ...changed });
}

/** The account after one more operation. Callers have checked the caps: beyond them these throw `ImpossibleState`. */
export const after = {
  amended: (payment: Payment, payable: Money) => change(payment, { payable }),
  authorized: (payment: Payment, amount: Money) =>
    change(payment, {
      authorized: add(payment.authorized, amount),
      counts: { ...payment.counts, authorizations: payment.counts.authorizations + 1 },
    }),
  captured: (payment: Payment, amount: Money) =>
    change(payment, {
      captured: add(payment.captured, amount),
      counts: { ...payment.counts, captures: payment.counts.captures + 1 },
    }),
  released: (payment: Payment, amount: Money) => change(payment, { voided: add(payment.voided, amount) }),
  refundRequested: (payment: Payment, amount: Money) =>
    change(payment, {
      refunding: add(payment.refunding, amount),
      counts: { ...payment.counts, refunds: payment.counts.refunds + 1 },
    }),
  refundSettled: (payment: Payment, amount: Money) =>
    change(payment, {
      refunding: subtract(payment.refunding, amount),
      refunded: add(payment.refunded, amount),
    }),
  chargebackOpened: (payment: Payment, amount: Money) =>
    change(payment, {
      disputed: add(payment.disputed, amount),
      counts: { ...payment.counts, chargebacks: payment.counts.chargebacks + 1 },
    }),
  chargebackWon: (payment: Payment, amount: Money) =>
    change(payment, {
      disputed: subtract(payment.disputed, amount),
      counts: { ...payment.counts, chargebacksWon: payment.counts.chargebacksWon + 1 },
    }),
  chargebackLost: (payment: Payment, amount: Money) =>
    change(payment, {
      disputed: subtract(payment.disputed, amount),
      chargedBack: add(payment.chargedBack, amount),
    }),
  closed: (payment: Payment) => change(payment, { closed: true }),
} as const;

function derive(account: Account): Payment {
  const { payable, authorized, captured, voided, refunding, refunded, disputed, chargedBack, closed } =
    account;
  const held = subtract(subtract(authorized, captured), voided);
  const covered = add(captured, held);
  const returned = add(add(refunding, refunded), add(disputed, chargedBack));
  return {
    ...account,
    status: statusOf(account, held),
    open: {
      authorize: moneyOf(closed ? 0 : authorizable(subtract(payable, covered), authorized), payable.currency),
      capture: held,
      refund: subtract(captured, returned),
    },
  };
}

/** Holds given back stay in the sum of all authorizations, and that sum must be countable too. */
function authorizable(uncovered: Money, authorized: Money): number {
  return Math.min(uncovered.amount, amountMax - authorized.amount);
}

/** The most telling status, in this order: disputes, then refunds, then captures, then holds. */
function statusOf(account: Account, held: Money): PaymentStatus {
  const { payable, authorized, captured, refunded, disputed, chargedBack, counts } = account;
  if (disputed.amount > 0) return 'disputed';
  if (chargedBack.amount > 0) return 'dispute_lost';
  if (refunded.amount > 0) return refunded.amount === captured.amount ? 'refunded' : 'partially_refunded';
  if (counts.chargebacksWon > 0) return 'dispute_won';
  if (captured.amount > 0) return captured.amount === payable.amount ? 'captured' : 'partially_captured';
  if (held.amount > 0) return 'authorized';
  return authorized.amount > 0 ? 'voided' : 'created';
}
