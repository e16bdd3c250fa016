import { describe, expect, it } from 'vitest';
import { eur } from '../../../test/support/order-builders.ts';
import { amountMax } from '../kernel/money.ts';
import type { Call } from './calls.ts';
import { after, callOf, openCallOf, openPayment, type Payment, type PaymentStatus } from './payment.ts';

const opened = openPayment(eur(100));
const held = after.authorized(opened, eur(100));
const captured = after.captured(held, eur(100));
const partly = after.captured(held, eur(60));
const disputed = after.chargebackOpened(captured, eur(30));
const call: Call = {
  ...{ call: 1, operation: 'authorize', gateway: 'simulated', amount: eur(100), status: 'open', failures: 0 },
};
const asked = after.requested(opened, call);
const declined = after.declined(asked, 1);
const refunded = (payment: Payment, amount: number) =>
  after.refundSettled(after.refundRequested(payment, eur(amount)), eur(amount));

describe('a payment account', () => {
  it('starts with nothing moved and the whole price open', () => {
    expect(opened).toMatchObject({ status: 'created', closed: false, authorized: eur(0), captured: eur(0) });
    expect(opened.open).toEqual({ authorize: eur(100), capture: eur(0), refund: eur(0) });
  });

  it.each<readonly [string, Payment, readonly [authorize: number, capture: number, refund: number]]>([
    ['a hold', held, [0, 100, 0]],
    ['a part held', after.authorized(opened, eur(60)), [40, 60, 0]],
    ['a hold given back', after.released(held, eur(100)), [100, 0, 0]],
    ['a part captured', partly, [0, 40, 60]],
    ['the rest of it released', after.released(partly, eur(40)), [40, 0, 60]],
    ['all captured', captured, [0, 0, 100]],
    ['a refund asked for', after.refundRequested(captured, eur(30)), [0, 0, 70]],
    ['a refund settled', refunded(captured, 30), [0, 0, 70]],
    ['an open chargeback', disputed, [0, 0, 70]],
    ['a chargeback won', after.chargebackWon(disputed, eur(30)), [0, 0, 100]],
    ['a chargeback lost', after.chargebackLost(disputed, eur(30)), [0, 0, 70]],
    ['a lower price', after.amended(opened, eur(40)), [40, 0, 0]],
    ['a hold that has ended', after.expired(held, eur(100)), [100, 0, 0]],
    [
      'a refund that failed',
      after.refundFailed(after.refundRequested(captured, eur(30)), eur(30)),
      [0, 0, 70],
    ],
    [
      'a capture of what was thought given back',
      after.captured(after.released(held, eur(100)), eur(60)),
      [40, 0, 60],
    ],
    [
      'a capture of more than is still held',
      after.captured(after.released(partly, eur(10)), eur(35)),
      [5, 0, 95],
    ],
    ['the order cancelled', after.closed(after.released(partly, eur(40))), [0, 0, 60]],
  ])('knows what may still move after %s', (_what, { open }, [authorize, capture, refund]) => {
    expect(open).toEqual({ authorize: eur(authorize), capture: eur(capture), refund: eur(refund) });
  });

  it.each<readonly [PaymentStatus, string, Payment]>([
    ['authorized', 'held', held],
    ['authorized', 'held in part', after.authorized(opened, eur(1))],
    ['voided', 'given back', after.released(held, eur(100))],
    ['authorized', 'held again', after.authorized(after.released(held, eur(100)), eur(1))],
    ['partially_captured', 'captured in part', partly],
    ['captured', 'captured', captured],
    ['partially_refunded', 'refunded in part', refunded(captured, 99)],
    ['refunded', 'refunded', refunded(captured, 100)],
    ['refunded', 'refunded as far as it was captured', refunded(partly, 60)],
    ['disputed', 'under dispute', disputed],
    ['disputed', 'under dispute beside a refund', refunded(disputed, 70)],
    ['disputed', 'won in part', after.chargebackWon(disputed, eur(10))],
    ['dispute_won', 'won', after.chargebackWon(disputed, eur(30))],
    ['dispute_lost', 'lost', after.chargebackLost(disputed, eur(30))],
    ['dispute_lost', 'lost beside a refund', refunded(after.chargebackLost(disputed, eur(30)), 70)],
    ['authorizing', 'asked for', asked],
    ['authorizing', 'asked for again after a decline', after.requested(declined, { ...call, call: 2 })],
    ['failed_technical', 'given up', after.resolved(asked, 1, 'parked')],
    ['authorizing', 'tried again', after.retried(after.resolved(asked, 1, 'parked'), 1)],
    ['declined', 'declined', declined],
    ['authorized', 'held after a decline', after.authorized(declined, eur(100))],
    ['voided', 'given back after a decline', after.released(after.authorized(declined, eur(100)), eur(100))],
    ['expired', 'ended by itself', after.expired(held, eur(100))],
    [
      'declined',
      'ended by itself and declined the next time',
      after.declined(after.requested(after.expired(held, eur(100)), call), 1),
    ],
    ['captured', 'credited', after.refundFailed(after.refundRequested(captured, eur(30)), eur(30))],
    [
      'authorized',
      'held while its capture is asked for',
      after.requested(held, { ...call, operation: 'capture' }),
    ],
    ['partially_refunded', 'won and then refunded', refunded(after.chargebackWon(disputed, eur(30)), 1)],
  ])('says %s where the money is %s', (status, _what, payment) => {
    expect(payment.status).toBe(status);
  });

  it('counts the operations of each kind', () => {
    const busy = after.chargebackWon(after.chargebackOpened(refunded(partly, 10), eur(5)), eur(5));
    expect(busy.counts).toEqual({
      authorizations: 1,
      captures: 1,
      refunds: 1,
      chargebacks: 1,
      chargebacksWon: 1,
    });
  });

  it('knows the call whose outcome is not known yet, and every call by its number', () => {
    expect(openCallOf(opened)).toBeUndefined();
    expect(openCallOf(asked)).toEqual(call);
    expect(openCallOf(after.resolved(asked, 1, 'parked'))).toMatchObject({ status: 'parked' });
    expect(openCallOf(declined)).toBeUndefined();
    expect(openCallOf(after.resolved(asked, 1, 'approved'))).toBeUndefined();
    const two = after.requested(declined, { ...call, call: 2 });
    expect(openCallOf(two)).toMatchObject({ call: 2 });
    expect(callOf(two, 1)).toMatchObject({ call: 1, status: 'declined' });
    expect(callOf(two, 3)).toBeUndefined();
  });

  it('counts the failures of a call until it is tried anew', () => {
    const failed = after.failed(asked, 1, 3);
    expect(callOf(failed, 1)).toMatchObject({ failures: 3, status: 'open' });
    expect(callOf(after.retried(failed, 1), 1)).toMatchObject({ failures: 0, status: 'open' });
    expect(after.failed(asked, 2, 1).calls).toEqual([call]);
  });

  it('is never changed, only followed by another', () => {
    after.captured(held, eur(1));
    expect(held).toStrictEqual(after.authorized(openPayment(eur(100)), eur(100)));
  });

  it('opens no more than can be counted with what was given back before', () => {
    const most = after.authorized(openPayment(eur(amountMax)), eur(amountMax));
    expect(after.released(most, eur(amountMax)).open.authorize).toEqual(eur(0));
    expect(after.released(most, eur(5)).open.authorize).toEqual(eur(0));
  });

  it.each<readonly [string, () => Payment]>([
    ['more is captured than held', () => after.captured(held, eur(101))],
    ['more is given back than held', () => after.released(partly, eur(41))],
    ['more is held than it costs', () => after.authorized(held, eur(1))],
    ['more is refunded than captured', () => after.refundRequested(partly, eur(61))],
    ['a refund settles that nobody asked for', () => after.refundSettled(captured, eur(1))],
    ['a chargeback is resolved that was not opened', () => after.chargebackWon(captured, eur(1))],
    [
      'more is captured than was ever authorized',
      () => after.captured(after.released(held, eur(100)), eur(101)),
    ],
    ['more is credited than was to be refunded', () => after.refundFailed(captured, eur(1))],
    ['more is lost than was disputed', () => after.chargebackLost(disputed, eur(31))],
    ['the price falls below what is covered', () => after.amended(held, eur(99))],
  ])('stops where %s: that is no state to go on from', (_what, impossible) => {
    expect(impossible).toThrow(expect.objectContaining({ name: 'ImpossibleState' }));
  });
});
