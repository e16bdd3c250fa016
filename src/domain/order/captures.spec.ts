import { describe, expect, it } from 'vitest';
import { ask, eur, given, usd, was, whole } from '../../../test/support/order-builders.ts';
import { histories } from '../../../test/support/order-histories.ts';
import { optionalRevisionMax, revisionMax } from './guards.ts';

const { held, voided, paid } = histories;
const paidByHold = histories['paid by hold'];
const capturedInPart = histories['captured in part'];

describe('capturing', () => {
  it('takes all that is held where no amount is named, and pays the order', () => {
    const order = given(...held)
      .when(ask.capture())
      .then(was.captured(whole), was.paid());
    expect(order).toMatchObject({ status: 'paid', phase: 'preparing', paidAt: order.updatedAt });
    expect(order.payment).toMatchObject({
      status: 'captured',
      open: { capture: eur(0), refund: eur(whole) },
    });
  });

  it('may be done in parts, each with the next number; the last one pays', () => {
    given(...held)
      .when(ask.capture(60))
      .then(was.captured(60));
    given(...capturedInPart)
      .when(ask.capture(eur(39)))
      .then(was.captured(39, 2));
    given(...capturedInPart)
      .when(ask.capture())
      .then(was.captured(40, 2), was.paid());
  });

  it('gives the rest back where it is final, and nothing where there is no rest', () => {
    const order = given(...held)
      .when(ask.captureFinally(60))
      .then(was.captured(60), was.released(40));
    expect(order.payment).toMatchObject({ voided: eur(40), open: { authorize: eur(40), capture: eur(0) } });
    given(...held)
      .when(ask.captureFinally())
      .then(was.captured(whole), was.paid());
  });

  it('moves no money twice where the order is paid already', () => {
    given(...paidByHold)
      .when(ask.capture(60))
      .then(was.captured(60));
    given(...paidByHold)
      .when(ask.captureFinally())
      .then(was.captured(whole));
  });

  it('goes on after a refund, of what is still held', () => {
    given(...histories['captured in part and refunded'])
      .when(ask.capture())
      .then(was.captured(40, 2), was.paid());
  });

  it('is refused on a cancelled order', () => {
    given(...histories['cancelled with a hold'])
      .when(ask.capture(1))
      .refused('order-already-cancelled');
  });

  it('is refused in another currency', () => {
    given(...held)
      .when(ask.capture(usd(1)))
      .refused('currency-mismatch');
  });

  it('is refused where nothing was ever authorized, or all of it was given back', () => {
    given(was.placed()).when(ask.capture()).refused('payment-not-authorized');
    given(...voided)
      .when(ask.capture(1))
      .refused('payment-not-authorized');
  });

  it('is refused beyond what is held, where nothing is held any more, and for nothing', () => {
    const code = 'capture-exceeds-authorized';
    given(...held)
      .when(ask.capture(101))
      .refused(code, '1.01 EUR asked for; 1.00 EUR is authorized and not captured.');
    given(...capturedInPart)
      .when(ask.captureFinally(41))
      .refused(code, '0.40 EUR');
    given(...paid)
      .when(ask.capture())
      .refused(code, 'All that was authorized is captured or voided.');
    given(...paid)
      .when(ask.capture(1))
      .refused(code);
    given(...held)
      .when(ask.capture(0))
      .refused(code, 'zero');
    given(...held)
      .when(ask.captureFinally(0))
      .refused(code, 'zero');
  });

  it('is refused where it would release what a paid order is paid with', () => {
    given(...paidByHold)
      .when(ask.captureFinally(60))
      .refused('hold-covers-paid-order', '1.00 EUR of the paid');
    given(...histories['fulfilled on hold, captured in part'])
      .when(ask.captureFinally(10))
      .refused('hold-covers-paid-order', '0.40 EUR');
  });

  it('cannot be crowded out by what a customer repeats, only by the end of all history', () => {
    given(...held)
      .atRevision(optionalRevisionMax)
      .when(ask.capture())
      .then(was.captured(whole), was.paid());
    given(...held)
      .atRevision(revisionMax)
      .when(ask.capture())
      .refused('order-history-full');
  });
});

describe('voiding', () => {
  it('gives back a hold of which nothing was captured', () => {
    const order = given(...held)
      .when(ask.void)
      .then(was.voided(whole));
    expect(order).toMatchObject({
      status: 'pending',
      payment: { status: 'voided', open: { capture: eur(0) } },
    });
  });

  it('releases the rest where a part was captured', () => {
    given(...capturedInPart)
      .when(ask.void)
      .then(was.released(40));
  });

  it('is refused on a cancelled order', () => {
    given(was.placed(), was.cancelled()).when(ask.void).refused('order-already-cancelled');
  });

  it('is refused where nothing is held: before, after and instead of a hold', () => {
    for (const history of [histories.placed, voided, paid, histories.completed]) {
      given(...history)
        .when(ask.void)
        .refused('payment-not-authorized', 'No money is held.');
    }
  });

  it('is refused where the hold is what a paid order is paid with', () => {
    given(...paidByHold)
      .when(ask.void)
      .refused('hold-covers-paid-order', '1.00 EUR');
    given(...histories['paid by hold, captured in part'])
      .when(ask.void)
      .refused('hold-covers-paid-order', '0.40');
  });

  it('is refused at the end of all history', () => {
    given(...held)
      .atRevision(optionalRevisionMax)
      .when(ask.void)
      .then(was.voided(whole));
    given(...held)
      .atRevision(revisionMax)
      .when(ask.void)
      .refused('order-history-full');
  });
});
