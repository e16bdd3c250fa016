import { z } from 'zod';
import type { Money } from '../kernel/money.ts';

/** What a payment provider is asked to do. */
export const operation = z.enum(['authorize', 'capture', 'void', 'refund']);
export type Operation = z.output<typeof operation>;

/** Technical failures of one call before it is parked for a human. */
export const failuresMax = 5;

/** `open`: may be tried at any time. `parked`: failed so often that a human has to look; its outcome is still unknown. */
export const callStatus = z.enum(['open', 'parked', 'approved', 'declined']);
export type CallStatus = z.output<typeof callStatus>;

/** One thing asked of the provider. There is at most one open or parked at a time. */
export interface Call {
  /** Counts all calls of the order, from 1. */
  readonly call: number;
  readonly operation: Operation;
  /** Who was asked. */
  readonly gateway: string;
  readonly amount: Money;
  readonly status: CallStatus;
  readonly failures: number;
  /** Of an authorization: captures as soon as it is approved. */
  readonly captures?: boolean;
  /** Of an authorization: a decline cancels the order. */
  readonly cancels?: boolean;
  /** Of a capture: gives back what it leaves. */
  readonly final?: boolean;
  /** Of a refund: which it is. */
  readonly refund?: number;
  /** Of an authorization: the provider's token. */
  readonly token?: string;
}

/**
 * The provider's idempotency key of a call: the same for every attempt at it, and never the client's (IDEMPOTENCY.md
 * D4.10).
 */
export function gatewayKey(
  orderId: string,
  { operation: kind, call }: Pick<Call, 'operation' | 'call'>,
): string {
  return `payment/${orderId}/${kind}/${call}`;
}

/** The call and order a provider's idempotency key stands for; `undefined` for a key that is not the ledger's. */
export function parseGatewayKey(
  key: string,
): { readonly orderId: string; readonly operation: Operation; readonly call: number } | undefined {
  const [, orderId, kind, call] =
    /^payment\/([0-9a-f-]{36})\/(authorize|capture|void|refund)\/(\d{1,9})$/.exec(key) ?? [];
  if (orderId === undefined || call === undefined) return undefined;
  return { orderId, operation: operation.parse(kind), call: Number(call) };
}
