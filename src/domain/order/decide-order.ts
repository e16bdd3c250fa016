import { formatMoney, moneyOf } from '../kernel/money.ts';
import { refuse } from '../kernel/result.ts';
import type { OrderCommandOf } from './commands.ts';
import type { OrderDecision, OrderEvent } from './decision.ts';
import { historyIsFull, isCancelled, isFulfilled } from './guards.ts';
import { mostUrgent, totalOf } from './line.ts';
import { decide } from './rejections.ts';
import type { Order } from './state.ts';

const notesMax = 100;

export function placeOrder(command: OrderCommandOf<'PlaceOrder'>, order: Order | undefined): OrderDecision {
  if (order !== undefined) return refuse('order-already-placed', `It was placed at ${order.placedAt}.`);
  const { type: _, ...placed } = command;
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
    ],
  };
}

export function amendLines(command: OrderCommandOf<'AmendLines'>, order: Order): OrderDecision {
  const total = totalOf(command.lines);
  const { authorized, captured, voided } = order.payment;
  return decide(
    {
      'order-already-cancelled': isCancelled(order),
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
  const { captured, refunded, chargedBack, open } = order.payment;
  const kept = captured.amount - refunded.amount - chargedBack.amount;
  return decide(
    {
      'order-already-cancelled': isCancelled(order),
      'order-already-fulfilled': isFulfilled(order),
      'order-has-captured-money':
        kept > 0 && `${formatMoney(moneyOf(kept, order.currency))} is captured; refund it first.`,
      'order-history-full': historyIsFull(order),
    },
    () => [
      ...released(order),
      {
        type: 'OrderCancelled',
        data: {
          reason: command.reason,
          total: order.total,
          previousStatus: order.status === 'paid' ? 'paid' : 'pending',
        },
      },
    ],
  );

  /** A cancelled order holds no money: what is still held is given back in the same append. */
  function released({ payment }: Order): readonly OrderEvent[] {
    if (open.capture.amount === 0) return [];
    const type = payment.captured.amount === 0 ? 'PaymentVoided' : 'AuthorizationReleased';
    return [{ type, data: { amount: open.capture } }];
  }
}

export function fulfilOrder(_command: OrderCommandOf<'FulfilOrder'>, order: Order): OrderDecision {
  return decide(
    {
      'order-already-cancelled': isCancelled(order),
      'order-already-fulfilled': isFulfilled(order),
      'order-not-paid': isUnpaid(order),
      'order-history-full': historyIsFull(order),
    },
    () => [
      // An order that costs nothing is paid by being handed over: no payment event could ever cover it.
      ...(order.status === 'pending' ? [{ type: 'OrderPaid', data: { total: order.total } } as const] : []),
      { type: 'OrderFulfilled', data: {} },
      ...completion({ ...order, fulfilledAt: order.updatedAt }),
    ],
  );
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
): readonly OrderEvent[] {
  const { captured, refunding } = order.payment;
  const complete =
    order.fulfilledAt !== undefined &&
    order.status !== 'completed' &&
    captured.amount === order.total.amount &&
    refunding.amount === 0;
  return complete ? [{ type: 'OrderCompleted', data: { total: order.total } }] : [];
}

function isUnpaid({ status, total, payment }: Order): string | false {
  const { captured, refunding, refunded, chargedBack, open } = payment;
  if (total.amount === 0) return false;
  if (status === 'pending') {
    return `${formatMoney(captured)} of ${formatMoney(total)} is captured, ${formatMoney(open.capture)} held.`;
  }
  const returned = refunding.amount + refunded.amount + chargedBack.amount;
  const nothingLeft = returned === captured.amount && open.capture.amount === 0;
  return nothingLeft && `All ${formatMoney(captured)} that was captured has been returned.`;
}

const tooLarge = 'Line amounts and the total must stay within 9007199254740991 minor units.';
