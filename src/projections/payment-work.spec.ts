import { describe, expect, it } from 'vitest';
import { was, whole } from '../../test/support/order-builders.ts';
import { expiresAt, placedPaying, provider, retryAt } from '../../test/support/order-calls.ts';
import { histories } from '../../test/support/order-histories.ts';
import { providerHistories } from '../../test/support/order-provider-histories.ts';
import { documentAfter, minute, orderIdOf, recorded } from '../../test/support/projection-history.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import { orderAggregate } from '../domain/order/aggregate.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import { openCallOf } from '../domain/order/payment.ts';
import type { Order } from '../domain/order/state.ts';
import { urgencyOf } from './due.ts';
import { type PaymentWork, paymentWork } from './payment-work.ts';
import type { Recorded } from './projection.ts';

function workAfter(...events: readonly OrderEvent[]): PaymentWork | undefined {
  return documentAfter(paymentWork, recorded(events));
}

describe('what there is to do for a payment', () => {
  it('is nothing at all where no provider is asked', () => {
    expect(workAfter(was.placed(), was.authorized(whole), was.captured(whole), was.paid())).toBeUndefined();
  });

  it('is the call, from the moment it was asked for, with all that the provider has to be told', () => {
    const work = workAfter(...placedPaying());

    expect(work).toMatchObject({
      id: orderIdOf(1),
      due: minute(2),
      call: {
        call: 1,
        operation: 'authorize',
        key: `payment/${orderIdOf(1)}/authorize/1`,
        amount: { amount: whole, currency: 'EUR' },
        token: 'tok_visa',
        failures: 0,
        isDoubtful: false,
        status: 'open',
      },
      cause: { eventId: 'event-2', correlationId: 'r' },
      revision: 1,
    });
  });

  it('is the same call later when it failed, and doubtful from then on', () => {
    const work = workAfter(...placedPaying(), provider.failed('authorize', 1, 1));

    expect(work).toMatchObject({ due: retryAt, call: { failures: 1, isDoubtful: true } });
    expect(work?.cause.eventId).toBe('event-3');
  });

  it('is nothing while a call is parked, and the call again once a human says so', () => {
    const parked = [...placedPaying(), provider.failed('authorize', 1, 5), provider.parked('authorize', 1)];

    expect(workAfter(...parked)).not.toHaveProperty('due');
    expect(workAfter(...parked, provider.retried('authorize', 1))).toMatchObject({
      due: minute(5),
      call: { failures: 0, isDoubtful: true, status: 'open' },
      cause: { eventId: 'event-5' },
    });
  });

  it('is to end the hold at its time', () => {
    const held = [...placedPaying({ captures: false }), provider.heldUntil(expiresAt)];

    expect(workAfter(...held)).toMatchObject({ due: expiresAt, held: { amount: whole } });
    expect(workAfter(...held, provider.expired())).not.toHaveProperty('due');
  });

  it('remembers what the provider calls the authorization for as long as it may be needed', () => {
    const reference = 'auth-7';
    const held = provider.held(1);
    if (held.type !== 'PaymentAuthorized') throw new Error(held.type);
    const by = { gateway: 'simulated', call: 1, reference };
    const paid = [
      ...placedPaying(),
      { ...held, data: { ...held.data, provider: by } },
      provider.captureAsked(2),
      provider.captured(2),
      was.paid(),
    ];

    expect(workAfter(...paid)).toMatchObject({ reference });
    expect(workAfter(...paid)).not.toHaveProperty('due');
    expect(workAfter(...paid, provider.refundAsked(3, 60))).toMatchObject({
      reference,
      call: { operation: 'refund', amount: { amount: 60 } },
    });
  });

  it('is listed by when it is due, what is due first before all others', () => {
    const due = ['2026-01-05T10:00:00.000Z', '1970-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'];
    const descending = due
      .map((each) => urgencyOf(each as Instant))
      .toSorted()
      .toReversed();

    expect(descending).toEqual(due.toSorted().map((each) => urgencyOf(each as Instant)));
    expect(paymentWork.fieldsOf(workAfter(...placedPaying()) as PaymentWork)).toEqual({
      urgency: urgencyOf(minute(2)),
    });
  });
});

describe.each(Object.entries({ ...histories, ...providerHistories }))('an order %s', (_what, events) => {
  it('is to be done what its own fold says, after every event', () => {
    let order: Order | undefined;
    let work: PaymentWork | undefined;
    for (const event of recorded(events)) {
      order = orderAggregate.evolve(order, event, event);
      work = paymentWork.when(work, event);
      expectSame(order, work, event);
    }
  });
});

const never = '9999-12-31T23:59:59.999Z' as Instant;

function expectSame(
  order: Order | undefined,
  work: PaymentWork | undefined,
  { revision }: Recorded<OrderEvent>,
): void {
  if (order?.payment.calls === undefined) {
    expect(work).toBeUndefined();
    return;
  }
  const { payment } = order;
  expect(work).toMatchObject({ revision, held: payment.open.capture });
  if (payment.provider?.reference !== undefined) expect(work?.reference).toBe(payment.provider.reference);
  const open = openCallOf(payment);
  if (open === undefined) {
    const decision = orderAggregate.decide({ type: 'ExpireAuthorization', now: never }, order);
    const ends = decision.ok && decision.events.length > 0;
    expect(work?.call?.status).toBe('over');
    expect(work?.due, 'a hold ends by itself exactly where the order says so').toBe(
      ends ? payment.provider?.expiresAt : undefined,
    );
    return;
  }
  const { call, operation, gateway, amount, status, failures, token, final } = open;
  expect(work?.call).toMatchObject({ call, operation, gateway, amount, status, failures });
  expect([work?.call?.token, work?.call?.final]).toEqual([token, final]);
  expect(work?.due !== undefined).toBe(status === 'open');
}
