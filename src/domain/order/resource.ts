import { z } from 'zod';
import { currency } from '../kernel/currency.ts';
import { actorId, customerId, externalId, orderId } from '../kernel/ids.ts';
import { storedInstant } from '../kernel/instant.ts';
import { money } from '../kernel/money.ts';
import { callStatus, operation } from './calls.ts';
import { lines, priority } from './line.ts';
import { paymentStatus } from './payment.ts';
import { orderPhase, orderStatus, paidWhen } from './state.ts';

/** The public vocabulary of `status`. */
export const statusResource = orderStatus;

const count = z.int().min(0);
const at = storedInstant.meta({ format: 'date-time' });

const provider = z
  .strictObject({
    gateway: z.string(),
    reference: z.string().exactOptional(),
    expiresAt: at.exactOptional().describe('When the hold ends by itself.'),
  })
  .describe('The payment provider that was asked. Absent where the caller reports what its own did.');

/** What an operation is called in the payment of an order. */
export const operationTypes = [
  'authorized',
  'captured',
  'released',
  'voided',
  'expired',
  'declined',
  'refunded',
  'refund-failed',
  'chargeback-opened',
  'chargeback-won',
  'chargeback-lost',
] as const;

const call = z.strictObject({
  call: z.int().min(1),
  operation,
  gateway: z.string().describe('Who was asked.'),
  amount: money,
  status: callStatus.describe('parked: failed so often that a human has to look.'),
  failures: count,
  captures: z.boolean().exactOptional(),
  cancels: z.boolean().exactOptional(),
  final: z.boolean().exactOptional(),
  refund: z.int().min(1).exactOptional(),
  token: z.string().exactOptional(),
});

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
  credited: money.exactOptional().describe('Refunds that could not be paid out: credit of the customer.'),
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
  closed: z.boolean().describe('True once the order is cancelled, or about to be.'),
  provider: provider.exactOptional(),
  calls: z.array(call).exactOptional().describe('What the provider was asked, oldest first.'),
  ended: z.enum(['expired', 'declined']).exactOptional(),
});

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
