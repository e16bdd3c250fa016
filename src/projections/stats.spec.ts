import { describe, expect, it } from 'vitest';
import {
  documentAfter,
  eur,
  event,
  lineOf,
  placed,
  recorded,
  usd,
} from '../../test/support/projection-history.ts';
import type { Currency } from '../domain/kernel/currency.ts';
import { amountMax, type Money } from '../domain/kernel/money.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import { type Stats, stats, statsId } from './stats.ts';

const paid = (total: Money) => event('OrderPaid', { total });
const completed = (total: Money) => event('OrderCompleted', { total });
const cancelled = (total: Money, previousStatus: 'pending' | 'paid') =>
  event('OrderCancelled', { reason: 'late', total, previousStatus });
const inDollars = (amount: number) => placed({ currency: 'USD' as Currency, total: usd(amount) });

/** What is counted after these events of however many orders. */
function countedAfter(...events: readonly OrderEvent[]): Stats {
  return documentAfter(stats, recorded(events)) ?? { orders: {}, imported: {}, payments: {} };
}

function nonZero(tallies: Stats['orders']): Stats['orders'] {
  return Object.fromEntries(Object.entries(tallies).filter(([, { count }]) => count !== 0));
}

describe('orders by status and currency', () => {
  it('counts a placed order as pending, with its total', () => {
    expect(countedAfter(placed()).orders).toEqual({ 'EUR pending': { count: 1, total: '3000' } });
  });

  it('moves an order from status to status, one step for each event', () => {
    const steps = [placed(), paid(eur(3_000)), event('OrderFulfilled', {}), completed(eur(3_000))];

    const seen = steps.map((_step, index) => nonZero(countedAfter(...steps.slice(0, index + 1)).orders));

    expect(seen).toEqual([
      { 'EUR pending': { count: 1, total: '3000' } },
      { 'EUR paid': { count: 1, total: '3000' } },
      { 'EUR paid': { count: 1, total: '3000' } },
      { 'EUR completed': { count: 1, total: '3000' } },
    ]);
  });

  it.each([
    ['pending', [placed()]],
    ['paid', [placed(), paid(eur(3_000))]],
  ] as const)('takes a cancelled order out of %s', (status, before) => {
    const { orders } = countedAfter(...before, cancelled(eur(3_000), status));

    expect(nonZero(orders)).toEqual({ 'EUR cancelled': { count: 1, total: '3000' } });
    expect(orders[`EUR ${status}`]).toEqual({ count: 0, total: '0' });
  });

  it('counts an amended order once, with its new total from then on', () => {
    const amended = event('OrderLinesAmended', {
      lines: [lineOf(5, 1_000)],
      total: eur(5_000),
      previousTotal: eur(3_000),
      priority: 'normal',
    });

    expect(nonZero(countedAfter(placed(), amended).orders)).toEqual({
      'EUR pending': { count: 1, total: '5000' },
    });
    expect(nonZero(countedAfter(placed(), amended, paid(eur(5_000))).orders)).toEqual({
      'EUR paid': { count: 1, total: '5000' },
    });
  });

  it('keeps currencies apart', () => {
    const { orders } = countedAfter(placed(), inDollars(100), inDollars(50), paid(usd(50)));

    expect(orders).toEqual({
      'EUR pending': { count: 1, total: '3000' },
      'USD pending': { count: 1, total: '100' },
      'USD paid': { count: 1, total: '50' },
    });
  });

  it('sums beyond what a double can count, to the last unit', () => {
    const { orders } = countedAfter(...[1, 2, 3].map(() => placed({ total: eur(amountMax) })));

    expect(orders['EUR pending']).toEqual({ count: 3, total: String(3n * BigInt(amountMax)) });
  });
});

describe('imported orders', () => {
  it('counts them by the status the source system reported, which never changes here', () => {
    const { orders, imported } = countedAfter(placed({ sourceStatus: 'Shipped' }), paid(eur(3_000)));

    expect(imported).toEqual({ 'EUR Shipped': { count: 1, total: '3000' } });
    expect(nonZero(orders)).toEqual({ 'EUR paid': { count: 1, total: '3000' } });
  });

  it('counts none that was placed here', () => {
    expect(countedAfter(placed()).imported).toEqual({});
  });

  it('takes any text for a status, also one that means something to JavaScript', () => {
    const { imported } = countedAfter(
      placed({ sourceStatus: '__proto__' }),
      placed({ sourceStatus: 'constructor' }),
    );

    expect(JSON.parse(JSON.stringify(imported))).toEqual({
      'EUR __proto__': { count: 1, total: '3000' },
      'EUR constructor': { count: 1, total: '3000' },
    });
  });
});

describe('movements of money', () => {
  it('counts each kind by itself, and tells what was won back from what was lost', () => {
    const { payments } = countedAfter(
      placed(),
      event('PaymentAuthorized', { authorization: 1, amount: eur(3_000), method: { token: 'tok-1' } }),
      event('PaymentCaptured', { capture: 1, amount: eur(2_000) }),
      event('PaymentCaptured', { capture: 2, amount: eur(500) }),
      event('AuthorizationReleased', { amount: eur(500) }),
      event('RefundRequested', { refund: 1, amount: eur(300), reason: 'broken' }),
      event('RefundSettled', { refund: 1, amount: eur(300) }),
      event('ChargebackOpened', { chargeback: 1, amount: eur(900) }),
      event('ChargebackWon', { amount: eur(400) }),
      event('ChargebackLost', { amount: eur(500) }),
    );

    expect(payments).toEqual({
      'EUR authorized': { count: 1, total: '3000' },
      'EUR captured': { count: 2, total: '2500' },
      'EUR voided': { count: 1, total: '500' },
      'EUR refunded': { count: 1, total: '300' },
      'EUR disputed': { count: 1, total: '900' },
      'EUR dispute-won': { count: 1, total: '400' },
      'EUR dispute-lost': { count: 1, total: '500' },
    });
  });

  it('counts a void and the release of a remainder as the same movement', () => {
    const { payments } = countedAfter(
      event('PaymentVoided', { amount: eur(100) }),
      event('AuthorizationReleased', { amount: eur(10) }),
    );

    expect(payments).toEqual({ 'EUR voided': { count: 2, total: '110' } });
  });

  it('counts a refund when it is settled, not when it is asked for', () => {
    const asked = event('RefundRequested', { refund: 1, amount: eur(300), reason: 'broken' });

    expect(countedAfter(asked).payments).toEqual({});
  });
});

it('is one document, whatever the order', () => {
  const { keys } = stats;

  expect(keys === 'stream' ? [] : recorded([placed()]).flatMap(keys)).toEqual([statsId]);
});
