import { describe, expect, it } from 'vitest';
import { ask, eur, given, usd, was, whole } from '../../../test/support/order-builders.ts';
import { histories } from '../../../test/support/order-histories.ts';
import { amountMax } from '../kernel/money.ts';
import { optionalRevisionMax, revisionMax } from './guards.ts';

const { paid, completed } = histories;
const disputed = histories['paid and disputed'];

describe('refunding', () => {
  it('returns all that is captured where no amount is named, requested and settled at once', () => {
    const order = given(...paid)
      .when(ask.refund())
      .then(...was.refunded(whole));
    expect(order).toMatchObject({ status: 'paid', payment: { status: 'refunded', refunding: eur(0) } });
    expect(order.payment.open.refund).toEqual(eur(0));
  });

  it('may be done in parts, each with the next number, up to what was captured', () => {
    given(...paid)
      .when(ask.refund(30))
      .then(...was.refunded(30));
    given(...paid, ...was.refunded(30))
      .when(ask.refund(eur(70)))
      .then(...was.refunded(70, 2));
    given(...paid, ...was.refunded(30))
      .when(ask.refund())
      .then(...was.refunded(70, 2));
  });

  it('leaves out what is under dispute or lost to a chargeback, and takes back in what was won', () => {
    given(...paid, was.disputed(30))
      .when(ask.refund())
      .then(...was.refunded(70));
    given(...paid, was.disputed(30), was.lost(30))
      .when(ask.refund())
      .then(...was.refunded(70));
    given(...paid, was.disputed(30), was.won(30))
      .when(ask.refund())
      .then(...was.refunded(whole));
  });

  it('leaves a completed order completed', () => {
    expect(
      given(...completed)
        .when(ask.refund())
        .then(...was.refunded(whole)).status,
    ).toBe('completed');
  });

  it('is possible on a pending order of which a part is captured', () => {
    const order = given(...histories['captured in part'])
      .when(ask.refund())
      .then(...was.refunded(60));
    expect(order.payment).toMatchObject({
      status: 'refunded',
      open: { capture: eur(40), authorize: eur(0) },
    });
  });

  it('is refused in another currency, even where nothing could be refunded', () => {
    given(...paid)
      .when(ask.refund(usd(1)))
      .refused('currency-mismatch');
    given(was.placed())
      .when(ask.refund(usd(1)))
      .refused('currency-mismatch');
  });

  it('is refused where nothing is captured, all of it was returned, or all is disputed', () => {
    const code = 'nothing-to-refund';
    given(was.placed()).when(ask.refund()).refused(code);
    given(...histories.held)
      .when(ask.refund(1))
      .refused(code);
    given(...histories['paid and refunded'])
      .when(ask.refund(1))
      .refused(code);
    given(...histories['cancelled after a refund'])
      .when(ask.refund())
      .refused(code);
    given(...disputed)
      .when(ask.refund(1))
      .refused(code, 'returned or disputed');
    given(...histories['paid, disputed and lost'])
      .when(ask.refund())
      .refused(code);
  });

  it('is refused beyond what is captured and neither returned nor disputed, and for nothing', () => {
    const code = 'refund-exceeds-refundable';
    given(...paid)
      .when(ask.refund(0))
      .refused(code, 'zero');
    given(...paid)
      .when(ask.refund(101))
      .refused(code, '1.01 EUR asked for; 1.00 EUR can be refunded.');
    given(...paid)
      .when(ask.refund(amountMax))
      .refused(code);
    given(...paid, ...was.refunded(30))
      .when(ask.refund(71))
      .refused(code, '0.70 EUR');
    given(...paid, ...was.refunded(30), was.disputed(60))
      .when(ask.refund(11))
      .refused(code, '0.10 EUR');
    given(...paid, was.disputed(60), was.lost(60))
      .when(ask.refund(41))
      .refused(code, '0.40 EUR');
  });

  it('cannot be crowded out by what a customer repeats, only by the end of all history', () => {
    given(...paid)
      .atRevision(optionalRevisionMax)
      .when(ask.refund())
      .then(...was.refunded(whole));
    given(...paid)
      .atRevision(revisionMax)
      .when(ask.refund())
      .refused('order-history-full');
  });
});
