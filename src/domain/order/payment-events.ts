import { z } from 'zod';
import { postings } from '../books/posting.ts';
import { defineEvents, personal } from '../kernel/event-catalogue.ts';
import { storedInstant } from '../kernel/instant.ts';
import { money } from '../kernel/money.ts';
import { printable } from '../kernel/text.ts';
import { reasonText, touched, unbooked } from './events.ts';
import { after, type Payment } from './payment.ts';
import type { Order, OrderPhase } from './state.ts';

/** How the money is to be had: the provider's token. Never a card number. */
export const paymentMethod = z.strictObject({ token: printable(200) });

/** Counts the operations of one kind on one order: 1, 2, 3 … */
export const ordinal = z.int().min(1);

export const gatewayName = z.string().regex(/^[a-z0-9-]{1,32}$/);

/** Where the ledger asked a provider itself: which, the call this answers, and what the provider calls it. */
const provider = z.strictObject({
  gateway: gatewayName,
  call: ordinal.exactOptional(),
  reference: printable(200).exactOptional(),
});
type Answered = z.output<typeof provider> | undefined;

/**
 * What happens to the money of an order, in the order's own stream: one append then decides over both, and every cap
 * is a single-stream decision.
 */
export const paymentEvents = defineEvents<Order>()({
  PaymentAuthorized: {
    version: 2,
    data: z.strictObject({
      authorization: ordinal,
      amount: money,
      method: paymentMethod,
      provider: provider.extend({ expiresAt: storedInstant.exactOptional() }).exactOptional(),
      postings,
    }),
    upcasts: { 1: unbooked },
    evolve: (order, { amount, provider: by }, facts) =>
      awaitingPayment({
        ...touched(order, facts),
        payment: heldBy(after.authorized(answered(order.payment, by), amount), by),
      }),
  },
  PaymentCaptured: {
    version: 2,
    data: z.strictObject({
      capture: ordinal,
      amount: money,
      fee: money.exactOptional(),
      provider: provider.exactOptional(),
      postings,
    }),
    upcasts: { 1: unbooked },
    evolve: (order, { amount, provider: by }, facts) => ({
      ...touched(order, facts),
      payment: after.captured(answered(order.payment, by), amount),
    }),
  },
  /** The rest of a hold given back when captures are over. */
  AuthorizationReleased: {
    version: 2,
    data: z.strictObject({ amount: money, provider: provider.exactOptional(), postings }),
    upcasts: { 1: unbooked },
    evolve: (order, { amount, provider: by }, facts) => ({
      ...touched(order, facts),
      payment: after.released(answered(order.payment, by), amount),
    }),
  },
  /** A hold given back before anything was captured. */
  PaymentVoided: {
    version: 2,
    data: z.strictObject({ amount: money, provider: provider.exactOptional(), postings }),
    upcasts: { 1: unbooked },
    evolve: (order, { amount, provider: by }, facts) => ({
      ...touched(order, facts),
      payment: after.released(answered(order.payment, by), amount),
    }),
  },
  /** The provider's hold has ended by itself. */
  AuthorizationExpired: {
    version: 1,
    data: z.strictObject({ amount: money, postings }),
    evolve: (order, { amount }, facts) => ({
      ...touched(order, facts),
      payment: after.expired(order.payment, amount),
    }),
  },
  /** Where a provider pays it out, this is also what it was asked: see `call-events.ts`. */
  RefundRequested: {
    version: 2,
    data: z.strictObject({
      refund: ordinal,
      amount: money,
      reason: personal(reasonText),
      provider: z.strictObject({ gateway: gatewayName, call: ordinal, key: printable(200) }).exactOptional(),
      postings,
    }),
    upcasts: { 1: unbooked },
    evolve: (order, { refund, amount, provider: asked }, facts) => ({
      ...touched(order, facts),
      payment: after.refundRequested(
        asked === undefined
          ? order.payment
          : after.requested(order.payment, {
              call: asked.call,
              operation: 'refund',
              gateway: asked.gateway,
              amount,
              status: 'open',
              failures: 0,
              refund,
            }),
        amount,
      ),
    }),
  },
  RefundSettled: {
    version: 2,
    data: z.strictObject({ refund: ordinal, amount: money, provider: provider.exactOptional(), postings }),
    upcasts: { 1: unbooked },
    evolve: (order, { amount, provider: by }, facts) => ({
      ...touched(order, facts),
      payment: after.refundSettled(answered(order.payment, by), amount),
    }),
  },
  /** The provider could not pay it out: it is still owed, as credit of the customer. */
  RefundFailed: {
    version: 1,
    data: z.strictObject({
      refund: ordinal,
      amount: money,
      code: printable(64),
      provider,
      postings,
    }),
    evolve: (order, { amount, provider: by }, facts) => ({
      ...touched(order, facts),
      payment: after.refundFailed(answered(order.payment, by, 'declined'), amount),
    }),
  },
  ChargebackOpened: {
    version: 2,
    data: z.strictObject({ chargeback: ordinal, amount: money, fee: money.exactOptional(), postings }),
    upcasts: { 1: unbooked },
    evolve: (order, { amount }, facts) => ({
      ...touched(order, facts),
      payment: after.chargebackOpened(order.payment, amount),
    }),
  },
  ChargebackWon: {
    version: 2,
    data: z.strictObject({ amount: money, postings }),
    upcasts: { 1: unbooked },
    evolve: (order, { amount }, facts) => ({
      ...touched(order, facts),
      payment: after.chargebackWon(order.payment, amount),
    }),
  },
  ChargebackLost: {
    version: 2,
    data: z.strictObject({ amount: money, postings }),
    upcasts: { 1: unbooked },
    evolve: (order, { amount }, facts) => ({
      ...touched(order, facts),
      payment: after.chargebackLost(order.payment, amount),
    }),
  },
});

/** The call that this answers is over. */
function answered(payment: Payment, by: Answered, status: 'approved' | 'declined' = 'approved'): Payment {
  return by?.call === undefined ? payment : after.resolved(payment, by.call, status);
}

/** Who holds what is held from now on: one provider at a time has all of an order's money. */
function heldBy(payment: Payment, by: Answered): Payment {
  if (by === undefined) return after.heldElsewhere(payment);
  const { call: _, ...holder } = by;
  return after.held(payment, holder);
}

export function awaitingPayment(order: Order): Order {
  return order.phase === 'placed' ? { ...order, phase: 'awaiting_payment' satisfies OrderPhase } : order;
}
