import { describe, expect, it } from 'vitest';
import { ask, given, was, whole } from '../../../test/support/order-builders.ts';
import { expiresAt, placedPaying, provider, tell } from '../../../test/support/order-calls.ts';
import { histories } from '../../../test/support/order-histories.ts';
import type { Instant } from '../kernel/instant.ts';
import { revisionMax } from './guards.ts';

const held = histories['held by a provider until a time'];
const paidByHold = [
  ...placedPaying({ captures: false }, 'authorized'),
  provider.heldUntil(expiresAt),
  was.paid(),
] as const;
const refusedVoid = [provider.cancelling(), provider.voidAsked(2), provider.voidFailed(2)] as const;

describe('a hold at its end', () => {
  it('is gone at that time and not before, and another can be had', () => {
    const early = '2026-01-12T08:59:59.999Z' as Instant;
    given(...held)
      .when(tell.expire(early))
      .then();
    const order = given(...held)
      .when(tell.expire())
      .then(provider.expired());
    expect(order).toMatchObject({
      status: 'pending',
      payment: { status: 'expired', open: { authorize: { amount: whole } } },
    });
    given(...held, provider.expired())
      .when(tell.expire())
      .then();
    given(...held, provider.expired())
      .when(tell.authorize())
      .then(provider.asked(2, { captures: false, cancels: false }));
  });

  it('is gone before that time, or without one, where the provider says so itself', () => {
    given(...held)
      .when(tell.expiredEarly)
      .then(provider.expired());
    given(...histories['held by a provider'])
      .when(tell.expiredEarly)
      .then(provider.expired());
    for (const elsewhere of [histories.held, histories['given back by a provider, held by another']]) {
      given(...elsewhere)
        .when(tell.expiredEarly)
        .then();
    }
  });

  it('has no end where the provider named none, or another holds the money', () => {
    given(...histories['held by a provider'])
      .when(tell.expire())
      .then();
    given(...held, provider.voidAsked(2), provider.voided(2), was.authorized(whole, 2))
      .when(tell.expire())
      .then();
  });

  it('cancels an order that was paid with it', () => {
    const order = given(...paidByHold)
      .when(tell.expire())
      .then(provider.expired(), provider.cancelled('authorization_expired', 'paid'));
    expect(order).toMatchObject({ status: 'cancelled', payment: { status: 'expired' } });
  });

  it('stays on the books where goods were given for it, or where it stands beside captured money', () => {
    given(...paidByHold, was.fulfilled, provider.captureAsked(2), provider.captureFailed(2))
      .when(tell.expire())
      .then();
    given(...paidByHold, provider.captureAsked(2, 60), provider.captured(2, 60))
      .when(tell.expire())
      .then();
  });

  it('waits for the outcome of a call', () => {
    for (const asked of [provider.captureAsked(2), provider.voidAsked(2)]) {
      given(...held, asked)
        .when(tell.expire())
        .then();
    }
  });

  it('ends the cancelling of an order that could not have it given back', () => {
    given(...held, ...refusedVoid)
      .when(tell.expire())
      .then(provider.expired(), provider.cancelled());
    given(...paidByHold, ...refusedVoid)
      .when(tell.expire())
      .then(provider.expired(), provider.cancelled('changed my mind', 'paid'));
    const paidBack = [
      ...paidByHold,
      provider.captureAsked(2, 60),
      provider.captured(2, 60),
      provider.refundAsked(3, 60),
      provider.refunded(3, 60),
      provider.cancelling(),
      provider.voidAsked(4, 40),
      provider.voidFailed(4, 40),
    ];
    given(...paidBack)
      .when(tell.expire())
      .then(provider.expired(40), provider.cancelled('changed my mind', 'paid'));
  });
});

describe('a call that was given up', () => {
  it.each([
    ['authorize', 1, 'asked for and given up'],
    ['capture', 2, 'held by a provider, its capture given up'],
    ['void', 2, 'cancelling, giving it back given up'],
    ['refund', 3, 'paid through a provider, a refund given up'],
  ] as const)('goes on where a human says so: %s', (operation, call, history) => {
    const order = given(...histories[history])
      .when(tell.retry)
      .then(provider.retried(operation, call));
    expect(order.payment.calls?.at(-1)).toMatchObject({ call, status: 'open', failures: 0 });
    given(...histories[history], provider.retried(operation, call))
      .when(tell.retry)
      .refused('nothing-to-retry');
  });

  it('is gone on with where the order was cancelled too: the provider may hold money that nobody knows of', () => {
    given(...histories['cancelled while given up'])
      .when(tell.retry)
      .then(provider.retried('authorize', 1));
  });

  it('is asked anew where it was giving back a hold and was refused, before and after the order is cancelled', () => {
    given(...histories['cancelling, giving it back refused'])
      .when(tell.retry)
      .then(provider.voidAsked(3));
    given(...histories['cancelled, then held, giving it back refused'])
      .when(tell.retry)
      .then(provider.voidAsked(3));
  });

  it('is nothing where nothing was given up', () => {
    for (const history of [
      histories.placed,
      histories.held,
      histories['asked for'],
      histories['held by a provider, giving it back refused'],
      histories['cancelled by a provider’s answer'],
    ]) {
      given(...history)
        .when(tell.retry)
        .refused('nothing-to-retry', 'Nothing of it waits for that.');
    }
  });

  it('is refused at the end of all history; what a provider answers never is', () => {
    given(...histories['asked for and given up'])
      .atRevision(revisionMax)
      .when(tell.retry)
      .refused('order-history-full');
    given(...histories['asked for and given up'])
      .atRevision(revisionMax)
      .when(tell.approve('authorize', 1))
      .then(provider.held(1), provider.captureAsked(2));
    given(...histories.held)
      .atRevision(revisionMax)
      .when(ask.capture())
      .refused('order-history-full');
  });
});
