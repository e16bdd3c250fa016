import { describe, expect, it } from 'vitest';
import {
  documentAfter,
  eur,
  event,
  lineOf,
  minute,
  orderIdOf,
  placed,
  recorded,
} from '../../test/support/projection-history.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import { type OrderRow, orderList } from './order-list.ts';

const refusal = event('CommandRefused', { command: 'FulfilOrder', code: 'order-not-paid', detail: '' });

function rowAfter(...events: readonly OrderEvent[]): OrderRow | undefined {
  return documentAfter(orderList, recorded(events));
}

describe('a row of the list', () => {
  it('says of a placed order who, what, how much and when', () => {
    const row = rowAfter(
      placed({ lines: [lineOf(3, 1_000), lineOf(4, 0)], priority: 'high', sourceStatus: 'Shipped' }),
    );

    expect(row).toEqual({
      orderId: orderIdOf(1),
      customerId: 'customer-1',
      externalId: 'shop-77',
      status: 'pending',
      total: eur(3_000),
      priority: 'high',
      lineCount: 2,
      units: 7,
      sourceStatus: 'Shipped',
      placedAt: minute(1),
      updatedAt: minute(1),
      revision: 0,
    });
  });

  it('has no member for what an order does not have', () => {
    const { externalId: _, ...data } = (placed() as Extract<OrderEvent, { type: 'OrderPlaced' }>).data;

    const row = rowAfter({ type: 'OrderPlaced', data });

    expect(Object.keys(row ?? {})).not.toContain('externalId');
    expect(Object.keys(row ?? {})).not.toContain('sourceStatus');
  });

  it.each([
    ['OrderPaid', 'paid', event('OrderPaid', { total: eur(3_000) })],
    ['OrderCompleted', 'completed', event('OrderCompleted', { total: eur(3_000) })],
    [
      'OrderCancelled',
      'cancelled',
      event('OrderCancelled', { reason: 'late', total: eur(3_000), previousStatus: 'pending' }),
    ],
    ['OrderFulfilled', 'pending', event('OrderFulfilled', {})],
  ] as const)('after %s is %s', (_type, status, then) => {
    expect(rowAfter(placed(), then)).toMatchObject({ status, updatedAt: minute(2), revision: 1 });
  });

  it('follows amended lines: total, priority, count and units', () => {
    const amended = event('OrderLinesAmended', {
      lines: [lineOf(1, 500), lineOf(2, 700), lineOf(3, 1_000)],
      total: eur(4_900),
      previousTotal: eur(3_000),
      priority: 'max',
    });

    expect(rowAfter(placed(), amended)).toMatchObject({
      total: eur(4_900),
      priority: 'max',
      lineCount: 3,
      units: 6,
      placedAt: minute(1),
      updatedAt: minute(2),
    });
  });

  it('does not count a refusal as something that happened to the order, but does count the revision', () => {
    const row = rowAfter(placed(), refusal);

    expect(row).toMatchObject({ revision: 1, updatedAt: minute(1) });
  });

  it('begins when the order is placed, also where a refusal came first', () => {
    expect(rowAfter(refusal)).toBeUndefined();
    expect(rowAfter(refusal, placed())).toMatchObject({ revision: 1, placedAt: minute(2) });
  });
});

describe('what the list is searched by', () => {
  it('is the status, the customer, the caller’s own id and the time of placing, as they stand now', () => {
    const row = rowAfter(placed(), event('OrderPaid', { total: eur(3_000) }));

    expect(row && orderList.fieldsOf(row)).toEqual({
      status: 'paid',
      customerId: 'customer-1',
      externalId: 'shop-77',
      placedAt: minute(1),
    });
  });

  it('orders by the time of placing, alone and with every other field in front', () => {
    expect(orderList.indexes.map((list) => list.at(-1))).toEqual(orderList.indexes.map(() => 'placedAt'));
    expect(orderList.indexes.map((list) => list.slice(0, -1).join())).toEqual([
      '',
      'customerId',
      'status',
      'externalId',
    ]);
  });
});
