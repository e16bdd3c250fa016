import { z } from 'zod';
import type { Instant } from '../kernel/instant.ts';
import { add, amountMax, type Money, moneyOf, subtract } from '../kernel/money.ts';
import type { Call, CallStatus } from './calls.ts';

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
  /** Refunds the provider could not pay out: owed to the customer as credit. */
  readonly credited?: Money;
}

/** The provider that holds the order's money, where it is asked by the ledger and not reported by the caller. */
interface Provider {
  readonly gateway: string;
  /** What the provider calls the authorization. */
  readonly reference?: string;
  /** When the hold ends by itself. */
  readonly expiresAt?: Instant;
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
  readonly provider?: Provider;
  /** What the provider was asked, oldest first. */
  readonly calls?: readonly Call[];
  /** How the last authorization ended, where it left nothing. */
  readonly ended?: 'expired' | 'declined';
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
  authorized: ({ ended: _, ...payment }: Payment, amount: Money) =>
    change(payment, {
      authorized: add(payment.authorized, amount),
      counts: { ...payment.counts, authorizations: payment.counts.authorizations + 1 },
    }),
  /** More than is held can only be what was thought given back: then that was not so. */
  captured: (payment: Payment, amount: Money) =>
    change(payment, {
      captured: add(payment.captured, amount),
      ...(amount.amount > payment.open.capture.amount && {
        voided: subtract(payment.voided, subtract(amount, payment.open.capture)),
      }),
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
  expired: (payment: Payment, amount: Money) =>
    change(payment, { voided: add(payment.voided, amount), ended: 'expired' }),
  refundFailed: (payment: Payment, amount: Money) =>
    change(payment, {
      refunding: subtract(payment.refunding, amount),
      credited: add(creditedOf(payment), amount),
    }),
  requested: (payment: Payment, call: Call) => {
    const { gateway } = call;
    const provider = call.operation === 'authorize' ? { gateway } : { ...payment.provider, gateway };
    return change(payment, { provider, calls: [...(payment.calls ?? []), call] });
  },
  held: (payment: Payment, provider: Provider) => change(payment, { provider }),
  /** By a provider that the ledger does not ask. */
  heldElsewhere: ({ provider: _, ...payment }: Payment) => change(payment, {}),
  resolved: (payment: Payment, call: number, status: CallStatus) => changeCall(payment, call, { status }),
  failed: (payment: Payment, call: number, failures: number) => changeCall(payment, call, { failures }),
  retried: (payment: Payment, call: number) => changeCall(payment, call, { status: 'open', failures: 0 }),
  declined: (payment: Payment, call: number) =>
    change(changeCall(payment, call, { status: 'declined' }), { ended: 'declined' }),
} as const;

function changeCall(payment: Payment, number: number, changed: Partial<Call>): Payment {
  const calls = (payment.calls ?? []).map((call) => (call.call === number ? { ...call, ...changed } : call));
  return change(payment, { calls });
}

/** The call whose outcome is not known yet; there is at most one. */
export function openCallOf({ calls = [] }: Pick<Payment, 'calls'>): Call | undefined {
  const last = calls.at(-1);
  return last?.status === 'open' || last?.status === 'parked' ? last : undefined;
}

export function callOf({ calls = [] }: Pick<Payment, 'calls'>, number: number): Call | undefined {
  return calls.find(({ call }) => call === number);
}

export function creditedOf({ credited, payable }: Pick<Payment, 'credited' | 'payable'>): Money {
  return credited ?? moneyOf(0, payable.currency);
}

function derive(account: Account): Payment {
  const { payable, authorized, captured, voided, refunding, refunded, disputed, chargedBack, closed } =
    account;
  const held = subtract(subtract(authorized, captured), voided);
  const covered = add(captured, held);
  const returned = add(add(add(refunding, refunded), add(disputed, chargedBack)), creditedOf(account));
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

/** The most telling status, in this order: disputes, then refunds, then captures, then holds, then what is under way. */
function statusOf(account: Account, held: Money): PaymentStatus {
  const { payable, authorized, captured, refunded, disputed, chargedBack, counts, ended } = account;
  if (disputed.amount > 0) return 'disputed';
  if (chargedBack.amount > 0) return 'dispute_lost';
  if (refunded.amount > 0) return refunded.amount === captured.amount ? 'refunded' : 'partially_refunded';
  if (counts.chargebacksWon > 0) return 'dispute_won';
  if (captured.amount > 0) return captured.amount === payable.amount ? 'captured' : 'partially_captured';
  if (held.amount > 0) return 'authorized';
  const open = openCallOf(account);
  if (open?.operation === 'authorize') return open.status === 'parked' ? 'failed_technical' : 'authorizing';
  if (ended !== undefined) return ended;
  return authorized.amount > 0 ? 'voided' : 'created';
}
