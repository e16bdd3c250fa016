import { askVoid, gatewayOf } from './asking.ts';
import { closing } from './closing.ts';
import type { OrderCommandOf } from './commands.ts';
import { cancellation } from './decide-order.ts';
import type { OrderDecision } from './decision.ts';
import { historyIsFull } from './guards.ts';
import { after, openCallOf } from './payment.ts';
import { decide } from './rejections.ts';
import type { Order } from './state.ts';

/**
 * The provider no longer holds the money. Nothing happens before its time unless the provider says so itself, while a
 * call is under way, nor where the hold is what goods were given for or what stands beside captured money of a paid order.
 */
export function expireAuthorization(
  { now, reported }: OrderCommandOf<'ExpireAuthorization'>,
  order: Order,
): OrderDecision {
  const { payment, fulfilledAt, status } = order;
  const { open, provider, captured, closed } = payment;
  const held = open.capture;
  const expiresAt = provider?.expiresAt;
  const isTime = reported === true || (expiresAt !== undefined && now >= expiresAt);
  const isDue = isTime && held.amount > 0 && gatewayOf(payment) !== undefined;
  if (!isDue || fulfilledAt !== undefined || openCallOf(payment) !== undefined)
    return { ok: true, events: [] };
  const isPaid = status === 'paid' && !closed;
  if (isPaid && captured.amount > 0) return { ok: true, events: [] };
  return {
    ok: true,
    events: [
      { type: 'AuthorizationExpired', data: { amount: held } },
      ...(isPaid
        ? [cancellation(order, 'authorization_expired')]
        : closing(order, after.expired(payment, held))),
    ],
  };
}

/** A human has looked at what was given up. */
export function retryPayment(_command: OrderCommandOf<'RetryPayment'>, order: Order): OrderDecision {
  const { payment } = order;
  const last = payment.calls?.at(-1);
  const parked = last?.status === 'parked' ? last : undefined;
  const gateway = gatewayOf(payment);
  const voidsAgain = payment.closed && openCallOf(payment) === undefined && payment.open.capture.amount > 0;
  return decide(
    {
      'nothing-to-retry':
        parked === undefined && !(voidsAgain && gateway !== undefined) && 'Nothing of it waits for that.',
      'order-history-full': historyIsFull(order),
    },
    () =>
      parked === undefined
        ? [askVoid(order, payment.open.capture, gateway ?? '')]
        : [{ type: 'PaymentRetried', data: { call: parked.call, operation: parked.operation } }],
  );
}
