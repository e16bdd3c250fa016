import { askVoid, gatewayOf } from './asking.ts';
import { cancellation } from './decide-order.ts';
import type { OrderEvent, Unbooked } from './decision.ts';
import type { Payment } from './payment.ts';
import type { Order } from './state.ts';

/**
 * What is left to do for an order that takes no more money, once its payment stands like this and no call is under way:
 * a hold is given back, and an order that only waited for its provider is cancelled.
 */
export function closing(order: Order, payment: Payment): readonly Unbooked<OrderEvent>[] {
  if (!payment.closed) return [];
  const gateway = gatewayOf(payment);
  const held = payment.open.capture;
  if (gateway !== undefined && held.amount > 0) return [askVoid(order, held, gateway)];
  return order.phase === 'cancelling' ? [cancellation(order, order.cancelReason ?? 'cancelled')] : [];
}
