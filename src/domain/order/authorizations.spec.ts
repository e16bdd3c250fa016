import { describe, expect, it } from 'vitest';
import { ask, eur, given, usd, was, whole } from '../../../test/support/order-builders.ts';
import { histories } from '../../../test/support/order-histories.ts';
import { amountMax } from '../kernel/money.ts';
import { optionalRevisionMax } from './guards.ts';

const { held, voided, paid } = histories;
const paidByHold = histories['paid by hold'];

describe('authorizing a payment', () => {
  it('takes what is open where no amount is named, and the order awaits its payment', () => {
    const order = given(was.placed()).when(ask.authorize()).then(was.authorized(whole));
    expect(order).toMatchObject({ status: 'pending', phase: 'awaiting_payment' });
    expect(order.payment).toMatchObject({ status: 'authorized', open: { authorize: eur(0) } });
  });

  it('may be done in parts, each with the next number, and takes the rest by default', () => {
    given(was.placed()).when(ask.authorize(60)).then(was.authorized(60));
    given(was.placed(), was.authorized(60))
      .when(ask.authorize(eur(15)))
      .then(was.authorized(15, 2));
    given(was.placed(), was.authorized(60)).when(ask.authorize()).then(was.authorized(40, 2));
  });

  it('pays the order with the hold that covers its total where that is the policy', () => {
    const placed = was.placed(whole, { paidWhen: 'authorized' });
    given(placed).when(ask.authorize(99)).then(was.authorized(99));
    const order = given(placed, was.authorized(99))
      .when(ask.authorize(1))
      .then(was.authorized(1, 2), was.paid());
    expect(order).toMatchObject({ status: 'paid', phase: 'preparing', paidAt: order.updatedAt });
  });

  it('pays an order by what is captured and held together', () => {
    given(was.placed(whole, { paidWhen: 'authorized' }), was.authorized(60), was.captured(60))
      .when(ask.authorize())
      .then(was.authorized(40, 2), was.paid());
  });

  it('is possible again after the hold was given back', () => {
    const order = given(...voided)
      .when(ask.authorize())
      .then(was.authorized(whole, 2));
    expect(order.payment).toMatchObject({ authorized: eur(200), voided: eur(whole), status: 'authorized' });
  });

  it('covers an amended total', () => {
    given(...voided, was.amended(250))
      .when(ask.authorize())
      .then(was.authorized(250, 2));
  });

  it('is refused on an order that is cancelled, paid or completed', () => {
    given(was.placed(), was.cancelled()).when(ask.authorize()).refused('order-already-cancelled', '09:01');
    given(...paid)
      .when(ask.authorize(1))
      .refused('order-already-paid', '09:03');
    given(...paidByHold)
      .when(ask.authorize(1))
      .refused('order-already-paid', '09:02');
    given(...histories.completed)
      .when(ask.authorize())
      .refused('order-already-paid', '09:03');
    given(...histories['completed for nothing'])
      .when(ask.authorize())
      .refused('order-already-paid');
  });

  it('is refused in another currency, whatever the amount', () => {
    given(was.placed())
      .when(ask.authorize(usd(1)))
      .refused('currency-mismatch', 'in EUR, not in USD');
    given(...held)
      .when(ask.authorize(usd(amountMax)))
      .refused('currency-mismatch');
  });

  it('is refused where nothing is open, and for nothing', () => {
    given(...held)
      .when(ask.authorize())
      .refused('nothing-to-authorize');
    given(was.placed(0)).when(ask.authorize()).refused('nothing-to-authorize');
    given(was.placed()).when(ask.authorize(0)).refused('nothing-to-authorize', 'zero');
  });

  it('is refused beyond what is open', () => {
    const code = 'authorization-exceeds-open';
    given(was.placed())
      .when(ask.authorize(101))
      .refused(code, '1.01 EUR asked for; 1.00 EUR is left to authorize.');
    given(was.placed(), was.authorized(60)).when(ask.authorize(41)).refused(code, '0.40 EUR');
    given(was.placed(0)).when(ask.authorize(1)).refused(code);
    given(was.placed()).when(ask.authorize(amountMax)).refused(code);
  });

  it('is refused, not counted wrongly, where holds given back and taken again leave what can be counted', () => {
    const wholeOf = [was.placed(amountMax), was.authorized(amountMax), was.voided(amountMax)];
    given(...wholeOf)
      .when(ask.authorize())
      .refused('nothing-to-authorize', 'counted');
    given(...wholeOf)
      .when(ask.authorize(1))
      .refused('authorization-exceeds-open');
    given(was.placed(amountMax), was.authorized(amountMax - 1), was.voided(amountMax - 1))
      .when(ask.authorize())
      .then(was.authorized(1, 2));
  });

  it('is refused once the history is full of what a customer can repeat at will', () => {
    given(was.placed()).atRevision(optionalRevisionMax).when(ask.authorize()).refused('order-history-full');
  });
});
