import { z } from 'zod';
import { postings } from '../books/posting.ts';
import { commandRefusedData } from '../kernel/command-refused.ts';
import { currency } from '../kernel/currency.ts';
import { defineEvents, type EventFacts, personal } from '../kernel/event-catalogue.ts';
import { actorId, customerId, externalId, orderId } from '../kernel/ids.ts';
import { money } from '../kernel/money.ts';
import { freeText, printable } from '../kernel/text.ts';
import { lines, priority } from './line.ts';
import { after, openPayment } from './payment.ts';
import { type Order, type OrderStatus, orderStatus, paidWhen } from './state.ts';

export const noteText = freeText(2_000, { multiline: true });
export const reasonText = freeText(500, { multiline: true });

/**
 * What happens to an order. Events that change the status carry the total (and the status they leave), so that a
 * reader who sees only this event can keep count.
 */
export const orderEvents = defineEvents<Order>()({
  OrderPlaced: {
    version: 1,
    data: z.strictObject({
      orderId,
      customerId,
      externalId: externalId.exactOptional(),
      currency,
      lines,
      total: money,
      priority,
      paidWhen,
      note: personal(noteText).exactOptional(),
      sourceStatus: printable(64).exactOptional(),
    }),
    creates: ({ note, orderId: id, customerId: customer, ...placed }, { at, revision, actor }) => ({
      orderId: id,
      customerId: customer,
      status: 'pending',
      phase: 'placed',
      ...placed,
      notes: note === undefined ? [] : [{ note, addedBy: actor, at }],
      payment: openPayment(placed.total),
      placedAt: at,
      updatedAt: at,
      revision,
    }),
  },
  OrderLinesAmended: {
    version: 1,
    data: z.strictObject({ lines, total: money, previousTotal: money, priority }),
    evolve: (order, { lines: amended, total, priority: urgency }, facts) => ({
      ...touched(order, facts),
      lines: amended,
      total,
      priority: urgency,
      payment: after.amended(order.payment, total),
    }),
  },
  OrderNoteAdded: {
    version: 1,
    data: z.strictObject({ note: personal(noteText), addedBy: actorId }),
    evolve: (order, { note, addedBy }, facts) => ({
      ...touched(order, facts),
      notes: [...order.notes, { note, addedBy, at: facts.at }],
    }),
  },
  OrderPaid: {
    version: 1,
    data: z.strictObject({ total: money }),
    evolve: (order, _data, facts) => ({
      ...touched(order, facts),
      status: 'paid',
      phase: 'preparing',
      paidAt: facts.at,
    }),
  },
  /** The goods are handed over: what was deposited for them is revenue from now on. */
  OrderFulfilled: {
    version: 2,
    data: z.strictObject({ postings }),
    upcasts: { 1: unbooked },
    evolve: (order, _data, facts) => ({
      ...touched(order, facts),
      phase: 'delivered',
      fulfilledAt: facts.at,
    }),
  },
  OrderCompleted: {
    version: 1,
    data: z.strictObject({ total: money }),
    evolve: (order, _data, facts) => ({
      ...touched(order, facts),
      status: 'completed',
      phase: 'completed',
      completedAt: facts.at,
    }),
  },
  /** It is to be cancelled as soon as the provider has given back what it holds. */
  OrderCancellationRequested: {
    version: 1,
    data: z.strictObject({ reason: personal(reasonText) }),
    evolve: (order, { reason }, facts) => ({
      ...touched(order, facts),
      phase: 'cancelling',
      payment: after.closed(order.payment),
      cancelReason: reason,
    }),
  },
  OrderCancelled: {
    version: 1,
    data: z.strictObject({
      reason: personal(reasonText),
      total: money,
      previousStatus: orderStatus.extract(['pending', 'paid']),
    }),
    evolve: (order, { reason }, facts) => ({
      ...touched(order, facts),
      status: 'cancelled' satisfies OrderStatus,
      phase: 'cancelled',
      payment: after.closed(order.payment),
      cancelReason: reason,
      cancelledAt: facts.at,
    }),
  },
  CommandRefused: {
    version: 1,
    data: commandRefusedData,
    observe: (order, { revision }) => (order === undefined ? undefined : { ...order, revision }),
  },
});

/** Version 1 of an event of money, from before there were books: it says nothing of accounts. */
export function unbooked(older: Readonly<Record<string, unknown>>): unknown {
  return { ...older, postings: [] };
}

/** The order as of one more event of its stream. */
export function touched(order: Order, { at, revision }: EventFacts): Order {
  return { ...order, updatedAt: at, revision };
}
