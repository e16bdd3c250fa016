import { z } from 'zod';
import { defineEvents, personal } from '../kernel/event-catalogue.ts';
import { money } from '../kernel/money.ts';
import { printable } from '../kernel/text.ts';
import { reasonText, touched } from './events.ts';
import { after } from './payment.ts';
import type { Order, OrderPhase } from './state.ts';

/** How the money is to be had: the provider's token. Never a card number. */
const paymentMethod = z.strictObject({ token: printable(200) });

/** Counts the operations of one kind on one order: 1, 2, 3 … */
const ordinal = z.int().min(1);

/**
 * What happens to the money of an order, in the order's own stream: one append then decides over both, and every cap
 * is a single-stream decision.
 */
export const paymentEvents = defineEvents<Order>()({
  PaymentAuthorized: {
    version: 1,
    data: z.strictObject({ authorization: ordinal, amount: money, method: paymentMethod }),
    evolve: (order, { amount }, facts) =>
      awaitingPayment({ ...touched(order, facts), payment: after.authorized(order.payment, amount) }),
  },
  PaymentCaptured: {
    version: 1,
    data: z.strictObject({ capture: ordinal, amount: money }),
    evolve: (order, { amount }, facts) => ({
      ...touched(order, facts),
      payment: after.captured(order.payment, amount),
    }),
  },
  /** The rest of a hold given back when captures are over. */
  AuthorizationReleased: {
    version: 1,
    data: z.strictObject({ amount: money }),
    evolve: (order, { amount }, facts) => ({
      ...touched(order, facts),
      payment: after.released(order.payment, amount),
    }),
  },
  /** A hold given back before anything was captured. */
  PaymentVoided: {
    version: 1,
    data: z.strictObject({ amount: money }),
    evolve: (order, { amount }, facts) => ({
      ...touched(order, facts),
      payment: after.released(order.payment, amount),
    }),
  },
  RefundRequested: {
    version: 1,
    data: z.strictObject({ refund: ordinal, amount: money, reason: personal(reasonText) }),
    evolve: (order, { amount }, facts) => ({
      ...touched(order, facts),
      payment: after.refundRequested(order.payment, amount),
    }),
  },
  RefundSettled: {
    version: 1,
    data: z.strictObject({ refund: ordinal, amount: money }),
    evolve: (order, { amount }, facts) => ({
      ...touched(order, facts),
      payment: after.refundSettled(order.payment, amount),
    }),
  },
  ChargebackOpened: {
    version: 1,
    data: z.strictObject({ chargeback: ordinal, amount: money }),
    evolve: (order, { amount }, facts) => ({
      ...touched(order, facts),
      payment: after.chargebackOpened(order.payment, amount),
    }),
  },
  ChargebackWon: {
    version: 1,
    data: z.strictObject({ amount: money }),
    evolve: (order, { amount }, facts) => ({
      ...touched(order, facts),
      payment: after.chargebackWon(order.payment, amount),
    }),
  },
  ChargebackLost: {
    version: 1,
    data: z.strictObject({ amount: money }),
    evolve: (order, { amount }, facts) => ({
      ...touched(order, facts),
      payment: after.chargebackLost(order.payment, amount),
    }),
  },
});

function awaitingPayment(order: Order): Order {
  return order.phase === 'placed' ? { ...order, phase: 'awaiting_payment' satisfies OrderPhase } : order;
}
