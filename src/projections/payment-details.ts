import type { CustomerId, OrderId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { Money } from '../domain/kernel/money.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import { after, openPayment, type Payment } from '../domain/order/payment.ts';
import { type Handlers, handleWith, type Projection, type Recorded } from './projection.ts';

/** One movement of money, or of the right to it. */
export interface Operation {
  readonly type: 'authorized' | 'captured' | 'released' | 'voided' | 'refunded' | Chargeback;
  readonly amount: Money;
  readonly at: Instant;
  /** The provider's token, of an authorization. */
  readonly token?: string;
}

type Chargeback = 'chargeback-opened' | 'chargeback-won' | 'chargeback-lost';

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
  version: 1,
  category: 'order',
  fields: [],
  indexes: [],
  keys: 'stream',
  when: (details, event) => {
    if (event.type === 'OrderPlaced') return placed(event);
    return details && handleWith(handlers, details, event);
  },
  fieldsOf: () => ({}),
};

type Later = Exclude<OrderEvent, { readonly type: 'OrderPlaced' }>;

const handlers: Handlers<PaymentDetails, Later> = {
  OrderLinesAmended: (details, event) => moved(details, event, after.amended(details, event.data.total)),
  OrderCancelled: (details, event) => moved(details, event, after.closed(details)),
  OrderNoteAdded: seen,
  OrderPaid: seen,
  OrderFulfilled: seen,
  OrderCompleted: seen,
  CommandRefused: seen,
  PaymentAuthorized: (details, event) => {
    const { amount, method } = event.data;
    const attempt: Operation = { type: 'authorized', amount, at: event.at, token: method.token };
    const attempts = [...details.attempts, attempt];
    return { ...moved(details, event, after.authorized(details, amount), attempt), attempts };
  },
  PaymentCaptured: (details, event) =>
    moved(details, event, after.captured(details, event.data.amount), of('captured', event)),
  AuthorizationReleased: (details, event) =>
    moved(details, event, after.released(details, event.data.amount), of('released', event)),
  PaymentVoided: (details, event) =>
    moved(details, event, after.released(details, event.data.amount), of('voided', event)),
  RefundRequested: (details, event) =>
    moved(details, event, after.refundRequested(details, event.data.amount)),
  RefundSettled: (details, event) =>
    moved(details, event, after.refundSettled(details, event.data.amount), of('refunded', event)),
  ChargebackOpened: (details, event) =>
    moved(details, event, after.chargebackOpened(details, event.data.amount), of('chargeback-opened', event)),
  ChargebackWon: (details, event) =>
    moved(details, event, after.chargebackWon(details, event.data.amount), of('chargeback-won', event)),
  ChargebackLost: (details, event) =>
    moved(details, event, after.chargebackLost(details, event.data.amount), of('chargeback-lost', event)),
};

type Facts = Pick<Recorded<OrderEvent>, 'at' | 'revision'>;

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

function moved(
  details: PaymentDetails,
  { at, revision }: Facts,
  payment: Payment,
  operation?: Operation,
): PaymentDetails {
  const operations = operation === undefined ? details.operations : [...details.operations, operation];
  return { ...details, ...payment, operations, updatedAt: at, revision };
}

function of(
  type: Operation['type'],
  { data, at }: { readonly data: { readonly amount: Money }; readonly at: Instant },
): Operation {
  return { type, amount: data.amount, at };
}

/** The order moved on and its payment did not. */
function seen(details: PaymentDetails, { revision }: Facts): PaymentDetails {
  return { ...details, revision };
}
