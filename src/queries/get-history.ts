import { z } from 'zod';
import { orderId } from '../domain/kernel/ids.ts';
import { storedInstant } from '../domain/kernel/instant.ts';
import { streamName } from '../domain/kernel/log.ts';
import { etagOf } from '../http/etag.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import type { DomainEvent } from '../ports/event-codec.ts';
import type { OrderDetails } from '../projections/order-details.ts';
import { answer, eventsOf, headReached, maySee, notFound, type QueryDependencies } from './query-context.ts';

const at = storedInstant.meta({ format: 'date-time' });

const historyResource = z
  .strictObject({
    orderId,
    items: z.array(
      z.strictObject({
        revision: z.int(),
        position: z.int(),
        type: z.string(),
        at: at.describe('When it took effect.'),
        recordedAt: at,
        actor: z.string(),
        requestId: z.string(),
        commandId: z.string(),
        data: z.record(z.string(), z.json()),
        sealed: z.array(z.string()).describe('Names of personal fields, left out of `data`.'),
      }),
    ),
  })
  .meta({ id: 'OrderHistory' });

export function getHistory(needs: QueryDependencies): Route {
  return {
    method: 'GET',
    path: '/v1/orders/:orderId/history',
    operationId: 'getHistory',
    summary: 'Read what happened to an order',
    description:
      'Its events, of the order and of its payment, in the order of the log. Read from the log itself.',
    scopes: ['orders:read', 'ops:read'],
    params: z.strictObject({ orderId }),
    success: { status: 200, schema: historyResource, description: 'Every event, oldest first.' },
    problems: ['validation-failed', 'not-found', 'projection-behind'],
    handle: (request) => history(request, needs),
  };
}

async function history(request: ApiRequest, needs: QueryDependencies): Promise<ApiAnswer> {
  const id = request.params['orderId'] ?? '';
  const asOf = await headReached(request, needs);
  const items: object[] = [];
  let order: OrderDetails | undefined;
  let last: DomainEvent | undefined;
  for await (const event of eventsOf(streamName('order', id), needs)) {
    order = needs.orderFold(order, event as never);
    items.push(itemOf(event, needs.personalFields(event.type)));
    last = event;
  }
  if (order === undefined || last === undefined || !maySee(request, order.customerId)) throw notFound(order);
  const body = JSON.stringify({ orderId: id, items });
  return answer(request, { body, etag: etagOf(last.revision), asOf, cached: false });
}

function itemOf(
  { revision, position, type, at: effectiveAt, data, metadata }: DomainEvent,
  personal: readonly string[],
) {
  const members = Object.entries(data as object);
  return {
    revision,
    position,
    type,
    at: effectiveAt,
    recordedAt: metadata.occurredAt,
    actor: metadata.actor,
    requestId: metadata.requestId,
    commandId: metadata.commandId,
    data: Object.fromEntries(members.filter(([name]) => !personal.includes(name))),
    sealed: members.map(([name]) => name).filter((name) => personal.includes(name)),
  };
}
