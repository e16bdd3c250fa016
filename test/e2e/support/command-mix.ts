import { orderBody } from '../../support/process-client.ts';
import type { Seeded } from './seeded.ts';

/** A command before it has a caller and a key. */
export interface Drawn {
  readonly path: string;
  readonly body: object;
}

/** How recent the orders are that commands are drawn for: callers meet on them. */
const recentMax = 40;

/**
 * Places an order, or does something with one of those placed last.
 * @param externalId of the order, where it places one
 * @param extra what such an order has beyond that
 */
export function drawCommand(
  draws: Seeded,
  orders: readonly string[],
  externalId: string,
  extra: () => Readonly<Record<string, unknown>> = () => ({}),
): Drawn {
  if (orders.length === 0 || draws.below(10) < 4)
    return { path: '/v1/orders', body: orderBody({ externalId, ...extra() }) };
  const [step, body] = draws.pick(steps);
  return { path: `/v1/orders/${draws.pick(orders.slice(-recentMax))}/${step}`, body };
}

const steps: readonly (readonly [string, object])[] = [
  ['payment/authorize', { method: { token: 'tok_visa' } }],
  ['payment/authorize', { method: { token: 'tok_visa' } }],
  ['payment/capture', {}],
  ['payment/capture', { amount: 450 }],
  ['payment/refund', { amount: 10, reason: 'damaged' }],
  ['fulfil', {}],
  ['notes', { note: 'leave it at the door' }],
  ['cancel', { reason: 'changed my mind' }],
  ['lines', { lines: [{ sku: 'tea-2', label: 'Black tea', kind: 'single', quantity: 1, unitPrice: 500 }] }],
];
