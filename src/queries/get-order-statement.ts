import { z } from 'zod';
import { currency } from '../domain/kernel/currency.ts';
import { exactJson } from '../domain/kernel/exact-json.ts';
import { orderId } from '../domain/kernel/ids.ts';
import { storedInstant } from '../domain/kernel/instant.ts';
import { streamName } from '../domain/kernel/log.ts';
import { amountMax } from '../domain/kernel/money.ts';
import { etagOf } from '../http/etag.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import type { DomainEvent } from '../ports/event-codec.ts';
import type { OrderDetails } from '../projections/order-details.ts';
import { accountShown, side, sum } from './books-parameters.ts';
import { orderBooks } from './order-books.ts';
import { answer, eventsOf, headReached, maySee, notFound, type QueryDependencies } from './query-context.ts';

const account = z
  .string()
  .describe('With the order or the customer it is kept apart by, as in `2000:{orderId}`.');

const orderStatementResource = z
  .strictObject({
    orderId,
    accounts: z
      .array(
        z.strictObject({
          ...accountShown,
          account,
          debit: sum,
          credit: sum,
          balance: sum.describe('On the normal side of the account.'),
        }),
      )
      .describe('What the entries leave; before the first, every account is at zero.'),
    entries: z
      .array(
        z.strictObject({
          position: z.int().min(1),
          revision: z.int().min(0),
          at: storedInstant.meta({ format: 'date-time' }).describe('When it took effect.'),
          eventId: z.string(),
          type: z.string(),
          lines: z.array(
            z.strictObject({
              code: accountShown.code,
              account,
              side,
              amount: z.int().min(1).max(amountMax).describe('Minor units.'),
              currency,
            }),
          ),
        }),
      )
      .describe('Oldest first; in each, debit and credit are equal.'),
    unbooked: z
      .int()
      .min(0)
      .describe('Events of money from before the ledger kept books: they are in no account.'),
  })
  .meta({ id: 'OrderStatement' });

export function getOrderStatement(needs: QueryDependencies): Route {
  return {
    method: 'GET',
    path: '/v1/orders/:orderId/statement',
    operationId: 'getOrderStatement',
    summary: 'Read the books of an order',
    description:
      'Every entry its events made, and what that leaves on each account. Read from the log itself.',
    scopes: ['orders:read', 'ops:read'],
    params: z.strictObject({ orderId }),
    success: { status: 200, schema: orderStatementResource, description: 'Accounts and entries.' },
    problems: ['validation-failed', 'not-found', 'projection-behind'],
    handle: (request) => read(request, needs),
  };
}

async function read(request: ApiRequest, needs: QueryDependencies): Promise<ApiAnswer> {
  const id = request.params['orderId'] ?? '';
  const asOf = await headReached(request, needs);
  const events: DomainEvent[] = [];
  let order: OrderDetails | undefined;
  for await (const event of eventsOf(streamName('order', id), needs)) {
    order = needs.orderFold(order, event as never);
    events.push(event);
  }
  if (order === undefined || !maySee(request, order.customerId)) throw notFound(order);
  const body = exactJson(orderBooks({ orderId: id, customerId: order.customerId }, events));
  return answer(request, { body, etag: etagOf(order.revision), asOf, cached: false });
}
