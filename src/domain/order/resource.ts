import { z } from 'zod';
import { currency } from '../kernel/currency.ts';
import { actorId, customerId, externalId, orderId } from '../kernel/ids.ts';
import { storedInstant } from '../kernel/instant.ts';
import { money } from '../kernel/money.ts';
import { lines, priority } from './line.ts';
import { paymentStatus } from './payment.ts';
import { orderPhase, orderStatus, paidWhen } from './state.ts';

/** The public vocabulary of `status`. */
export const statusResource = orderStatus;

const count = z.int().min(0);

/** Shape of a payment account. */
export const paymentResource = z.strictObject({
  status: paymentStatus,
  payable: money.describe('What the order costs.'),
  authorized: money.describe('Sum of all authorizations.'),
  captured: money.describe('Sum of all captures.'),
  voided: money.describe('Authorized and given back uncaptured.'),
  refunding: money.describe('Refunds asked for and not settled.'),
  refunded: money.describe('Refunds settled.'),
  disputed: money.describe('Under an open chargeback.'),
  chargedBack: money.describe('Lost to chargebacks.'),
  open: z
    .strictObject({ authorize: money, capture: money, refund: money })
    .describe('What may still be moved.'),
  counts: z.strictObject({
    authorizations: count,
    captures: count,
    refunds: count,
    chargebacks: count,
    chargebacksWon: count,
  }),
  closed: z.boolean().describe('True once the order is cancelled.'),
});

const at = storedInstant.meta({ format: 'date-time' });

/** Shape of an order as commands and queries answer it: that of `Order`. */
export const orderResource = z
  .strictObject({
    orderId,
    customerId,
    externalId: externalId.exactOptional(),
    status: orderStatus,
    phase: orderPhase,
    currency,
    lines,
    total: money,
    priority,
    paidWhen,
    notes: z.array(z.strictObject({ note: z.string(), addedBy: actorId, at })),
    payment: paymentResource,
    sourceStatus: z.string().exactOptional(),
    cancelReason: z.string().exactOptional(),
    placedAt: at,
    paidAt: at.exactOptional(),
    fulfilledAt: at.exactOptional(),
    completedAt: at.exactOptional(),
    cancelledAt: at.exactOptional(),
    updatedAt: at,
    revision: count.describe('Revision of the order’s last event; also its ETag.'),
  })
  .meta({ id: 'Order' });

/** Shape of a row in a list of orders. */
export const orderRowResource = z
  .strictObject({
    orderId,
    customerId,
    externalId: externalId.exactOptional(),
    status: orderStatus,
    total: money,
    priority,
    lineCount: z.int().min(1),
    units: z.int().min(1).describe('Sum of the quantities.'),
    sourceStatus: z.string().exactOptional(),
    placedAt: at,
    updatedAt: at,
    revision: count,
  })
  .meta({ id: 'OrderRow' });
