import { z } from 'zod';
import { orderId } from '../domain/kernel/ids.ts';
import { instantSought } from '../domain/kernel/instant.ts';
import { streamName } from '../domain/kernel/log.ts';
import { orderResource } from '../domain/order/resource.ts';
import { etagOf } from '../http/etag.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import type { OrderDetails } from '../projections/order-details.ts';
import {
  answer,
  eventsOf,
  headReached,
  maySee,
  notFound,
  type QueryDependencies,
  serveDocument,
} from './query-context.ts';

const query = z
  .strictObject({
    at: instantSought('down').optional().describe('The order as it was at this time.'),
    revision: z
      .string()
      .regex(/^\d{1,9}$/, 'must be a revision, such as 3')
      .transform(Number)
      .optional()
      .describe('The order as its event at this revision left it.'),
  })
  .refine(({ at, revision }) => at === undefined || revision === undefined, 'give at or revision, not both');

export function getOrder(needs: QueryDependencies): Route {
  return {
    method: 'GET',
    path: '/v1/orders/:orderId',
    operationId: 'getOrder',
    summary: 'Read an order',
    description: 'Now, or as it was: `at` a time or as of a `revision`, folded from its events.',
    scopes: ['orders:read', 'ops:read'],
    params: z.strictObject({ orderId }),
    query,
    success: { status: 200, schema: orderResource, description: 'The order with its payment summary.' },
    problems: ['validation-failed', 'not-found', 'projection-behind'],
    handle: (request) =>
      isPlain(request) ? serveDocument(request, needs.orderDetails) : readThen(request, needs),
  };
}

function isPlain({ query: parameters }: ApiRequest): boolean {
  for (const _ in parameters) return false;
  return true;
}

/** Folds the events up to there; the order as nobody can have changed it since. */
async function readThen(request: ApiRequest, needs: QueryDependencies): Promise<ApiAnswer> {
  const { at, revision } = validate(query, request.query, 'query/');
  const stream = streamName('order', request.params['orderId'] ?? '');
  const asOf = await headReached(request, needs);
  let order: OrderDetails | undefined;
  for await (const event of eventsOf(stream, needs)) {
    const later = at === undefined ? event.revision > (revision ?? 0) : event.at > at;
    if (later) break;
    order = needs.orderFold(order, event as never);
  }
  if (order === undefined || !maySee(request, order.customerId)) throw notFound(order);
  if (revision !== undefined && order.revision !== revision) throw notFound(undefined);
  return answer(request, { body: JSON.stringify(order), etag: etagOf(order.revision), asOf, cached: false });
}
