import type { Order } from './state.ts';

/** Events after which an order takes no more changes of the kind a customer can repeat at will. */
export const optionalRevisionMax = 1_000;
/** Events after which an order takes nothing more. Money facts get this far, so nobody can crowd them out. */
export const revisionMax = 5_000;

export function isCancelled(order: Order): string | false {
  return order.status === 'cancelled' && `It was cancelled at ${order.cancelledAt}.`;
}

export function isCancelling(order: Order): string | false {
  return order.phase === 'cancelling' && 'The provider has yet to say what became of the money.';
}

export function isFulfilled(order: Order): string | false {
  return order.fulfilledAt !== undefined && `It was fulfilled at ${order.fulfilledAt}.`;
}

export function historyIsFull(order: Order, kind?: 'optional'): string | false {
  const max = kind === 'optional' ? optionalRevisionMax : revisionMax;
  return order.revision >= max && `At revision ${order.revision} the order takes no more of this.`;
}
