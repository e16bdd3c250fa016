import type { ActorId } from '../../src/domain/kernel/ids.ts';
import { orderAggregate } from '../../src/domain/order/aggregate.ts';
import { book } from '../../src/domain/order/booking.ts';
import type { OrderEvent, Unbooked } from '../../src/domain/order/decision.ts';
import type { Order } from '../../src/domain/order/state.ts';
import type { Recorded } from '../../src/projections/projection.ts';
import { eur, event, lineOf, minute, placed, recorded } from './projection-history.ts';

const gateway = 'simulated';

/** For every type of event what was recorded until one came, with its entries in the books. */
export function endingWith(type: OrderEvent['type']): readonly Recorded<OrderEvent>[] {
  let order: Order | undefined;
  const booked = histories[type].map((each, revision) => {
    const said = order === undefined ? each : book(order, each as Unbooked<OrderEvent>);
    const [{ at, actor } = { at: minute(0), actor: 'clerk' as ActorId }] = recorded([said], {
      after: revision,
    });
    order = orderAggregate.evolve(order, said, { at, actor, revision });
    return said;
  });
  return recorded(booked);
}

/** For every event a history in which it comes last. A new event does not compile until it is here. */
const histories: { readonly [T in OrderEvent['type']]: readonly OrderEvent[] } = {
  OrderPlaced: [placed()],
  OrderLinesAmended: [
    placed(),
    event('OrderLinesAmended', {
      lines: [lineOf(5, 1_000)],
      total: eur(5_000),
      previousTotal: eur(3_000),
      priority: 'high',
    }),
  ],
  OrderNoteAdded: [placed(), event('OrderNoteAdded', { note: 'ring twice', addedBy: 'clerk' as ActorId })],
  OrderPaid: [placed(), event('OrderPaid', { total: eur(3_000) })],
  OrderFulfilled: [placed(), event('OrderFulfilled', {})],
  OrderCompleted: [placed(), event('OrderCompleted', { total: eur(3_000) })],
  OrderCancelled: [
    placed(),
    event('OrderCancelled', { reason: 'late', total: eur(3_000), previousStatus: 'pending' }),
  ],
  CommandRefused: [
    placed(),
    event('CommandRefused', { command: 'FulfilOrder', code: 'order-not-paid', detail: '' }),
  ],
  PaymentAuthorized: [placed(), authorized()],
  PaymentCaptured: [placed(), authorized(), captured()],
  AuthorizationReleased: [placed(), authorized(), event('AuthorizationReleased', { amount: eur(500) })],
  PaymentVoided: [placed(), authorized(), event('PaymentVoided', { amount: eur(3_000) })],
  RefundRequested: [placed(), authorized(), captured(), refundRequested()],
  RefundSettled: [
    ...[placed(), authorized(), captured(), refundRequested()],
    event('RefundSettled', { refund: 1, amount: eur(700) }),
  ],
  ChargebackOpened: [placed(), authorized(), captured(), disputed()],
  ChargebackWon: [placed(), authorized(), captured(), disputed(), event('ChargebackWon', { amount: eur(1) })],
  ChargebackLost: [
    placed(),
    authorized(),
    captured(),
    disputed(),
    event('ChargebackLost', { amount: eur(1) }),
  ],
  AuthorizationExpired: [placed(), authorized(), event('AuthorizationExpired', { amount: eur(3_000) })],
  RefundFailed: [
    ...[placed(), authorized(), captured(), refundRequested()],
    event('RefundFailed', { refund: 1, amount: eur(700), code: 'closed', provider: { gateway, call: 3 } }),
  ],
  OrderCancellationRequested: [placed(), event('OrderCancellationRequested', { reason: 'late' })],
  PaymentRequested: [placed(), asked()],
  CaptureRequested: [placed(), asked(), event('CaptureRequested', { ...intent(2), final: false })],
  VoidRequested: [placed(), asked(), event('VoidRequested', intent(2))],
  PaymentDeclined: [
    placed(),
    asked(),
    event('PaymentDeclined', { call: 1, amount: eur(3_000), code: 'no-funds' }),
  ],
  CaptureFailed: [placed(), asked(), event('CaptureFailed', { call: 1, amount: eur(3_000), code: 'gone' })],
  VoidFailed: [placed(), asked(), event('VoidFailed', { call: 1, amount: eur(3_000), code: 'gone' })],
  PaymentAttemptFailed: [placed(), asked(), failed()],
  PaymentParked: [placed(), asked(), failed(), parked()],
  PaymentRetried: [
    ...[placed(), asked(), failed(), parked()],
    event('PaymentRetried', { call: 1, operation: 'authorize' }),
  ],
};

function intent(call: number) {
  return { call, amount: eur(3_000), gateway, key: `key-${call}` };
}

function asked(): OrderEvent {
  return event('PaymentRequested', {
    ...intent(1),
    method: { token: 'tok-1' },
    captures: true,
    cancels: true,
  });
}

function failed(): OrderEvent {
  return event('PaymentAttemptFailed', {
    ...{ call: 1, operation: 'authorize', failure: 1, code: 'timeout' },
    retryAt: minute(9),
  });
}

function parked(): OrderEvent {
  return event('PaymentParked', { call: 1, operation: 'authorize', code: 'timeout' });
}

function authorized(): OrderEvent {
  return event('PaymentAuthorized', { authorization: 1, amount: eur(3_000), method: { token: 'tok-1' } });
}

function captured(): OrderEvent {
  return event('PaymentCaptured', { capture: 1, amount: eur(3_000) });
}

function refundRequested(): OrderEvent {
  return event('RefundRequested', { refund: 1, amount: eur(700), reason: 'broken' });
}

function disputed(): OrderEvent {
  return event('ChargebackOpened', { chargeback: 1, amount: eur(900) });
}
