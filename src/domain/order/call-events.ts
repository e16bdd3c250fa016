import { z } from 'zod';
import { defineEvents } from '../kernel/event-catalogue.ts';
import { storedInstant } from '../kernel/instant.ts';
import { money } from '../kernel/money.ts';
import { printable } from '../kernel/text.ts';
import { operation } from './calls.ts';
import { touched } from './events.ts';
import { after } from './payment.ts';
import { awaitingPayment, gatewayName, ordinal, paymentMethod } from './payment-events.ts';
import type { Order } from './state.ts';

/** What every intent says: which call it is, of whom, and under which idempotency key of the provider. */
const intent = { call: ordinal, amount: money, gateway: gatewayName, key: printable(200) };
const failureCode = printable(64);

/**
 * What a payment provider is asked and how that goes. The intent is recorded before the provider hears of it and the
 * answer after; a refund's intent and every approval are events of `payment-events.ts`, because they move money.
 */
export const callEvents = defineEvents<Order>()({
  PaymentRequested: {
    version: 1,
    data: z.strictObject({
      ...intent,
      method: paymentMethod,
      /** Whether an approval is captured at once. */
      captures: z.boolean(),
      /** Whether a decline cancels the order. */
      cancels: z.boolean(),
    }),
    evolve: (order, { call, amount, gateway, method, captures, cancels }, facts) =>
      awaitingPayment({
        ...touched(order, facts),
        payment: after.requested(order.payment, {
          call,
          operation: 'authorize',
          gateway,
          amount,
          status: 'open',
          failures: 0,
          captures,
          cancels,
          token: method.token,
        }),
      }),
  },
  CaptureRequested: {
    version: 1,
    data: z.strictObject({ ...intent, final: z.boolean() }),
    evolve: (order, { call, amount, gateway, final }, facts) => ({
      ...touched(order, facts),
      payment: after.requested(order.payment, {
        call,
        operation: 'capture',
        gateway,
        amount,
        status: 'open',
        failures: 0,
        final,
      }),
    }),
  },
  VoidRequested: {
    version: 1,
    data: z.strictObject(intent),
    evolve: (order, { call, amount, gateway }, facts) => ({
      ...touched(order, facts),
      payment: after.requested(order.payment, {
        call,
        operation: 'void',
        gateway,
        amount,
        status: 'open',
        failures: 0,
      }),
    }),
  },
  /** A business answer: it is never asked again. */
  PaymentDeclined: {
    version: 1,
    data: z.strictObject({ call: ordinal, amount: money, code: failureCode }),
    evolve: (order, { call }, facts) => ({
      ...touched(order, facts),
      payment: after.declined(order.payment, call),
    }),
  },
  CaptureFailed: {
    version: 1,
    data: z.strictObject({ call: ordinal, amount: money, code: failureCode }),
    evolve: (order, { call }, facts) => ({
      ...touched(order, facts),
      payment: after.resolved(order.payment, call, 'declined'),
    }),
  },
  VoidFailed: {
    version: 1,
    data: z.strictObject({ call: ordinal, amount: money, code: failureCode }),
    evolve: (order, { call }, facts) => ({
      ...touched(order, facts),
      payment: after.resolved(order.payment, call, 'declined'),
    }),
  },
  /** The provider failed, or nobody knows what it did: the same call is tried again under the same key at `retryAt`. */
  PaymentAttemptFailed: {
    version: 1,
    data: z.strictObject({
      call: ordinal,
      operation,
      failure: ordinal,
      code: failureCode,
      retryAt: storedInstant,
    }),
    evolve: (order, { call, failure }, facts) => ({
      ...touched(order, facts),
      payment: after.failed(order.payment, call, failure),
    }),
  },
  /** It failed too often: nothing more happens until a human says so, or the provider reports an outcome. */
  PaymentParked: {
    version: 1,
    data: z.strictObject({ call: ordinal, operation, code: failureCode }),
    evolve: (order, { call }, facts) => ({
      ...touched(order, facts),
      payment: after.resolved(order.payment, call, 'parked'),
    }),
  },
  PaymentRetried: {
    version: 1,
    data: z.strictObject({ call: ordinal, operation }),
    evolve: (order, { call }, facts) => ({
      ...touched(order, facts),
      payment: after.retried(order.payment, call),
    }),
  },
});
