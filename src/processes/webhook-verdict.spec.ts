import { describe, expect, it } from 'vitest';
import { given, ids } from '../../test/support/order-builders.ts';
import { orderId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import { gatewayKey } from '../domain/order/calls.ts';
import type { OrderCommand } from '../domain/order/commands.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import type { Order } from '../domain/order/state.ts';
import { type Report, report } from '../domain/webhook/report.ts';
import { verdictOn } from './webhook-verdict.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' }) as const;
const ends = '2026-02-07T09:30:00.000Z';
const placing: OrderCommand = {
  type: 'PlaceOrder',
  ...{ orderId: ids.order, customerId: ids.customer, currency: 'EUR', paidWhen: 'captured' },
  lines: [{ sku: 'tea' as never, label: 'Green tea', kind: 'single', quantity: 1, unitPrice: 100 }],
};

/** An order after these commands. */
function orderAfter(...commands: readonly OrderCommand[]): Order {
  let events: readonly OrderEvent[] = [];
  for (const command of [placing, ...commands]) {
    const { decision } = given(...events).when(command);
    if (!decision.ok) throw new Error(decision.detail);
    events = [...events, ...decision.events];
  }
  const { state } = given(...events);
  if (state === undefined) throw new Error('no order');
  return state;
}

const ask: OrderCommand = { type: 'AuthorizePayment', method: { token: 'tok' }, gateway: 'simulated' };
const capture: OrderCommand = { type: 'CapturePayment' };
function approve(
  call: number,
  operation: 'authorize' | 'capture',
  reference = 'auth-1',
  expiresAt?: string,
): OrderCommand {
  const until = expiresAt === undefined ? {} : { expiresAt: expiresAt as Instant };
  return {
    type: 'RecordAnswer',
    ...{ call, operation },
    answer: { kind: 'approved', amount: eur(100), reference, ...until },
  };
}

const decline: OrderCommand = {
  type: 'RecordAnswer',
  ...{ call: 1, operation: 'authorize' },
  answer: { kind: 'declined', code: 'insufficient-funds' },
};

function said(more: Partial<Report>): Report {
  return report.parse({
    ...{ eventId: 'evt-1', gateway: 'simulated', type: 'dispute.opened', paymentId: ids.order },
    ...{ amount: eur(100), reportedAt: ends, ...more },
  });
}

const otherOrder = orderId.parse('5f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7b');
const held = orderAfter(ask, approve(1, 'authorize', 'auth-1', ends));
const expired = said({ type: 'authorization.expired', reference: 'auth-1' });

describe('what a report asks of its order', () => {
  const key = gatewayKey(ids.order, { operation: 'authorize', call: 1 });
  const asked = orderAfter(ask);
  const call = { type: 'RecordAnswer', call: 1, operation: 'authorize' } as const;

  it('is to record the answer to a call, with all that the provider says of it', () => {
    const approved = said({
      type: 'call.approved',
      key,
      reference: 'auth-1',
      fee: eur(3),
      expiresAt: ends as Instant,
    });
    expect(verdictOn(approved, asked)).toEqual({
      kind: 'apply',
      command: {
        ...call,
        answer: { kind: 'approved', amount: eur(100), reference: 'auth-1', fee: eur(3), expiresAt: ends },
      },
    });
    expect(verdictOn(said({ type: 'call.declined', key }), asked)).toEqual({
      kind: 'apply',
      command: { ...call, answer: { kind: 'declined', code: 'declined' } },
    });
  });

  it('is no more than the provider says', () => {
    expect(verdictOn(said({ type: 'call.approved', key }), asked)).toStrictEqual({
      kind: 'apply',
      command: { ...call, answer: { kind: 'approved', amount: eur(100) } },
    });
    const taken = orderAfter(ask, approve(1, 'authorize'), capture, approve(2, 'capture'));
    expect(verdictOn(said({}), taken)).toStrictEqual({
      kind: 'apply',
      command: { type: 'OpenDispute', amount: eur(100) },
    });
  });

  it('is nothing where the order knows it', () => {
    expect(verdictOn(said({ type: 'call.approved', key }), held)).toEqual({ kind: 'known' });
    expect(verdictOn(said({ type: 'call.declined', key }), held)).toEqual({ kind: 'known' });
  });

  it('is to open a dispute or to end it', () => {
    const taken = orderAfter(ask, approve(1, 'authorize'), capture, approve(2, 'capture'));
    const disputed = orderAfter(...[ask, approve(1, 'authorize'), capture, approve(2, 'capture')], {
      type: 'OpenDispute',
    });
    expect(verdictOn(said({ fee: eur(15) }), taken)).toEqual({
      kind: 'apply',
      command: { type: 'OpenDispute', amount: eur(100), fee: eur(15) },
    });
    for (const outcome of ['won', 'lost'] as const) {
      expect(verdictOn(said({ type: `dispute.${outcome}` }), disputed)).toMatchObject({
        kind: 'apply',
        command: { type: 'ResolveDispute', outcome },
      });
      expect(verdictOn(said({ type: `dispute.${outcome}` }), taken)).toMatchObject({
        kind: 'wait',
        reason: 'no-open-chargeback',
      });
    }
  });
});

describe('the end of a hold', () => {
  it.each([
    ['when its time has come', held],
    [
      'before the time that was told',
      orderAfter(ask, approve(1, 'authorize', 'auth-1', '2026-02-08T00:00:00.000Z')),
    ],
    ['where no time was told', orderAfter(ask, approve(1, 'authorize'))],
  ])('is recorded %s: the provider knows', (_when, held) => {
    expect(verdictOn(expired, held)).toEqual({
      kind: 'apply',
      command: { type: 'ExpireAuthorization', now: ends, reported: true },
    });
  });

  it('need not say which hold: then it is the one there is', () => {
    expect(verdictOn(said({ type: 'authorization.expired' }), held)).toMatchObject({ kind: 'apply' });
  });

  it.each([
    ['nothing is authorized yet', orderAfter(ask), 'hold-not-known'],
    ['what was asked for was declined', orderAfter(ask, decline), 'hold-not-known'],
    ['a capture of it is under way', orderAfter(ask, approve(1, 'authorize'), capture), 'hold-not-known'],
  ])('waits while %s', (_when, order, reason) => {
    expect(verdictOn(expired, order)).toMatchObject({ kind: 'wait', reason });
  });

  it.each([
    [
      'the money was captured before',
      orderAfter(ask, approve(1, 'authorize'), capture, approve(2, 'capture')),
    ],
    ['another authorization holds the money now', orderAfter(ask, approve(1, 'authorize', 'auth-2', ends))],
  ])('says nothing of the order where %s', (_when, order) => {
    expect(verdictOn(expired, order)).toEqual({ kind: 'known' });
  });
});

describe('a report that makes no sense', () => {
  it.each([
    ['there is no such order', {}, undefined, 'order-not-found'],
    ['no provider holds its money', {}, orderAfter(), 'other-gateway'],
    ['another provider holds its money', { gateway: 'other' }, held, 'other-gateway'],
    [
      'it is in another currency',
      { amount: { amount: 100, currency: 'USD' as const } },
      held,
      'currency-mismatch',
    ],
    [
      'its fee is in another currency',
      { fee: { amount: 1, currency: 'USD' as const } },
      held,
      'not-understood',
    ],
    [
      'its key is not the ledger’s',
      { type: 'call.approved' as const, key: 'pi_123' },
      held,
      'not-understood',
    ],
    ['it has no key', { type: 'call.declined' as const }, held, 'not-understood'],
    [
      'its key is of another order than it names',
      { type: 'call.approved' as const, key: gatewayKey(otherOrder, { operation: 'authorize', call: 1 }) },
      held,
      'not-understood',
    ],
  ])('goes into quarantine: %s', (_what, more, order, reason) => {
    expect(verdictOn(said(more), order)).toMatchObject({
      kind: 'quarantine',
      reason,
      detail: expect.stringMatching(/\.$/),
    });
  });

  it('tells whoever has to look where the money is', () => {
    expect(verdictOn(said({}), orderAfter())).toHaveProperty(
      'detail',
      expect.stringContaining('no provider'),
    );
    expect(verdictOn(said({ gateway: 'other' }), held)).toHaveProperty(
      'detail',
      expect.stringContaining('simulated'),
    );
  });

  it('tells which order its key is of', () => {
    const key = gatewayKey(otherOrder, { operation: 'authorize', call: 1 });
    expect(verdictOn(said({ type: 'call.approved', key }), held)).toHaveProperty(
      'detail',
      expect.stringContaining(otherOrder),
    );
  });
});
