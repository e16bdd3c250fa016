import { describe, expect, it } from 'vitest';
import { eur, usd } from '../../test/support/order-builders.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { GatewayAnswer } from '../ports/payment-gateway.ts';
import { providerAnswerOf, retryAtOf } from './payment-answer.ts';

const now = '2026-01-31T09:30:00.000Z' as Instant;
const retryAt = '2026-01-31T09:30:01.000Z' as Instant;
const approved = { kind: 'approved', reference: 'auth-1', amount: eur(100), fee: eur(3) } as const;
const unusable = { kind: 'failed', code: 'unusable-answer', retryAt };

describe('a call that failed', () => {
  it.each([
    [0, 800, 1_200],
    [1, 1_600, 2_400],
    [2, 3_200, 4_800],
    [3, 6_400, 9_600],
  ])('after %i failures before is tried again after %i to %i ms', (failures, leastMs, mostMs) => {
    const delays = [0, 0.5, 0.999_999].map(
      (fraction) => Date.parse(retryAtOf(now, failures, fraction)) - Date.parse(now),
    );
    expect(delays).toEqual([leastMs, (leastMs + mostMs) / 2, mostMs]);
  });
});

describe('an answer', () => {
  it('that approves is recorded as it came', () => {
    expect(providerAnswerOf(approved, retryAt)).toEqual(approved);
  });

  it('that says nothing for certain is a failure, to be tried again', () => {
    expect(providerAnswerOf({ kind: 'unknown', code: 'timeout' }, retryAt)).toEqual({
      kind: 'failed',
      code: 'timeout',
      retryAt,
    });
  });

  it.each<[string, GatewayAnswer]>([
    ['with half a cent', { ...approved, amount: { amount: 99.5, currency: 'EUR' } }],
    ['with a negative fee', { ...approved, fee: { amount: -1, currency: 'EUR' } }],
    ['with a fee in another currency', { ...approved, fee: usd(3) }],
    ['without a name for the authorization', { ...approved, reference: '' }],
    ['with a name that cannot be written down', { ...approved, reference: 'a\nb' }],
    ['with a time that is none', { ...approved, expiresAt: 'tomorrow' as Instant }],
  ])('%s is no answer', (_what, answer) => {
    expect(providerAnswerOf(answer, retryAt)).toEqual(unusable);
  });

  it.each([
    ['a code\nwith lines', 'a_code_with_lines'],
    ['', 'unspecified'],
    ['x'.repeat(300), 'x'.repeat(64)],
  ])('declining with the code %j is recorded with one that can be', (code, recorded) => {
    expect(providerAnswerOf({ kind: 'declined', code }, retryAt)).toEqual({
      kind: 'declined',
      code: recorded,
    });
  });
});
