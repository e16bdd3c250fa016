import type { Instant } from '../../src/domain/kernel/instant.ts';
import { moneyOf } from '../../src/domain/kernel/money.ts';
import type { GatewayCall, GatewayReport } from '../../src/ports/payment-gateway.ts';

export const secret = 'a secret of 32 characters or more';
export const now = '2026-01-31T09:30:00.000Z' as Instant;

export const payment = '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a';
export const eur = (amount: number) => moneyOf(amount, 'EUR');

/** An authorization that is approved. */
export function authorization(more: Partial<GatewayCall> = {}): GatewayCall {
  const paymentId = more.paymentId ?? payment;
  return {
    operation: 'authorize',
    key: `payment/${paymentId}/authorize/1`,
    paymentId,
    amount: eur(10_000),
    token: 'tok_approve',
    ...more,
  };
}

/** What follows an authorization, as the n-th call of the payment. */
export function following(
  operation: 'capture' | 'void' | 'refund',
  n: number,
  amount: number,
  more: Partial<GatewayCall> = {},
): GatewayCall {
  return {
    operation,
    key: `payment/${payment}/${operation}/${n}`,
    paymentId: payment,
    amount: eur(amount),
    ...more,
  };
}

export const sampleReport: GatewayReport = {
  eventId: 'evt_1',
  type: 'call.approved',
  paymentId: payment,
  key: `payment/${payment}/authorize/1`,
  reference: 'auth_1',
  amount: eur(10_000),
  expiresAt: '2026-02-07T09:30:00.000Z' as Instant,
  at: now,
};
