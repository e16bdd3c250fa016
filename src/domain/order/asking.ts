import type { Money } from '../kernel/money.ts';
import { gatewayKey, type Operation } from './calls.ts';
import type { OrderEvent, Unbooked } from './decision.ts';
import { openCallOf, type Payment } from './payment.ts';
import type { Order } from './state.ts';

/** The common part of an intent: the next call of the order, and the key the provider will know it by. */
export function intentOf(order: Order, operation: Operation, amount: Money, gateway: string) {
  const call = (order.payment.calls?.length ?? 0) + 1;
  return { call, amount, gateway, key: gatewayKey(order.orderId, { operation, call }) };
}

/** Asks the provider to capture. */
export function askCapture(
  order: Order,
  amount: Money,
  gateway: string,
  final: boolean,
): Unbooked<OrderEvent> {
  return { type: 'CaptureRequested', data: { ...intentOf(order, 'capture', amount, gateway), final } };
}

/** Asks the provider to give back what it holds. */
export function askVoid(order: Order, amount: Money, gateway: string): Unbooked<OrderEvent> {
  return { type: 'VoidRequested', data: intentOf(order, 'void', amount, gateway) };
}

/** Asks the provider to pay money back. */
export function askRefund(
  order: Order,
  amount: Money,
  gateway: string,
  reason: string,
): Unbooked<OrderEvent> {
  const { call, key } = intentOf(order, 'refund', amount, gateway);
  const refund = order.payment.counts.refunds + 1;
  return { type: 'RefundRequested', data: { refund, amount, reason, provider: { gateway, call, key } } };
}

/** The provider that the order's money is with; `undefined` where the caller reports what its own provider did. */
export function gatewayOf({ provider, captured, open }: Payment): string | undefined {
  return captured.amount > 0 || open.capture.amount > 0 ? provider?.gateway : undefined;
}

/** Why nothing can be asked of the provider now. */
export function awaitsAnswer({ payment }: Order): string | false {
  const open = openCallOf(payment);
  if (open === undefined) return false;
  const state = open.status === 'parked' ? 'was given up for now' : 'is under way';
  return `Its ${open.operation} ${state}; the outcome has to be known first.`;
}
