import { expect, it } from 'vitest';
import {
  authorize,
  cancel,
  capture,
  documentAfter,
  event,
  fulfil,
  note,
  placed,
  placeOrder,
  recorded,
} from '../../test/support/projection-history.ts';
import { createProjectionLedger } from '../../test/support/projection-ledger.ts';
import { ImpossibleState } from '../domain/kernel/assert.ts';
import { brokenInvariants } from '../domain/order/invariants.ts';
import { orderDetails } from './order-details.ts';

const refusal = event('CommandRefused', { command: 'FulfilOrder', code: 'order-not-paid', detail: '' });

it.each([
  ['placed', [placeOrder(1)]],
  ['paid and completed', [placeOrder(1, { note: 'ring' }), note, authorize, capture, fulfil]],
  ['cancelled with money held', [placeOrder(1), authorize, cancel]],
] as const)(
  'is, of an order %s, word for word the state that commands decide on',
  async (_what, commands) => {
    const ledger = createProjectionLedger();
    await ledger.run(1, ...commands);

    const document = documentAfter(orderDetails, (await ledger.events()) as never);

    expect(document).toEqual(ledger.stateOf(1));
    expect(document && brokenInvariants(document)).toEqual([]);
  },
);

it('has no document before the order is placed, and keeps the revision of what was refused', () => {
  expect(documentAfter(orderDetails, recorded([refusal]))).toBeUndefined();
  expect(documentAfter(orderDetails, recorded([refusal, placed(), refusal]))).toMatchObject({ revision: 2 });
});

it('does not make up an order from a history that has lost its beginning', () => {
  const [, paid] = recorded([placed(), event('OrderFulfilled', {})]);

  expect(() => documentAfter(orderDetails, paid === undefined ? [] : [paid])).toThrow(ImpossibleState);
});

it('does not place an order twice', () => {
  expect(() => documentAfter(orderDetails, recorded([placed(), placed()]))).toThrow(ImpossibleState);
});
