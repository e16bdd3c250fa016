import type { OrderEvent } from '../domain/order/decision.ts';
import type { Line } from '../domain/order/line.ts';
import type { Order } from '../domain/order/state.ts';
import { type Handlers, handleWith, type Projection, type Recorded } from './projection.ts';

/** One row of the list of orders. */
export type OrderRow = Pick<
  Order,
  | 'orderId'
  | 'customerId'
  | 'externalId'
  | 'status'
  | 'total'
  | 'priority'
  | 'sourceStatus'
  | 'placedAt'
  | 'updatedAt'
  | 'revision'
> & {
  readonly lineCount: number;
  /** Σ quantity over the lines. */
  readonly units: number;
};

export const orderList: Projection<OrderRow, OrderEvent> = {
  name: 'order-list',
  version: 1,
  category: 'order',
  fields: ['status', 'customerId', 'externalId', 'placedAt'],
  indexes: [['placedAt'], ['customerId', 'placedAt'], ['status', 'placedAt'], ['externalId', 'placedAt']],
  keys: 'stream',
  when: (row, event) => {
    if (event.type === 'OrderPlaced') return placed(event);
    return row && handleWith(handlers, row, event);
  },
  fieldsOf: ({ status, customerId, externalId, placedAt }) => ({ status, customerId, externalId, placedAt }),
};

type Later = Exclude<OrderEvent, { readonly type: 'OrderPlaced' }>;

const handlers: Handlers<OrderRow, Later> = {
  OrderLinesAmended: (row, event) => ({
    ...touched(row, event),
    ...countOf(event.data.lines),
    total: event.data.total,
    priority: event.data.priority,
  }),
  OrderNoteAdded: touched,
  OrderPaid: (row, event) => ({ ...touched(row, event), status: 'paid' }),
  OrderFulfilled: touched,
  OrderCancellationRequested: touched,
  OrderCompleted: (row, event) => ({ ...touched(row, event), status: 'completed' }),
  OrderCancelled: (row, event) => ({ ...touched(row, event), status: 'cancelled' }),
  CommandRefused: (row, { revision }) => ({ ...row, revision }),
  PaymentAuthorized: touched,
  PaymentCaptured: touched,
  AuthorizationReleased: touched,
  PaymentVoided: touched,
  RefundRequested: touched,
  RefundSettled: touched,
  ChargebackOpened: touched,
  ChargebackWon: touched,
  ChargebackLost: touched,
  AuthorizationExpired: touched,
  RefundFailed: touched,
  PaymentRequested: touched,
  CaptureRequested: touched,
  VoidRequested: touched,
  PaymentDeclined: touched,
  CaptureFailed: touched,
  VoidFailed: touched,
  PaymentAttemptFailed: touched,
  PaymentParked: touched,
  PaymentRetried: touched,
};

function placed({
  data,
  at,
  revision,
}: Recorded<Extract<OrderEvent, { readonly type: 'OrderPlaced' }>>): OrderRow {
  const { orderId, customerId, externalId, total, priority, sourceStatus, lines } = data;
  return {
    orderId,
    customerId,
    ...(externalId !== undefined && { externalId }),
    status: 'pending',
    total,
    priority,
    ...countOf(lines),
    ...(sourceStatus !== undefined && { sourceStatus }),
    placedAt: at,
    updatedAt: at,
    revision,
  };
}

function touched(row: OrderRow, { at, revision }: Pick<Recorded<OrderEvent>, 'at' | 'revision'>): OrderRow {
  return { ...row, updatedAt: at, revision };
}

function countOf(lines: readonly Line[]): Pick<OrderRow, 'lineCount' | 'units'> {
  return { lineCount: lines.length, units: lines.reduce((sum, { quantity }) => sum + quantity, 0) };
}
