import type { CustomerId, OrderId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { Money } from '../domain/kernel/money.ts';
import { orderAggregate } from '../domain/order/aggregate.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import { openPayment, type Payment } from '../domain/order/payment.ts';
import type { operationTypes } from '../domain/order/resource.ts';
import type { Order } from '../domain/order/state.ts';
import type { Projection, Recorded } from './projection.ts';

/** What each event of money is called in the list of operations; those that move none have no name. */
const movements = {
  PaymentAuthorized: 'authorized',
  PaymentCaptured: 'captured',
  AuthorizationReleased: 'released',
  PaymentVoided: 'voided',
  AuthorizationExpired: 'expired',
  PaymentDeclined: 'declined',
  RefundSettled: 'refunded',
  RefundFailed: 'refund-failed',
  ChargebackOpened: 'chargeback-opened',
  ChargebackWon: 'chargeback-won',
  ChargebackLost: 'chargeback-lost',
} as const satisfies Partial<Record<OrderEvent['type'], (typeof operationTypes)[number]>>;
type Movement = Extract<OrderEvent, { readonly type: keyof typeof movements }>;

/** One movement of money, or of the right to it. */
export interface Operation {
  readonly type: (typeof operationTypes)[number];
  readonly amount: Money;
  readonly at: Instant;
  /** The provider's token, of an authorization. */
  readonly token?: string;
  /** Why it was declined, or what the provider kept of it. */
  readonly code?: string;
  readonly fee?: Money;
}

/** The payment account of an order with everything that happened on it, oldest first. */
export interface PaymentDetails extends Payment {
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly attempts: readonly Operation[];
  readonly operations: readonly Operation[];
  readonly updatedAt: Instant;
  readonly revision: number;
}

export const paymentDetails: Projection<PaymentDetails, OrderEvent> = {
  name: 'payment-details',
  version: 2,
  category: 'order',
  fields: [],
  indexes: [],
  keys: 'stream',
  when: (details, event) => {
    if (event.type === 'OrderPlaced') return placed(event);
    if (details === undefined) return undefined;
    return isMovement(event) ? moved(details, event) : seen(details, event);
  },
  fieldsOf: () => ({}),
};

function isMovement(event: Recorded<OrderEvent>): event is Recorded<Movement> {
  return event.type in movements;
}

function placed({
  data,
  at,
  revision,
}: Recorded<Extract<OrderEvent, { readonly type: 'OrderPlaced' }>>): PaymentDetails {
  const { orderId, customerId, total } = data;
  return {
    orderId,
    customerId,
    ...openPayment(total),
    attempts: [],
    operations: [],
    updatedAt: at,
    revision,
  };
}

function moved(details: PaymentDetails, event: Recorded<Movement>): PaymentDetails {
  const operation = operationOf(event);
  const isAttempt = event.type === 'PaymentAuthorized' || event.type === 'PaymentDeclined';
  return {
    ...seen(details, event),
    attempts: isAttempt ? [...details.attempts, operation] : details.attempts,
    operations: [...details.operations, operation],
  };
}

function operationOf({ type, data, at }: Recorded<Movement>): Operation {
  return {
    type: movements[type],
    amount: data.amount,
    at,
    ...('method' in data && { token: data.method.token }),
    ...('code' in data && { code: data.code }),
    ...('fee' in data && { fee: data.fee }),
  };
}

/** The account after the event, by the very fold that commands decide on. */
function seen(details: PaymentDetails, event: Recorded<OrderEvent>): PaymentDetails {
  // An order's events change its payment by nothing but that payment, so the rest of the order is not needed here.
  const order = { payment: details, notes: [] } as unknown as Order;
  const { payment } = orderAggregate.evolve(order, event, event) as Order;
  return {
    ...(payment as PaymentDetails),
    updatedAt: payment === details ? details.updatedAt : event.at,
    revision: event.revision,
  };
}
