import { describe, expect, it } from 'vitest';
import { ask, given, was, whole } from '../../../test/support/order-builders.ts';
import { provider, tell } from '../../../test/support/order-calls.ts';
import { histories } from '../../../test/support/order-histories.ts';
import type { OrderCommand } from './commands.ts';

const held = histories['held by a provider'];
const cancelling = histories['cancelling while it is given back'];

describe('cancelling an order whose money is with a provider', () => {
  it('has the hold given back first, and takes no more money from then on', () => {
    const order = given(...held)
      .when(ask.cancel)
      .then(provider.cancelling(), provider.voidAsked(2));
    expect(order).toMatchObject({
      status: 'pending',
      phase: 'cancelling',
      cancelReason: 'changed my mind',
      payment: { closed: true, open: { authorize: { amount: 0 } } },
    });
    expect(order).not.toHaveProperty('cancelledAt');
  });

  it('is done once the hold is given back', () => {
    const order = given(...cancelling)
      .when(tell.approve('void', 2))
      .then(provider.voided(2), provider.cancelled());
    expect(order).toMatchObject({ status: 'cancelled', phase: 'cancelled', payment: { status: 'voided' } });
  });

  it('says that the order was paid where it was paid with that hold', () => {
    given(...histories['paid by a provider’s hold'])
      .when(ask.cancel)
      .then(provider.cancelling(), provider.voidAsked(2));
    given(...histories['paid by a provider’s hold, cancelling'])
      .when(tell.approve('void', 2))
      .then(provider.voided(2), provider.cancelled('changed my mind', 'paid'));
  });

  it('gives back the rest of a hold of which the captured part was paid back', () => {
    const refunded = [
      ...histories['held by a provider and captured in part'],
      provider.refundAsked(3, 60),
      provider.refunded(3, 60),
    ];
    given(...refunded)
      .when(ask.cancel)
      .then(provider.cancelling(), provider.voidAsked(4, 40));
    given(...refunded, provider.cancelling(), provider.voidAsked(4, 40))
      .when(tell.approve('void', 4, 40))
      .then(provider.released(4, 40), provider.cancelled());
  });

  it('waits for a hold that is being given back anyway', () => {
    given(...histories['held by a provider, being given back'])
      .when(ask.cancel)
      .then(provider.cancelling());
    given(...histories['held by a provider, being given back'], provider.cancelling())
      .when(tell.approve('void', 2))
      .then(provider.voided(2), provider.cancelled());
  });

  it('waits for an authorization under way: declined, the order is cancelled for the reason it was cancelled for', () => {
    given(...histories['asked for'])
      .when(ask.cancel)
      .then(provider.cancelling());
    given(...histories['cancelling while asked for'])
      .when(tell.decline('authorize', 1))
      .then(provider.declined(), provider.cancelled());
  });

  it('waits no longer once that is given up, whoever was first', () => {
    given(...histories['asked for and given up'])
      .when(ask.cancel)
      .then(provider.cancelled());
    const failed = [1, 2, 3, 4].map((failure) => provider.failed('authorize', 1, failure));
    given(...histories['cancelling while asked for'], ...failed)
      .when(tell.fail('authorize', 1))
      .then(provider.failed('authorize', 1, 5), provider.parked('authorize', 1), provider.cancelled());
    given(...histories['cancelling while asked for'])
      .when(tell.approve('authorize', 1, 60))
      .then(provider.parked('authorize', 1, 'amount-mismatch'), provider.cancelled());
  });

  it('stays under way where the provider refuses to give the hold back, or nobody knows whether it did', () => {
    const refused = given(...cancelling)
      .when(tell.decline('void', 2))
      .then(provider.voidFailed(2));
    expect(refused).toMatchObject({ status: 'pending', phase: 'cancelling' });
    expect(given(...histories['cancelling, giving it back given up']).state?.phase).toBe('cancelling');
  });

  it('is done in the same append where no money is with the provider', () => {
    given(...histories['asked for by hand and declined'])
      .when(ask.cancel)
      .then(provider.cancelled());
    given(...histories['given back by a provider'])
      .when(ask.cancel)
      .then(provider.cancelled());
    given(...histories['given back by a provider, held by another'])
      .when(ask.cancel)
      .then(was.voided(whole), provider.cancelled());
    given(...histories['paid through a provider, its refund credited'])
      .when(ask.cancel)
      .then(provider.cancelled('changed my mind', 'paid'));
  });

  it('is refused while a capture or refund is under way or given up: nobody knows what to give back', () => {
    given(...histories['held by a provider, its capture under way'])
      .when(ask.cancel)
      .refused('payment-call-open', 'Its capture is under way');
    given(...histories['held by a provider, its capture given up'])
      .when(ask.cancel)
      .refused('payment-call-open', 'Its capture was given up for now');
    given(...histories['paid through a provider, a refund under way'])
      .when(ask.cancel)
      .refused('order-has-captured-money');
  });
});

describe('an order that is being cancelled', () => {
  const asked: readonly OrderCommand[] = [
    ask.cancel,
    ask.amend(1),
    ask.fulfil,
    ask.authorize(),
    tell.authorize(),
    ask.capture(),
    ask.void,
  ];

  it.each(asked)('takes no $type', (command) => {
    given(...cancelling)
      .when(command)
      .refused('order-cancelling');
  });

  it('still takes a note', () => {
    given(...cancelling)
      .when(ask.note)
      .then(was.noted);
  });
});
