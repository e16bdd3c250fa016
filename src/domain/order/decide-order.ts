import { formatMoney, moneyOf } from '../kernel/money.ts';
import { refuse } from '../kernel/result.ts';
import { askCapture, askVoid, awaitsAnswer, gatewayOf } from './asking.ts';
import { gatewayKey } from './calls.ts';
import type { OrderCommandOf } from './commands.ts';
import type { OrderDecision, OrderEvent, PlacingDecision, Unbooked } from './decision.ts';
import { historyIsFull, isCancelled, isCancelling, isFulfilled } from './guards.ts';
import { mostUrgent, totalOf } from './line.ts';
import { openCallOf } from './payment.ts';
import { decide } from './rejections.ts';
import type { Order } from './state.ts';

const notesMax = 100;

export function placeOrder(command: OrderCommandOf<'PlaceOrder'>, order: Order | undefined): PlacingDecision {
  if (order !== undefined) return refuse('order-already-placed', `It was placed at ${order.placedAt}.`);
  const { type: _, payment, ...placed } = command;
  const total = totalOf(command.lines);
  if (total === undefined) return refuse('total-too-large', tooLarge);
  return {
    ok: true,
    events: [
      {
        type: 'OrderPlaced',
        data: {
          ...placed,
          lines: [...command.lines],
          total: moneyOf(total, command.currency),
          priority: mostUrgent(command.lines),
        },
      },
      // An order that costs nothing asks no provider for anything.
      ...(payment === undefined || total === 0 ? [] : [firstPayment(command, payment, total)]),
    ],
  };
}

type PaymentOrder = NonNullable<OrderCommandOf<'PlaceOrder'>['payment']>;

/** The order's money is asked for in the append that places it: there is no moment at which it could be forgotten. */
function firstPayment(
  { orderId, currency }: OrderCommandOf<'PlaceOrder'>,
  { gateway, method, captures }: PaymentOrder,
  total: number,
): Extract<OrderEvent, { readonly type: 'PaymentRequested' }> {
  const key = gatewayKey(orderId, { operation: 'authorize', call: 1 });
  const amount = moneyOf(total, currency);
  return {
    type: 'PaymentRequested',
    data: { call: 1, amount, gateway, key, method, captures, cancels: true },
  };
}

export function amendLines(command: OrderCommandOf<'AmendLines'>, order: Order): OrderDecision {
  const total = totalOf(command.lines);
  const { authorized, captured, voided } = order.payment;
  return decide(
    {
      'order-already-cancelled': isCancelled(order),
      'order-cancelling': isCancelling(order),
      'payment-call-open': awaitsAnswer(order),
      'order-already-paid': order.status !== 'pending' && 'Lines change only while the order is pending.',
      'lines-locked-by-payment':
        authorized.amount > voided.amount &&
        `${formatMoney(authorized)} is authorized and ${formatMoney(captured)} captured; void the hold first.`,
      'total-too-large': total === undefined && tooLarge,
      'order-history-full': historyIsFull(order, 'optional'),
    },
    () => [
      {
        type: 'OrderLinesAmended',
        data: {
          lines: [...command.lines],
          total: moneyOf(total ?? 0, order.currency),
          previousTotal: order.total,
          priority: mostUrgent(command.lines),
        },
      },
    ],
  );
}

export function cancelOrder(command: OrderCommandOf<'CancelOrder'>, order: Order): OrderDecision {
  const { captured, refunded, chargedBack, credited } = order.payment;
  const kept = captured.amount - refunded.amount - chargedBack.amount - (credited?.amount ?? 0);
  return decide(
    {
      'order-already-cancelled': isCancelled(order),
      'order-cancelling': isCancelling(order),
      'order-already-fulfilled': isFulfilled(order),
      'order-has-captured-money':
        kept > 0 && `${formatMoney(moneyOf(kept, order.currency))} is captured; refund it first.`,
      'payment-call-open': movesMoneyNow(order),
      'order-history-full': historyIsFull(order),
    },
    () => [...released(order, command.reason), ...cancelled(order, command.reason)],
  );
}

/** A capture or refund under way: whether there is money to give back first is not known yet. */
function movesMoneyNow(order: Order): string | false {
  const open = openCallOf(order.payment);
  return (open?.operation === 'capture' || open?.operation === 'refund') && awaitsAnswer(order);
}

/**
 * A cancelled order holds no money. What only the caller's provider holds is given back in the same append; what one of
 * the ledger's own holds, or may come to hold, has to be given back by it first.
 */
function released(order: Order, reason: string): readonly Unbooked<OrderEvent>[] {
  const { captured, open } = order.payment;
  const gateway = gatewayOf(order.payment);
  if (awaitsProvider(order)) {
    const asks = gateway !== undefined && openCallOf(order.payment) === undefined;
    return [
      { type: 'OrderCancellationRequested', data: { reason } },
      ...(asks ? [askVoid(order, open.capture, gateway)] : []),
    ];
  }
  if (open.capture.amount === 0) return [];
  return [
    {
      type: captured.amount === 0 ? 'PaymentVoided' : 'AuthorizationReleased',
      data: { amount: open.capture },
    },
  ];
}

function cancelled(order: Order, reason: string): readonly Unbooked<OrderEvent>[] {
  return awaitsProvider(order) ? [] : [cancellation(order, reason)];
}

/** An authorization that was given up holds up nobody: should it turn out approved, it is given back then. */
function awaitsProvider({ payment }: Order): boolean {
  const call = openCallOf(payment);
  if (call !== undefined) return !(call.operation === 'authorize' && call.status === 'parked');
  return payment.open.capture.amount > 0 && gatewayOf(payment) !== undefined;
}

export function cancellation({ total, status }: Order, reason: string): Unbooked<OrderEvent> {
  const previousStatus = status === 'paid' ? 'paid' : 'pending';
  return { type: 'OrderCancelled', data: { reason, total, previousStatus } };
}

export function fulfilOrder(_command: OrderCommandOf<'FulfilOrder'>, order: Order): OrderDecision {
  return decide(
    {
      'order-already-cancelled': isCancelled(order),
      'order-cancelling': isCancelling(order),
      'order-already-fulfilled': isFulfilled(order),
      'order-not-paid': isUnpaid(order),
      'order-history-full': historyIsFull(order),
    },
    () => [
      // An order that costs nothing is paid by being handed over: no payment event could ever cover it.
      ...(order.status === 'pending' ? [{ type: 'OrderPaid', data: { total: order.total } } as const] : []),
      { type: 'OrderFulfilled', data: {} },
      ...completion({ ...order, fulfilledAt: order.updatedAt }),
      ...captureOnDelivery(order),
    ],
  );
}

/** Goods that were handed over on a hold are collected for at once. */
function captureOnDelivery(order: Order): readonly Unbooked<OrderEvent>[] {
  const gateway = gatewayOf(order.payment);
  const held = order.payment.open.capture;
  const asks = gateway !== undefined && held.amount > 0 && openCallOf(order.payment) === undefined;
  return asks ? [askCapture(order, held, gateway, false)] : [];
}

export function addNote(command: OrderCommandOf<'AddNote'>, order: Order): OrderDecision {
  return decide(
    {
      'too-many-notes': order.notes.length >= notesMax && `An order has at most ${notesMax} notes.`,
      'order-history-full': historyIsFull(order, 'optional'),
    },
    () => [{ type: 'OrderNoteAdded', data: { note: command.note, addedBy: command.addedBy } }],
  );
}

/**
 * `OrderCompleted` where nothing is left to happen: fulfilled, captured in full, no refund under way. An open chargeback
 * does not hold it up (docs/adr/0006): the goods are with the customer, and the payment tells the rest.
 */
export function completion(
  order: Pick<Order, 'status' | 'fulfilledAt' | 'total' | 'payment'>,
): readonly Unbooked<OrderEvent>[] {
  const { captured, refunding } = order.payment;
  const complete =
    order.fulfilledAt !== undefined &&
    order.status !== 'completed' &&
    captured.amount === order.total.amount &&
    refunding.amount === 0;
  return complete ? [{ type: 'OrderCompleted', data: { total: order.total } }] : [];
}

function isUnpaid({ status, total, payment }: Order): string | false {
  const { captured, refunding, refunded, chargedBack, credited, open } = payment;
  if (total.amount === 0) return false;
  if (status === 'pending') {
    return `${formatMoney(captured)} of ${formatMoney(total)} is captured, ${formatMoney(open.capture)} held.`;
  }
  const returned = refunding.amount + refunded.amount + chargedBack.amount + (credited?.amount ?? 0);
  const nothingLeft = returned === captured.amount && open.capture.amount === 0;
  return nothingLeft && `All ${formatMoney(captured)} that was captured has been returned.`;
}

const tooLarge = 'Line amounts and the total must stay within 9007199254740991 minor units.';
