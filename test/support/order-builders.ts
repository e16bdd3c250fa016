import type { Currency } from '../../src/domain/kernel/currency.ts';
import { actorId, customerId, orderId, sku } from '../../src/domain/kernel/ids.ts';
import { type Money, moneyOf } from '../../src/domain/kernel/money.ts';
import { orderAggregate } from '../../src/domain/order/aggregate.ts';
import { book } from '../../src/domain/order/booking.ts';
import type { AmountInput, OrderCommand, OrderCommandOf } from '../../src/domain/order/commands.ts';
import type { OrderEvent, Unbooked } from '../../src/domain/order/decision.ts';
import { brokenInvariants } from '../../src/domain/order/invariants.ts';
import type { Line } from '../../src/domain/order/line.ts';
import type { PaidWhen } from '../../src/domain/order/state.ts';
import { givenFor } from './given.ts';

/** Given / when / then for the order with its payment. Its amounts are cents of an order of 1.00 EUR unless said. */
export const given = givenFor(orderAggregate, brokenInvariants, (order, event) =>
  order === undefined ? event : book(order, event as Unbooked<OrderEvent>),
);

export type OrderEventOf<Type extends OrderEvent['type']> = Extract<OrderEvent, { readonly type: Type }>;

export const ids = {
  order: orderId.parse('4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a'),
  customer: customerId.parse('customer-1'),
  operator: actorId.parse('operator-1'),
} as const;

export const whole = 100;
const card = { token: 'tok_visa' } as const;

export function eur(amount: number): Money {
  return moneyOf(amount, 'EUR');
}

export function usd(amount: number): Money {
  return moneyOf(amount, 'USD');
}

/** Lines that cost `total`: the price where that is one price, else as many units as it takes. */
export function linesOf(total: number): readonly Line[] {
  const unitPrice = 10 ** 12;
  const thousands = Math.floor(total / unitPrice);
  const one = { label: 'Green tea', kind: 'single' } as const;
  const rest = { ...one, sku: sku.parse('tea'), quantity: 1, unitPrice: total % unitPrice };
  return thousands === 0
    ? [rest]
    : [{ ...one, sku: sku.parse('crate'), quantity: thousands, unitPrice }, rest];
}

interface Placing {
  readonly currency?: Currency;
  readonly paidWhen?: PaidWhen;
}

function placing(total: number, { currency = 'EUR', paidWhen = 'captured' }: Placing) {
  return { orderId: ids.order, customerId: ids.customer, currency, lines: [...linesOf(total)], paidWhen };
}

/** Commands, as they arrive. */
export const ask = {
  place: (total = whole, options: Placing = {}): OrderCommandOf<'PlaceOrder'> => ({
    type: 'PlaceOrder',
    ...placing(total, options),
  }),
  amend: (total: number): OrderCommand => ({ type: 'AmendLines', lines: linesOf(total) }),
  cancel: { type: 'CancelOrder', reason: 'changed my mind' },
  fulfil: { type: 'FulfilOrder' },
  note: { type: 'AddNote', note: 'ring twice', addedBy: ids.operator },
  authorize: (amount?: AmountInput): OrderCommand => ({
    type: 'AuthorizePayment',
    ...some(amount),
    method: card,
  }),
  capture: (amount?: AmountInput): OrderCommand => ({ type: 'CapturePayment', ...some(amount) }),
  captureFinally: (amount?: AmountInput): OrderCommand => ({
    type: 'CapturePayment',
    ...some(amount),
    final: true,
  }),
  void: { type: 'VoidPayment' },
  refund: (amount?: AmountInput): OrderCommand => ({
    type: 'RefundPayment',
    ...some(amount),
    reason: 'broken cup',
  }),
  dispute: (amount?: AmountInput): OrderCommand => ({ type: 'OpenDispute', ...some(amount) }),
  win: (amount?: AmountInput): OrderCommand => ({ type: 'ResolveDispute', ...some(amount), outcome: 'won' }),
  lose: (amount?: AmountInput): OrderCommand => ({
    type: 'ResolveDispute',
    ...some(amount),
    outcome: 'lost',
  }),
} as const satisfies Record<string, OrderCommand | ((...amounts: never) => OrderCommand)>;

/** Filled in by `given`, from the one table of rules. */
const postings: [] = [];

/** Events, as they were recorded. */
export const was = {
  placed: (total = whole, options: Placing = {}): OrderEventOf<'OrderPlaced'> => ({
    type: 'OrderPlaced',
    data: {
      ...placing(total, options),
      total: moneyOf(total, options.currency ?? 'EUR'),
      priority: 'normal',
    },
  }),
  amended: (total: number, previous = whole): OrderEvent => ({
    type: 'OrderLinesAmended',
    data: {
      lines: [...linesOf(total)],
      total: eur(total),
      previousTotal: eur(previous),
      priority: 'normal',
    },
  }),
  noted: { type: 'OrderNoteAdded', data: { note: 'ring twice', addedBy: ids.operator } },
  paid: (total = whole): OrderEvent => ({ type: 'OrderPaid', data: { total: eur(total) } }),
  fulfilled: { type: 'OrderFulfilled', data: { postings } },
  completed: (total = whole): OrderEvent => ({ type: 'OrderCompleted', data: { total: eur(total) } }),
  cancelled: (previousStatus: 'pending' | 'paid' = 'pending', total = whole): OrderEvent => ({
    type: 'OrderCancelled',
    data: { reason: 'changed my mind', total: eur(total), previousStatus },
  }),
  refused: {
    type: 'CommandRefused',
    data: { command: 'FulfilOrder', code: 'order-not-paid', detail: 'Nothing is captured.' },
  },
  authorized: (amount: number, authorization = 1): OrderEvent => ({
    type: 'PaymentAuthorized',
    data: { authorization, amount: eur(amount), method: card, postings },
  }),
  captured: (amount: number, capture = 1): OrderEvent => ({
    type: 'PaymentCaptured',
    data: { capture, amount: eur(amount), postings },
  }),
  released: (amount: number): OrderEvent => ({
    type: 'AuthorizationReleased',
    data: { amount: eur(amount), postings },
  }),
  voided: (amount: number): OrderEvent => ({
    type: 'PaymentVoided',
    data: { amount: eur(amount), postings },
  }),
  refunded: (amount: number, refund = 1): readonly [OrderEvent, OrderEvent] => [
    { type: 'RefundRequested', data: { refund, amount: eur(amount), reason: 'broken cup', postings } },
    { type: 'RefundSettled', data: { refund, amount: eur(amount), postings } },
  ],
  disputed: (amount: number, chargeback = 1): OrderEventOf<'ChargebackOpened'> => ({
    type: 'ChargebackOpened',
    data: { chargeback, amount: eur(amount), postings },
  }),
  won: (amount: number): OrderEvent => ({ type: 'ChargebackWon', data: { amount: eur(amount), postings } }),
  lost: (amount: number): OrderEvent => ({ type: 'ChargebackLost', data: { amount: eur(amount), postings } }),
} as const;

function some(amount: AmountInput | undefined): { readonly amount?: AmountInput } {
  return amount === undefined ? {} : { amount };
}
