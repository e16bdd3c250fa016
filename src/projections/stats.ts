import type { Currency } from '../domain/kernel/currency.ts';
import type { Money } from '../domain/kernel/money.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import type { OrderStatus } from '../domain/order/state.ts';
import { type Handlers, handleWith, type Projection } from './projection.ts';

/**
 * How many orders there are and what they sum to. Sums are decimal text: single amounts stay within 2^53 − 1, the sum
 * over all orders need not.
 */
export interface Stats {
  /** By `<currency> <status>`. */
  readonly orders: Tallies;
  /** Imported orders by `<currency> <status in the source system>`, as placed. */
  readonly imported: Tallies;
  /** By `<currency> <movement>`. */
  readonly payments: Tallies;
}

export interface Tally {
  readonly count: number;
  /** Σ of minor units, as decimal text. */
  readonly total: string;
}

type Tallies = Readonly<Record<string, Tally>>;

type Movement =
  | 'authorized'
  | 'captured'
  | 'declined'
  | 'voided'
  | 'expired'
  | 'refunded'
  | 'refund-failed'
  | 'disputed'
  | 'dispute-won'
  | 'dispute-lost';

/** Id of the one document. */
export const statsId = 'all';

export const stats: Projection<Stats, OrderEvent> = {
  name: 'stats',
  version: 1,
  category: 'order',
  fields: [],
  indexes: [],
  keys: () => [statsId],
  when: (counted = { orders: {}, imported: {}, payments: {} }, event) => handleWith(handlers, counted, event),
  fieldsOf: () => ({}),
};

const handlers: Handlers<Stats, OrderEvent> = {
  OrderPlaced: (counted, { data: { total, sourceStatus } }) => {
    const orders = enter(counted.orders, total, 'pending');
    if (sourceStatus === undefined) return { ...counted, orders };
    return { ...counted, orders, imported: enter(counted.imported, total, sourceStatus) };
  },
  OrderLinesAmended: (counted, { data: { total, previousTotal } }) => ({
    ...counted,
    orders: enter(leave(counted.orders, previousTotal, 'pending'), total, 'pending'),
  }),
  OrderPaid: (counted, { data: { total } }) => turn(counted, total, 'pending', 'paid'),
  OrderCompleted: (counted, { data: { total } }) => turn(counted, total, 'paid', 'completed'),
  OrderCancelled: (counted, { data: { total, previousStatus } }) =>
    turn(counted, total, previousStatus, 'cancelled'),
  OrderNoteAdded: unmoved,
  OrderFulfilled: unmoved,
  OrderCancellationRequested: unmoved,
  CommandRefused: unmoved,
  RefundRequested: unmoved,
  PaymentAuthorized: (counted, { data }) => move(counted, data.amount, 'authorized'),
  PaymentCaptured: (counted, { data }) => move(counted, data.amount, 'captured'),
  AuthorizationReleased: (counted, { data }) => move(counted, data.amount, 'voided'),
  PaymentVoided: (counted, { data }) => move(counted, data.amount, 'voided'),
  RefundSettled: (counted, { data }) => move(counted, data.amount, 'refunded'),
  ChargebackOpened: (counted, { data }) => move(counted, data.amount, 'disputed'),
  ChargebackWon: (counted, { data }) => move(counted, data.amount, 'dispute-won'),
  ChargebackLost: (counted, { data }) => move(counted, data.amount, 'dispute-lost'),
  AuthorizationExpired: (counted, { data }) => move(counted, data.amount, 'expired'),
  RefundFailed: (counted, { data }) => move(counted, data.amount, 'refund-failed'),
  PaymentDeclined: (counted, { data }) => move(counted, data.amount, 'declined'),
  PaymentRequested: unmoved,
  CaptureRequested: unmoved,
  VoidRequested: unmoved,
  CaptureFailed: unmoved,
  VoidFailed: unmoved,
  PaymentAttemptFailed: unmoved,
  PaymentParked: unmoved,
  PaymentRetried: unmoved,
};

function unmoved(counted: Stats): Stats {
  return counted;
}

function turn(counted: Stats, total: Money, from: OrderStatus, to: OrderStatus): Stats {
  return { ...counted, orders: enter(leave(counted.orders, total, from), total, to) };
}

function move(counted: Stats, amount: Money, movement: Movement): Stats {
  return { ...counted, payments: enter(counted.payments, amount, movement) };
}

function enter(tallies: Tallies, amount: Money, name: string): Tallies {
  return adjust(tallies, amount.currency, name, 1, BigInt(amount.amount));
}

function leave(tallies: Tallies, amount: Money, name: string): Tallies {
  return adjust(tallies, amount.currency, name, -1, -BigInt(amount.amount));
}

function adjust(tallies: Tallies, currency: Currency, name: string, count: number, amount: bigint): Tallies {
  const key = `${currency} ${name}`;
  const before = tallies[key] ?? { count: 0, total: '0' };
  return {
    ...tallies,
    [key]: { count: before.count + count, total: String(BigInt(before.total) + amount) },
  };
}
