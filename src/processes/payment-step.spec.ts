import { expect, it } from 'vitest';
import { eur, was, whole } from '../../test/support/order-builders.ts';
import { expiresAt, placedPaying, provider, retryAt } from '../../test/support/order-calls.ts';
import { documentAfter, minute, orderIdOf, recorded } from '../../test/support/projection-history.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import { type PaymentWork, paymentWork } from '../projections/payment-work.ts';
import { type PaymentStep, stepOf } from './payment-step.ts';

/** Given these events, at this time: the next step. */
function stepAfter(now: Instant, ...events: readonly OrderEvent[]): PaymentStep {
  const work = documentAfter(paymentWork, recorded(events));
  if (work === undefined) throw new Error('there is nothing to do at all');
  return stepOf(work as PaymentWork, now);
}

const later = '2100-01-01T00:00:00.000Z' as Instant;
const before = (instant: Instant) => new Date(Date.parse(instant) - 1).toISOString() as Instant;

it('makes a call that was asked for, telling the provider all about it', () => {
  const step = stepAfter(minute(2), ...placedPaying());
  expect(step.kind).toBe('call');
  expect('call' in step && step.call).toStrictEqual({
    operation: 'authorize',
    key: `payment/${orderIdOf(1)}/authorize/1`,
    paymentId: orderIdOf(1),
    amount: eur(whole),
    token: 'tok_visa',
  });
});

it('names the authorization in whatever follows it, and the token no more', () => {
  const held: OrderEvent = {
    type: 'PaymentAuthorized',
    data: {
      ...{ authorization: 1, amount: eur(whole), method: { token: 'tok_visa' }, postings: [] },
      provider: { gateway: 'simulated', call: 1, reference: 'auth-7' },
    },
  };
  const step = stepAfter(later, ...placedPaying(), held, provider.captureAsked(2));

  expect(step.kind).toBe('call');
  expect('call' in step && step.call).toStrictEqual({
    operation: 'capture',
    key: `payment/${orderIdOf(1)}/capture/2`,
    paymentId: orderIdOf(1),
    amount: eur(whole),
    reference: 'auth-7',
    final: false,
  });
});

it('waits until a call that failed may be tried again, and then asks what became of it first', () => {
  const failed = [...placedPaying(), provider.failed('authorize', 1, 1)];

  expect(stepAfter(before(retryAt), ...failed).kind).toBe('wait');
  expect(stepAfter(retryAt, ...failed).kind).toBe('inquire');
});

it('leaves a parked call alone, and asks what became of it once a human lets it go on', () => {
  const parked = [...placedPaying(), provider.failed('authorize', 1, 5), provider.parked('authorize', 1)];

  expect(stepAfter(later, ...parked).kind).toBe('wait');
  expect(stepAfter(later, ...parked, provider.retried('authorize', 1)).kind).toBe('inquire');
});

it('asks for no money for an order that is cancelled, only what became of what was asked before', () => {
  const cancelling = [...placedPaying(), provider.cancelling()];

  expect(stepAfter(later, ...cancelling).kind).toBe('withdraw');
  expect(stepAfter(later, ...cancelling, provider.failed('authorize', 1, 1)).kind).toBe('withdraw');
  expect(stepAfter(later, ...placedPaying(), provider.heldUntil(expiresAt), provider.voidAsked(2)).kind).toBe(
    'call',
  );
});

it('ends a hold at its time and not before, and not while a call is under way', () => {
  const held = [...placedPaying({ captures: false }), provider.heldUntil(expiresAt)];

  expect(stepAfter(before(expiresAt), ...held).kind).toBe('wait');
  expect(stepAfter(expiresAt, ...held).kind).toBe('expire');
  expect(stepAfter(later, ...held, provider.captureAsked(2)).kind).toBe('call');
});

it('has nothing to do for what is over', () => {
  const paid = [
    ...placedPaying(),
    provider.held(1),
    provider.captureAsked(2),
    provider.captured(2),
    was.paid(),
  ];

  expect(stepAfter(later, ...paid).kind).toBe('wait');
});

it('tells no more than is known: neither token nor authorization where there is none', () => {
  const { call, ...work } = documentAfter(paymentWork, recorded(placedPaying())) as PaymentWork;
  if (call?.token === undefined) throw new Error('there is nothing to pay with');
  const { token, ...bare } = call;
  const asked = stepOf({ ...work, call: bare, reference: 'auth-0' }, later);
  expect('call' in asked && asked.call).toStrictEqual({
    operation: 'authorize',
    key: call.key,
    paymentId: work.id,
    amount: eur(whole),
  });
  const next = stepOf({ ...work, call: { ...call, operation: 'refund' } }, later);
  expect('call' in next && next.call).toStrictEqual({
    operation: 'refund',
    key: call.key,
    paymentId: work.id,
    amount: eur(whole),
  });
  expect(token).toBe('tok_visa');
});

it('ends a hold also where no call is known of it', () => {
  const { call: _, ...work } = documentAfter(paymentWork, recorded(placedPaying())) as PaymentWork;
  expect(stepOf(work, later)).toEqual({ kind: 'expire' });
});
