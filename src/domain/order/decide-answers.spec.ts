import { describe, expect, it } from 'vitest';
import { ask, given, usd, was, whole } from '../../../test/support/order-builders.ts';
import { placedPaying, provider, tell } from '../../../test/support/order-calls.ts';
import { histories } from '../../../test/support/order-histories.ts';
import type { Operation } from './calls.ts';
import { failuresMax } from './calls.ts';
import type { OrderEvent } from './decision.ts';

const asked = placedPaying();
const capturing = histories['held by a provider, its capture under way'];
const voiding = histories['held by a provider, being given back'];
const refunding = histories['paid through a provider, a refund under way'];

/** Every operation while it waits for its answer. */
const open = [
  { operation: 'authorize', call: 1, amount: whole, history: asked },
  { operation: 'capture', call: 2, amount: whole, history: capturing },
  { operation: 'void', call: 2, amount: whole, history: voiding },
  { operation: 'refund', call: 3, amount: 60, history: refunding },
] as const satisfies readonly {
  operation: Operation;
  call: number;
  amount: number;
  history: readonly OrderEvent[];
}[];

/** What an approval and a decline of each lead to. */
const approvals = {
  authorize: [provider.held(1), provider.captureAsked(2)],
  capture: [provider.captured(2), was.paid()],
  void: [provider.voided(2)],
  refund: [provider.refunded(3, 60)],
} as const satisfies Record<Operation, readonly OrderEvent[]>;
const declines = {
  authorize: [provider.declined(), provider.cancelled('payment_failed: no-funds')],
  capture: [
    provider.captureFailed(2),
    provider.cancelling('payment_failed: no-funds'),
    provider.voidAsked(3),
  ],
  void: [provider.voidFailed(2)],
  refund: [provider.credited(3, 60)],
} as const satisfies Record<Operation, readonly OrderEvent[]>;

const failures = (operation: Operation, call: number, count: number) =>
  Array.from({ length: count }, (_, index) => provider.failed(operation, call, index + 1));

describe.each(open)(
  'the $operation that a provider was asked for',
  ({ operation, call, amount, history }) => {
    const parked = [...history, ...failures(operation, call, failuresMax), provider.parked(operation, call)];
    const approve = tell.approve(operation, call, amount);
    const decline = tell.decline(operation, call);
    const fail = tell.fail(operation, call);

    it('is done where it is approved, and what follows from that follows at once', () => {
      given(...history)
        .when(approve)
        .then(...approvals[operation]);
    });

    it('is over where it is declined', () => {
      given(...history)
        .when(decline)
        .then(...declines[operation]);
    });

    it('is tried again where it failed, under the same call, and given up after the fifth time', () => {
      for (let failure = 1; failure < failuresMax; failure++) {
        const order = given(...history, ...failures(operation, call, failure - 1))
          .when(fail)
          .then(provider.failed(operation, call, failure));
        expect(order.payment.calls?.at(-1)).toMatchObject({ call, status: 'open', failures: failure });
      }
      const order = given(...history, ...failures(operation, call, failuresMax - 1))
        .when(fail)
        .then(provider.failed(operation, call, failuresMax), provider.parked(operation, call));
      expect(order.payment.calls?.at(-1)).toMatchObject({ call, status: 'parked' });
    });

    it('is not tried again once it was given up, but may still be approved or declined', () => {
      given(...parked)
        .when(fail)
        .then();
      given(...parked)
        .when(approve)
        .then(...approvals[operation]);
      given(...parked)
        .when(decline)
        .then(...declines[operation]);
    });

    it('counts failures anew once a human let it go on', () => {
      given(...parked, provider.retried(operation, call))
        .when(fail)
        .then(provider.failed(operation, call, 1));
    });

    it('is approved once, however often that is said, and nothing else said later changes it', () => {
      const done = given(...history, ...approvals[operation]);
      for (const again of [approve, decline, fail, tell.approve(operation, call, amount + 1)]) {
        done.when(again).then();
      }
    });

    it('is declined once, and never tried again', () => {
      const over = given(...history, ...declines[operation]);
      for (const again of [decline, fail, tell.decline(operation, call, 'stolen-card')])
        over.when(again).then();
    });

    it('waits for a human where another amount or currency is approved: nothing moves', () => {
      const mismatch = provider.parked(operation, call, 'amount-mismatch');
      for (const wrong of [amount - 1, amount + 1, usd(amount)]) {
        const order = given(...history)
          .when(tell.approve(operation, call, wrong))
          .then(mismatch);
        expect(order.payment).toMatchObject({ open: given(...history).state?.payment.open });
      }
      given(...history, mismatch)
        .when(tell.approve(operation, call, amount - 1))
        .then();
      given(...history, mismatch)
        .when(approve)
        .then(...approvals[operation]);
    });

    it('is the only call under way: nothing else is asked until its outcome is known', () => {
      for (const waiting of [history, parked]) {
        for (const command of [tell.authorize(), ask.capture(), ask.void, ask.refund(), ask.amend(1)]) {
          expect(given(...waiting).when(command).decision.ok, command.type).toBe(false);
        }
        given(...waiting)
          .when(ask.refund(usd(1)))
          .refused('payment-call-open', operation);
      }
    });

    it('is not answered by what is said of another operation or call', () => {
      const others = (['authorize', 'capture', 'void', 'refund'] as const).filter(
        (each) => each !== operation,
      );
      for (const other of others) {
        given(...history)
          .when(tell.approve(other, call))
          .refused('call-not-found', `No ${other} was asked for as call ${call}.`);
      }
      for (const number of [0, call + 1]) {
        given(...history)
          .when(tell.decline(operation, number))
          .refused('call-not-found');
      }
    });
  },
);

describe('a declined authorization', () => {
  const byHand = placedPaying({ captures: false, cancels: false });

  it('cancels an order that was placed with its payment, and says why', () => {
    const order = given(...asked)
      .when(tell.decline('authorize', 1, 'stolen-card'))
      .then(provider.declined(1, whole, 'stolen-card'), provider.cancelled('payment_failed: stolen-card'));
    expect(order).toMatchObject({ status: 'cancelled', payment: { status: 'declined', closed: true } });
  });

  it('leaves an order pending that a caller asked it for: another may be tried', () => {
    const order = given(...byHand)
      .when(tell.decline('authorize', 1))
      .then(provider.declined());
    expect(order).toMatchObject({
      status: 'pending',
      payment: { status: 'declined', open: { authorize: { amount: whole } } },
    });
    given(...byHand, provider.declined())
      .when(tell.authorize())
      .then(provider.asked(2, { captures: false, cancels: false }));
  });
});

describe('a declined capture', () => {
  it('has the hold given back where the order was to be paid by itself, and then cancels it', () => {
    const refused = given(...capturing)
      .when(tell.decline('capture', 2))
      .then(...declines.capture);
    expect(refused).toMatchObject({ status: 'pending', phase: 'cancelling', payment: { closed: true } });
    const order = given(...capturing, ...declines.capture)
      .when(tell.approve('void', 3))
      .then(provider.voided(3), provider.cancelled('payment_failed: no-funds'));
    expect(order).toMatchObject({ status: 'cancelled', payment: { status: 'voided' } });
  });

  it('leaves it to the caller who asked for it', () => {
    const byHand = [...histories['held by a provider'], provider.captureAsked(2, 60)];
    const order = given(...byHand)
      .when(tell.decline('capture', 2))
      .then(provider.captureFailed(2, 60));
    expect(order).toMatchObject({ status: 'pending', payment: { status: 'authorized', closed: false } });
    given(...byHand, provider.captureFailed(2, 60))
      .when(ask.capture())
      .then(provider.captureAsked(3));
  });

  it('leaves a paid order paid: the hold is what pays it, and goods may have been given for that', () => {
    given(...placedPaying({}, 'authorized'), provider.held(1), was.paid(), provider.captureAsked(2))
      .when(tell.decline('capture', 2))
      .then(provider.captureFailed(2));
    given(...histories['fulfilled on a provider’s hold'])
      .when(tell.decline('capture', 2))
      .then(provider.captureFailed(2));
  });
});

describe('a declined refund', () => {
  it('is owed to the customer as credit, and no longer refundable', () => {
    const order = given(...refunding)
      .when(tell.decline('refund', 3))
      .then(provider.credited(3, 60));
    expect(order.payment).toMatchObject({
      refunding: { amount: 0 },
      credited: { amount: 60 },
      open: { refund: { amount: 40 } },
    });
  });

  it('completes a fulfilled order that only waited for it', () => {
    given(...refunding, was.fulfilled)
      .when(tell.decline('refund', 3))
      .then(provider.credited(3, 60), was.completed());
    given(...refunding, was.fulfilled)
      .when(tell.approve('refund', 3, 60))
      .then(provider.refunded(3, 60), was.completed());
  });

  it('leaves nothing to hand over where all of it is credited', () => {
    given(...histories['paid through a provider, its refund credited'])
      .when(ask.fulfil)
      .refused('order-not-paid', 'All 1.00 EUR that was captured has been returned.');
  });
});
