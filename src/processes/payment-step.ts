import type { Instant } from '../domain/kernel/instant.ts';
import type { GatewayCall } from '../ports/payment-gateway.ts';
import type { LastCall, PaymentWork } from '../projections/payment-work.ts';

/** What is to be done for the payment of an order now. */
export type PaymentStep =
  /** The provider may have done it already: it is asked what it knows first, and the call is only made where that helps. */
  | { readonly kind: 'inquire'; readonly open: LastCall; readonly call: GatewayCall }
  | { readonly kind: 'call'; readonly open: LastCall; readonly call: GatewayCall }
  /** The money is not wanted any more: the provider is asked what it has done, and for nothing. */
  | { readonly kind: 'withdraw'; readonly open: LastCall; readonly call: GatewayCall }
  /** The time of the hold is over. */
  | { readonly kind: 'expire' }
  | { readonly kind: 'wait' };

/**
 * Decides the next step. A call that was begun by a process that died looks as if it had never been made: it is made
 * again, under its key, which is what keeps it from having two effects.
 */
export function stepOf(work: PaymentWork, now: Instant): PaymentStep {
  const { call: open, due, isClosed } = work;
  if (due === undefined || due > now) return { kind: 'wait' };
  if (open?.status !== 'open') return { kind: 'expire' };
  const call = gatewayCallOf(work, open);
  if (isClosed && open.operation === 'authorize') return { kind: 'withdraw', open, call };
  return { kind: open.isDoubtful ? 'inquire' : 'call', open, call };
}

function gatewayCallOf({ id, reference }: PaymentWork, open: LastCall): GatewayCall {
  const { operation, key, amount, token, final } = open;
  const isFirst = operation === 'authorize';
  return {
    operation,
    key,
    paymentId: id,
    amount,
    ...(isFirst && token !== undefined && { token }),
    ...(!isFirst && reference !== undefined && { reference }),
    ...(final !== undefined && { final }),
  };
}
