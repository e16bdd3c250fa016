import { describe, expect, it } from 'vitest';
import { ask, eur, given, usd, was, whole } from '../../../test/support/order-builders.ts';
import { histories } from '../../../test/support/order-histories.ts';
import { optionalRevisionMax, revisionMax } from './guards.ts';

const { paid, completed } = histories;
const disputed = histories['paid and disputed'];

describe('opening a chargeback', () => {
  it('puts the amount under dispute, out of reach of refunds', () => {
    const order = given(...paid)
      .when(ask.dispute(30))
      .then(was.disputed(30));
    expect(order.payment).toMatchObject({ status: 'disputed', disputed: eur(30), open: { refund: eur(70) } });
  });

  it('disputes all that is captured and not returned where no amount is named', () => {
    given(...paid, ...was.refunded(30))
      .when(ask.dispute())
      .then(was.disputed(70));
  });

  it('may happen again, each with the next number, and on a completed order', () => {
    given(...paid, was.disputed(30))
      .when(ask.dispute(30))
      .then(was.disputed(30, 2));
    given(...paid, was.disputed(30), was.won(30))
      .when(ask.dispute())
      .then(was.disputed(whole, 2));
    expect(
      given(...completed)
        .when(ask.dispute(1))
        .then(was.disputed(1)).status,
    ).toBe('completed');
  });

  it('is refused in another currency', () => {
    given(...paid)
      .when(ask.dispute(usd(1)))
      .refused('currency-mismatch');
  });

  it('is refused beyond what is captured and not returned, and for nothing', () => {
    const code = 'chargeback-exceeds-captured';
    given(was.placed()).when(ask.dispute()).refused(code, 'Nothing is captured');
    given(...histories['paid and refunded'])
      .when(ask.dispute(1))
      .refused(code);
    given(...disputed)
      .when(ask.dispute(1))
      .refused(code);
    given(...paid)
      .when(ask.dispute(101))
      .refused(code, '1.01 EUR asked for; 1.00 EUR is captured and not returned.');
    given(...paid, ...was.refunded(30))
      .when(ask.dispute(71))
      .refused(code, '0.70 EUR');
    given(...paid)
      .when(ask.dispute(0))
      .refused(code, 'zero');
  });

  it('is refused at the end of all history', () => {
    given(...paid)
      .atRevision(optionalRevisionMax)
      .when(ask.dispute())
      .then(was.disputed(whole));
    given(...paid)
      .atRevision(revisionMax)
      .when(ask.dispute())
      .refused('order-history-full');
  });
});

describe('resolving a chargeback', () => {
  it('makes the money refundable again where it is won', () => {
    const order = given(...disputed)
      .when(ask.win())
      .then(was.won(whole));
    expect(order.payment).toMatchObject({
      status: 'dispute_won',
      disputed: eur(0),
      open: { refund: eur(whole) },
    });
  });

  it('counts the money as gone where it is lost', () => {
    const order = given(...disputed)
      .when(ask.lose())
      .then(was.lost(whole));
    expect(order.payment).toMatchObject({
      status: 'dispute_lost',
      chargedBack: eur(whole),
      disputed: eur(0),
    });
    expect(order.payment.open.refund).toEqual(eur(0));
  });

  it('may be won in part and lost in part', () => {
    const order = given(...disputed)
      .when(ask.win(40))
      .then(was.won(40));
    expect(order.payment).toMatchObject({ status: 'disputed', disputed: eur(60), open: { refund: eur(40) } });
    const lost = given(...disputed, was.won(40))
      .when(ask.lose(eur(60)))
      .then(was.lost(60));
    expect(lost.payment).toMatchObject({ chargedBack: eur(60), open: { refund: eur(40) } });
  });

  it('leaves the order as it is: paid, and completed where it was', () => {
    expect(
      given(...disputed)
        .when(ask.lose())
        .then(was.lost(whole)).status,
    ).toBe('paid');
    const order = given(...histories['completed and disputed'])
      .when(ask.lose())
      .then(was.lost(40));
    expect(order.status).toBe('completed');
  });

  it('is refused in another currency', () => {
    given(...disputed)
      .when(ask.win(usd(1)))
      .refused('currency-mismatch');
    given(...disputed)
      .when(ask.lose(usd(1)))
      .refused('currency-mismatch');
  });

  it('is refused where nothing is under dispute: before, and once it is resolved', () => {
    for (const resolve of [ask.win, ask.lose]) {
      given(...paid)
        .when(resolve())
        .refused('no-open-chargeback');
      given(...histories['paid, disputed and won'])
        .when(resolve(1))
        .refused('no-open-chargeback');
      given(...histories['paid, disputed and lost'])
        .when(resolve(1))
        .refused('no-open-chargeback');
    }
  });

  it('is refused beyond what is under dispute, and for nothing', () => {
    const code = 'chargeback-exceeds-open';
    given(...disputed)
      .when(ask.lose(101))
      .refused(code, '1.01 EUR asked for; 1.00 EUR is under dispute.');
    given(...disputed, was.won(40))
      .when(ask.win(61))
      .refused(code, '0.60 EUR');
    given(...disputed)
      .when(ask.win(0))
      .refused(code, 'zero');
    given(...disputed)
      .when(ask.lose(0))
      .refused(code, 'zero');
  });

  it('is refused at the end of all history', () => {
    given(...disputed)
      .atRevision(optionalRevisionMax)
      .when(ask.win())
      .then(was.won(whole));
    given(...disputed)
      .atRevision(revisionMax)
      .when(ask.win())
      .refused('order-history-full');
  });
});
