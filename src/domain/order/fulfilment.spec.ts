import { describe, expect, it } from 'vitest';
import { ask, eur, given, was, whole } from '../../../test/support/order-builders.ts';
import { histories } from '../../../test/support/order-histories.ts';
import { revisionMax } from './guards.ts';

const { paid } = histories;
const paidByHold = histories['paid by hold'];

describe('handing over a paid order', () => {
  it('completes it where its total is captured', () => {
    const order = given(...paid)
      .when(ask.fulfil)
      .then(was.fulfilled, was.completed());
    expect(order).toMatchObject({ status: 'completed', phase: 'completed' });
    expect(order.fulfilledAt?.localeCompare(order.completedAt ?? '')).toBe(-1);
  });

  it('leaves it delivered but not completed while a part is only held', () => {
    const order = given(...paidByHold, was.captured(60))
      .when(ask.fulfil)
      .then(was.fulfilled);
    expect(order).toMatchObject({ status: 'paid', phase: 'delivered', fulfilledAt: order.updatedAt });
    expect(order).not.toHaveProperty('completedAt');
  });

  it('leaves it delivered but not completed while a refund is under way', () => {
    const order = given(...histories['paid, a refund under way'])
      .when(ask.fulfil)
      .then(was.fulfilled);
    expect(order).toMatchObject({
      status: 'paid',
      payment: { refunding: eur(30), open: { refund: eur(70) } },
    });
  });

  it('pays an order that costs nothing by the handing over', () => {
    const order = given(was.placed(0)).when(ask.fulfil).then(was.paid(0), was.fulfilled, was.completed(0));
    expect(order).toMatchObject({ status: 'completed', paidAt: expect.any(String) });
    given(was.placed(), was.amended(0)).when(ask.fulfil).then(was.paid(0), was.fulfilled, was.completed(0));
  });

  it('goes on while some money was returned, or is under an open chargeback', () => {
    for (const history of [
      histories['paid and refunded in part'],
      histories['paid and disputed'],
      histories['paid and disputed in part'],
      histories['paid, disputed and won'],
    ]) {
      given(...history)
        .when(ask.fulfil)
        .then(was.fulfilled, was.completed());
    }
  });

  it('goes on where all that was captured was returned but the rest of the price is held', () => {
    given(...histories['paid by hold, captured in part and refunded'])
      .when(ask.fulfil)
      .then(was.fulfilled);
  });

  it('is refused while the order is pending, saying what is captured and what is held', () => {
    given(was.placed()).when(ask.fulfil).refused('order-not-paid', '0.00 EUR of 1.00 EUR is captured');
    given(...histories['captured in part'])
      .when(ask.fulfil)
      .refused('order-not-paid', '0.60 EUR of 1.00 EUR is captured, 0.40 EUR held');
  });

  it('is refused once nothing of the payment is left', () => {
    const nothing = 'All 1.00 EUR that was captured has been returned.';
    given(...histories['paid and refunded'])
      .when(ask.fulfil)
      .refused('order-not-paid', nothing);
    given(...histories['paid, disputed and lost'])
      .when(ask.fulfil)
      .refused('order-not-paid', nothing);
  });

  it('is refused on an order that is cancelled, fulfilled or completed', () => {
    given(...histories.cancelled)
      .when(ask.fulfil)
      .refused('order-already-cancelled');
    given(...histories['fulfilled on hold'])
      .when(ask.fulfil)
      .refused('order-already-fulfilled');
    given(...histories.completed)
      .when(ask.fulfil)
      .refused('order-already-fulfilled');
  });

  it('is refused at the end of all history', () => {
    given(...paid)
      .atRevision(revisionMax - 1)
      .when(ask.fulfil)
      .then(was.fulfilled, was.completed());
    given(...paid)
      .atRevision(revisionMax)
      .when(ask.fulfil)
      .refused('order-history-full');
  });
});

describe('a fulfilled order', () => {
  const fulfilled = histories['fulfilled on hold'];

  it('completes with the capture that covers its total', () => {
    given(...fulfilled)
      .when(ask.capture())
      .then(was.captured(whole), was.completed());
    given(...fulfilled, was.captured(60))
      .when(ask.capture(39))
      .then(was.captured(39, 2));
    given(...fulfilled, was.captured(60), was.captured(39, 2))
      .when(ask.capture(1))
      .then(was.captured(1, 3), was.completed());
  });

  it('completes although a part of it was refunded meanwhile', () => {
    given(...fulfilled, was.captured(60), ...was.refunded(60))
      .when(ask.capture())
      .then(was.captured(40, 2), was.completed());
  });
});
