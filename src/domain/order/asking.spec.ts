import { describe, expect, it } from 'vitest';
import { ask, eur, given, ids, usd, was, whole } from '../../../test/support/order-builders.ts';
import { expiresAt, gateway, placedPaying, provider, tell } from '../../../test/support/order-calls.ts';
import { histories } from '../../../test/support/order-histories.ts';
import { gatewayKey, parseGatewayKey } from './calls.ts';

const held = histories['held by a provider'];
const paid = histories['paid through a provider'];

describe('placing an order with its payment', () => {
  it('asks for all of it in the same append, under the key of its first call', () => {
    const order = given()
      .when(tell.place())
      .then(...placedPaying());
    expect(order).toMatchObject({
      status: 'pending',
      phase: 'awaiting_payment',
      payment: { status: 'authorizing', provider: { gateway } },
    });
    expect(provider.asked().data.key).toBe(`payment/${ids.order}/authorize/1`);
  });

  it('captures later where that is said, and pays by the hold where that is the policy', () => {
    given()
      .when(tell.place(whole, { captures: false }))
      .then(...placedPaying({ captures: false }));
    given(...placedPaying({ captures: false }, 'authorized'))
      .when(tell.approve('authorize', 1))
      .then(provider.held(1), was.paid());
    given(...placedPaying({ captures: true }, 'authorized'))
      .when(tell.approve('authorize', 1))
      .then(provider.held(1), was.paid(), provider.captureAsked(2));
  });

  it('is paid without a further call of the customer', () => {
    const order = given(...placedPaying(), provider.held(1), provider.captureAsked(2))
      .when(tell.approve('capture', 2))
      .then(provider.captured(2), was.paid());
    expect(order).toMatchObject({ status: 'paid', payment: { status: 'captured' } });
  });

  it('asks for nothing where it costs nothing', () => {
    given().when(tell.place(0)).then(was.placed(0));
  });
});

describe('what the provider said of a hold', () => {
  it('is kept: who has it, what they call it and when it ends', () => {
    const order = given(...placedPaying({ captures: false }))
      .when(tell.approve('authorize', 1, whole, { reference: 'auth-1', expiresAt }))
      .then(provider.heldUntil(expiresAt));
    expect(order.payment.provider).toEqual({ gateway, reference: 'auth-1', expiresAt });
    expect(order.payment.calls).toEqual([
      {
        ...{ call: 1, operation: 'authorize', gateway, amount: eur(whole), status: 'approved', failures: 0 },
        ...{ captures: false, cancels: true, token: 'tok_visa' },
      },
    ]);
  });

  it('is kept through what comes after, and forgotten with the next authorization', () => {
    const captured = [
      ...histories['held by a provider until a time'],
      provider.captureAsked(2),
      provider.captured(2),
    ];
    expect(given(...captured).state?.payment.provider).toEqual({ gateway, reference: 'auth-1', expiresAt });
    const again = [...histories['held by a provider until it expired'], provider.asked(2)];
    expect(given(...again).state?.payment.provider).toEqual({ gateway });
  });
});

describe('a command on an order whose money is with a provider', () => {
  it('authorizes by asking for all that the order costs', () => {
    given(was.placed())
      .when(tell.authorize())
      .then(provider.asked(1, { captures: false, cancels: false }));
    given(was.placed())
      .when(tell.authorize(whole))
      .then(provider.asked(1, { captures: false, cancels: false }));
    given(was.placed()).when(tell.authorize(60)).refused('provider-takes-whole', 'The order costs 1.00 EUR');
    given(was.placed(), was.authorized(60))
      .when(tell.authorize())
      .refused('provider-takes-whole', 'The order costs 1.00 EUR');
    given(was.placed())
      .when(tell.authorize(usd(whole)))
      .refused('currency-mismatch');
  });

  it('captures by asking, in parts or all, and gives back the rest where that is the last', () => {
    given(...held)
      .when(ask.capture())
      .then(provider.captureAsked(2));
    given(...held)
      .when(ask.captureFinally(60))
      .then(provider.captureAsked(2, 60, true));
    const order = given(...held, provider.captureAsked(2, 60, true))
      .when(tell.approve('capture', 2, 60))
      .then(provider.captured(2, 60), provider.leftOver(40));
    expect(order.payment).toMatchObject({ voided: eur(40), open: { capture: eur(0), authorize: eur(40) } });
    given(...held, provider.captureAsked(2, whole, true))
      .when(tell.approve('capture', 2, whole, { fee: eur(0) }))
      .then(provider.captured(2), was.paid());
  });

  it('voids by asking, and may then authorize again with whomever it likes', () => {
    given(...held)
      .when(ask.void)
      .then(provider.voidAsked(2));
    given(...histories['held by a provider and captured in part'])
      .when(ask.void)
      .then(provider.voidAsked(3, 40));
    given(...histories['given back by a provider'])
      .when(ask.authorize())
      .then(was.authorized(whole, 2));
  });

  it('refunds by asking, and shows it as under way', () => {
    const order = given(...paid)
      .when(ask.refund(60))
      .then(provider.refundAsked(3, 60));
    expect(order.payment).toMatchObject({ refunding: eur(60), refunded: eur(0), open: { refund: eur(40) } });
    given(...paid, provider.refundAsked(3, 60), provider.refunded(3, 60))
      .when(ask.refund())
      .then(provider.refundAsked(4, 40, 2));
  });

  it('is captured when it is handed over on the hold', () => {
    given(...histories['paid by a provider’s hold'])
      .when(ask.fulfil)
      .then(was.fulfilled, provider.captureAsked(2));
    given(...paid)
      .when(ask.fulfil)
      .then(was.fulfilled, was.completed());
  });

  it('takes no hold of another provider beside it', () => {
    const rest = [
      ...held,
      provider.captureAsked(2, 60, true),
      provider.captured(2, 60),
      provider.leftOver(40),
    ];
    given(...rest)
      .when(ask.authorize())
      .refused('provider-takes-whole', 'The money of this order is with simulated');
    given(...rest)
      .when(tell.authorize())
      .refused('provider-takes-whole', 'The order costs 1.00 EUR');
  });

  it('asks nobody who has none of it: a hold that the caller reports is the caller’s to capture', () => {
    const elsewhere = [...histories['asked for by hand and declined'], was.authorized(whole)];
    const order = given(...elsewhere)
      .when(ask.capture())
      .then(was.captured(whole), was.paid());
    expect(order.payment).not.toHaveProperty('provider');
    given(...elsewhere, was.captured(whole), was.paid())
      .when(ask.refund())
      .then(...was.refunded(whole));
  });
});

describe('the provider’s idempotency key of a call', () => {
  it.each(['authorize', 'capture', 'void', 'refund'] as const)(
    'of %s is read back as it was written',
    (operation) => {
      const key = gatewayKey(ids.order, { operation, call: 12 });
      expect(parseGatewayKey(key)).toEqual({ orderId: ids.order, operation, call: 12 });
    },
  );

  it.each([
    '',
    'payment/x/authorize/1',
    `payment/${ids.order}/steal/1`,
    `payment/${ids.order}/void/`,
    `x/${ids.order}/void/1`,
    `x payment/${ids.order}/void/1`,
    `payment/${ids.order}/void/1 x`,
    `payment/${ids.order}/void/1234567890`,
  ])('is not “%s”', (key) => {
    expect(parseGatewayKey(key)).toBeUndefined();
  });
});
