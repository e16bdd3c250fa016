import { z } from 'zod';
import { customerId, orderId } from '../domain/kernel/ids.ts';
import { storedInstant } from '../domain/kernel/instant.ts';
import { money } from '../domain/kernel/money.ts';
import { operationTypes, paymentResource } from '../domain/order/resource.ts';
import type { Route } from '../http/route.ts';
import { type QueryDependencies, serveDocument } from './query-context.ts';

const at = storedInstant.meta({ format: 'date-time' });

const operation = z.strictObject({
  type: z.enum(operationTypes),
  amount: money,
  at,
  token: z.string().exactOptional(),
  code: z.string().exactOptional().describe('Why it was declined.'),
  fee: money.exactOptional().describe('What the provider kept.'),
});

const paymentDetailsResource = z
  .strictObject({
    orderId,
    customerId,
    ...paymentResource.shape,
    attempts: z.array(operation).describe('Authorizations and declines, oldest first.'),
    operations: z.array(operation).describe('Everything that moved money, oldest first.'),
    updatedAt: at,
    revision: z.int().min(0),
  })
  .meta({ id: 'PaymentDetails' });

export function getPayment({ paymentDetails }: QueryDependencies): Route {
  return {
    method: 'GET',
    path: '/v1/orders/:orderId/payment',
    operationId: 'getPayment',
    summary: 'Read the payment of an order',
    scopes: ['orders:read', 'ops:read'],
    params: z.strictObject({ orderId }),
    success: {
      status: 200,
      schema: paymentDetailsResource,
      description: 'The payment account with its operations.',
    },
    problems: ['validation-failed', 'not-found', 'projection-behind'],
    handle: (request) => serveDocument(request, paymentDetails),
  };
}
