import { describe, expect, it } from 'vitest';
import {
  authorize,
  cancel,
  capture,
  documentAfter,
  eur,
  event,
  lineOf,
  minute,
  orderIdOf,
  placed,
  placeOrder,
  recorded,
} from '../../test/support/projection-history.ts';
import { createProjectionLedger } from '../../test/support/projection-ledger.ts';
import type { OrderCommand } from '../domain/order/commands.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import { type PaymentDetails, paymentDetails } from './payment-details.ts';

const authorized = (amount: number) =>
  event('PaymentAuthorized', { authorization: 1, amount: eur(amount), method: { token: 'tok-1' } });
const captured = (amount: number) => event('PaymentCaptured', { capture: 1, amount: eur(amount) });

function accountAfter(...events: readonly OrderEvent[]): PaymentDetails | undefined {
  return documentAfter(paymentDetails, recorded(events));
}

describe('the account', () => {
  it('is opened with the order, empty', () => {
    expect(accountAfter(placed())).toMatchObject({
      orderId: orderIdOf(1),
      customerId: 'customer-1',
      status: 'created',
      payable: eur(3_000),
      captured: eur(0),
      open: { authorize: eur(3_000), capture: eur(0), refund: eur(0) },
      attempts: [],
      operations: [],
      revision: 0,
    });
  });

  it('lists what moved, oldest first, with amounts and times', () => {
    const account = accountAfter(
      placed(),
      authorized(3_000),
      captured(2_000),
      event('AuthorizationReleased', { amount: eur(1_000) }),
      event('RefundRequested', { refund: 1, amount: eur(300), reason: 'broken' }),
      event('RefundSettled', { refund: 1, amount: eur(300) }),
      event('ChargebackOpened', { chargeback: 1, amount: eur(900) }),
      event('ChargebackWon', { amount: eur(400) }),
      event('ChargebackLost', { amount: eur(500) }),
    );

    expect(account?.operations).toEqual([
      { type: 'authorized', amount: eur(3_000), at: minute(2), token: 'tok-1' },
      { type: 'captured', amount: eur(2_000), at: minute(3) },
      { type: 'released', amount: eur(1_000), at: minute(4) },
      { type: 'refunded', amount: eur(300), at: minute(6) },
      { type: 'chargeback-opened', amount: eur(900), at: minute(7) },
      { type: 'chargeback-won', amount: eur(400), at: minute(8) },
      { type: 'chargeback-lost', amount: eur(500), at: minute(9) },
    ]);
    expect(account).toMatchObject({
      status: 'dispute_lost',
      captured: eur(2_000),
      refunding: eur(0),
      refunded: eur(300),
      disputed: eur(0),
      chargedBack: eur(500),
      open: { authorize: eur(1_000), capture: eur(0), refund: eur(1_200) },
    });
  });

  it('lists attempts to authorize apart from the rest', () => {
    const account = accountAfter(
      placed(),
      authorized(1_000),
      event('PaymentVoided', { amount: eur(1_000) }),
      authorized(3_000),
    );

    expect(account?.attempts.map(({ amount }) => amount)).toEqual([eur(1_000), eur(3_000)]);
    expect(account?.operations.map(({ type }) => type)).toEqual(['authorized', 'voided', 'authorized']);
  });

  it('shows a refund under way before it is settled', () => {
    const asked = event('RefundRequested', { refund: 1, amount: eur(300), reason: 'broken' });

    const account = accountAfter(placed(), authorized(3_000), captured(3_000), asked);

    expect(account).toMatchObject({ refunding: eur(300), refunded: eur(0), open: { refund: eur(2_700) } });
    expect(account?.operations.map(({ type }) => type)).toEqual(['authorized', 'captured']);
  });

  it('follows the total of amended lines', () => {
    const amended = event('OrderLinesAmended', {
      lines: [lineOf(5, 1_000)],
      total: eur(5_000),
      previousTotal: eur(3_000),
      priority: 'normal',
    });

    expect(accountAfter(placed(), amended)).toMatchObject({
      payable: eur(5_000),
      open: { authorize: eur(5_000) },
    });
  });
});

it('agrees with the payment inside the order after every event of a whole life', async () => {
  const ledger = createProjectionLedger();
  const refund: OrderCommand = { type: 'RefundPayment', amount: 500, reason: 'broken' };
  await ledger.run(1, placeOrder(1, { paidWhen: 'captured' }), {
    ...authorize,
    amount: 2_000,
  } as OrderCommand);
  await ledger.run(1, capture, authorize, capture, refund, { type: 'OpenDispute', amount: 700 });
  await ledger.run(1, { type: 'ResolveDispute', outcome: 'lost' }, refund);
  await ledger.run(2, placeOrder(2), authorize, cancel);

  for (const number of [1, 2]) {
    const stream = `order-${orderIdOf(number)}`;
    const events = (await ledger.events()).filter((each) => each.stream === stream);
    const account = documentAfter(paymentDetails, events as never);

    const order = ledger.stateOf(number);

    expect(account).toMatchObject({ ...order?.payment, revision: order?.revision });
  }
});
