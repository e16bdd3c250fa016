import { describe, expect, it } from 'vitest';
import { ask, given, was, whole } from '../../../test/support/order-builders.ts';
import { provider, tell } from '../../../test/support/order-calls.ts';
import { histories } from '../../../test/support/order-histories.ts';
import { amountMax } from '../kernel/money.ts';

const late = 'captured after the order was cancelled';
const declined = histories['asked for by hand and declined'];
const captureDeclined = histories['held by a provider, its capture declined'];
const cancelledCapture = histories['cancelled for a declined capture'];

describe('an authorization that is approved after all', () => {
  it('is given back where the order was cancelled while it was given up', () => {
    const order = given(...histories['cancelled while given up'])
      .when(tell.approve('authorize', 1))
      .then(provider.held(1), provider.voidAsked(2));
    expect(order).toMatchObject({ status: 'cancelled', payment: { closed: true } });
    const done = given(...histories['cancelled, then held'])
      .when(tell.approve('void', 2))
      .then(provider.voided(2));
    expect(done).toMatchObject({ status: 'cancelled', payment: { open: { capture: { amount: 0 } } } });
  });

  it('is given back where it was declined before, and the order cancelled for that', () => {
    given(...histories['declined and cancelled'])
      .when(tell.approve('authorize', 1))
      .then(provider.held(1), provider.voidAsked(2));
  });

  it('is given back where the order was to be cancelled meanwhile', () => {
    given(...histories['cancelling while asked for'])
      .when(tell.approve('authorize', 1))
      .then(provider.held(1), provider.voidAsked(2));
  });

  it('counts where it was declined before and nothing came after: the order has its hold', () => {
    const order = given(...declined)
      .when(tell.approve('authorize', 1))
      .then(provider.held(1));
    expect(order.payment.status).toBe('authorized');
  });

  it('is refused where the order costs something else by now: it would hold more than it costs', () => {
    given(...histories['asked for by hand, declined and amended'])
      .when(tell.approve('authorize', 1))
      .refused('answer-comes-late', 'The order costs 0.60 EUR now.');
    given(...declined, was.amended(250))
      .when(tell.approve('authorize', 1))
      .refused('answer-comes-late', '2.50 EUR');
    given(...declined, was.amended(60), was.cancelled('pending', 60))
      .when(tell.approve('authorize', 1))
      .refused('answer-comes-late', '0.60 EUR');
  });

  it('is refused where the money is held or captured otherwise by now', () => {
    const elsewhere = [...declined, was.authorized(whole)];
    for (const history of [elsewhere, [...elsewhere, was.captured(whole), was.paid()]]) {
      given(...history)
        .when(tell.approve('authorize', 1))
        .refused('answer-comes-late', 'held or captured otherwise');
    }
  });

  it('is refused where so much was authorized before that no more can be counted', () => {
    const beforehand = [
      was.placed(amountMax),
      provider.asked(1, { captures: false, cancels: false }, amountMax),
      provider.declined(1, amountMax),
    ];
    given(...beforehand)
      .when(tell.approve('authorize', 1, amountMax))
      .then(provider.held(1, amountMax));
    given(...beforehand, was.authorized(1), was.voided(1))
      .when(tell.approve('authorize', 1, amountMax))
      .refused('answer-comes-late', 'No more can be counted.');
  });

  it('is refused while another call is under way, and where another amount is approved', () => {
    given(...declined, provider.asked(2, { captures: false, cancels: false }))
      .when(tell.approve('authorize', 1))
      .refused('answer-comes-late', 'Another call is under way');
    given(...declined)
      .when(tell.approve('authorize', 1, 60))
      .refused('answer-comes-late', '1.00 EUR was asked for, not 0.60 EUR');
  });
});

describe('a capture that is approved after all', () => {
  it('is paid back where the order was cancelled meanwhile', () => {
    const order = given(...cancelledCapture)
      .when(tell.approve('capture', 2))
      .then(provider.captured(2), provider.refundAsked(4, whole, 1, late));
    expect(order).toMatchObject({
      status: 'cancelled',
      payment: { voided: { amount: 0 }, captured: { amount: whole }, refunding: { amount: whole } },
    });
    const done = given(...histories['cancelled, then captured'])
      .when(tell.approve('refund', 4))
      .then(provider.refunded(4));
    expect(done).toMatchObject({ status: 'cancelled', payment: { status: 'refunded' } });
  });

  it('is credited where it can neither be kept nor paid back', () => {
    given(...histories['cancelled, then captured'])
      .when(tell.decline('refund', 4))
      .then(provider.credited(4));
  });

  it('is paid back, and the rest of the hold given back, before the order is cancelled', () => {
    const stuck = [
      ...histories['held by a provider'],
      provider.captureAsked(2, 60),
      provider.captureFailed(2, 60),
      provider.cancelling(),
      provider.voidAsked(3),
      provider.voidFailed(3),
    ];
    const paidBack = [provider.captured(2, 60), provider.refundAsked(4, 60, 1, late)];
    given(...stuck)
      .when(tell.approve('capture', 2, 60))
      .then(...paidBack);
    given(...stuck, ...paidBack)
      .when(tell.approve('refund', 4, 60))
      .then(provider.refunded(4, 60), provider.voidAsked(5, 40));
    given(...stuck, ...paidBack, provider.refunded(4, 60), provider.voidAsked(5, 40))
      .when(tell.approve('void', 5, 40))
      .then(provider.released(5, 40), provider.cancelled());
    given(...stuck, ...paidBack)
      .when(tell.decline('refund', 4))
      .then(provider.credited(4, 60), provider.voidAsked(5, 40));
  });

  it('pays the order where that goes on, whether the hold is still there or was given back', () => {
    given(...captureDeclined)
      .when(tell.approve('capture', 2))
      .then(provider.captured(2), was.paid());
    given(...captureDeclined, provider.voidAsked(3), provider.voided(3))
      .when(tell.approve('capture', 2))
      .then(provider.captured(2), was.paid());
  });

  it('completes an order that was handed over on the hold', () => {
    given(...histories['fulfilled on a provider’s hold, its capture declined'])
      .when(tell.approve('capture', 2))
      .then(provider.captured(2), was.completed());
  });

  it('is refused where the money was captured by another call: never more than the order costs', () => {
    given(...captureDeclined, provider.captureAsked(3), provider.captured(3), was.paid())
      .when(tell.approve('capture', 2))
      .refused('answer-comes-late', '1.00 EUR was not held any more.');
    const part = [
      ...histories['held by a provider'],
      provider.captureAsked(2, 60),
      provider.captureFailed(2, 60),
    ];
    given(...part, provider.captureAsked(3), provider.captured(3), was.paid())
      .when(tell.approve('capture', 2, 60))
      .refused('answer-comes-late');
  });

  it('is refused where what was given back is of an earlier authorization', () => {
    const anew = [
      ...captureDeclined,
      provider.voidAsked(3),
      provider.voided(3),
      provider.asked(4, { captures: false, cancels: false }),
      provider.held(4, whole, 2),
    ];
    given(...anew)
      .when(tell.approve('capture', 2))
      .refused('answer-comes-late', 'authorized anew');
    const again = [...anew, provider.captureAsked(5, 60), provider.captureFailed(5, 60)];
    given(...again, provider.captureAsked(6), provider.captured(6), was.paid())
      .when(tell.approve('capture', 5, 60))
      .refused('answer-comes-late', 'not held any more');
  });

  it('is refused where another provider holds the money now', () => {
    given(...captureDeclined, provider.voidAsked(3), provider.voided(3), was.authorized(whole, 2))
      .when(tell.approve('capture', 2))
      .refused('answer-comes-late', 'authorized anew');
  });

  it('is refused while the hold is being given back: which of the two happened has to be known first', () => {
    given(...histories['cancelling because its capture was declined'])
      .when(tell.approve('capture', 2))
      .refused('answer-comes-late', 'Another call is under way');
  });
});

describe('giving a hold back that is approved after all', () => {
  it('counts while the hold stands, and cancels an order that waited for it', () => {
    given(...histories['held by a provider, giving it back refused'])
      .when(tell.approve('void', 2))
      .then(provider.voided(2));
    given(...histories['cancelling, giving it back refused'])
      .when(tell.approve('void', 2))
      .then(provider.voided(2), provider.cancelled());
  });

  it('is refused where the hold was captured since', () => {
    given(
      ...histories['held by a provider, giving it back refused'],
      provider.captureAsked(3, 60),
      provider.captured(3, 60),
    )
      .when(tell.approve('void', 2))
      .refused('answer-comes-late', 'not what is held now');
  });
});

describe('a refund that is approved after all', () => {
  it('is refused: the money is credited', () => {
    given(...histories['paid through a provider, its refund credited'])
      .when(tell.approve('refund', 3))
      .refused('answer-comes-late', 'credited');
    given(...histories['paid through a provider, its refund credited'])
      .when(ask.refund())
      .refused('nothing-to-refund');
  });
});
