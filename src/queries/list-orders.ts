import { z } from 'zod';
import { customerId, externalId } from '../domain/kernel/ids.ts';
import { instantSought } from '../domain/kernel/instant.ts';
import { orderRowResource, statusResource } from '../domain/order/resource.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import type { ListQuery } from '../ports/read-model.ts';
import { answer, positionWanted, type QueryDependencies } from './query-context.ts';

const limitDefault = 20;

const limit = z
  .string()
  .regex(/^(?:[1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
  .transform(Number)
  .optional()
  .describe('At most this many, 1–100; 20 by default.');

const query = z.strictObject({
  status: statusResource.optional(),
  customerId: customerId.optional().describe('With ops:read; others see their own orders only.'),
  externalId: externalId.optional(),
  placedFrom: instantSought('up').optional().describe('Placed at this time or later.'),
  placedTo: instantSought('up').optional().describe('Placed before this time.'),
  limit,
  cursor: z.string().max(1_000).optional().describe('`nextCursor` of the page before.'),
});

const pageResource = z
  .strictObject({
    items: z.array(orderRowResource),
    nextCursor: z.string().nullable().describe('null on the last page.'),
  })
  .meta({ id: 'OrderPage' });

export function listOrders(needs: QueryDependencies): Route {
  return {
    method: 'GET',
    path: '/v1/orders',
    operationId: 'listOrders',
    summary: 'List orders, newest first',
    scopes: ['orders:read', 'ops:read'],
    query,
    success: { status: 200, schema: pageResource, description: 'One page.' },
    problems: ['validation-failed', 'unprocessable', 'projection-behind'],
    handle: (request) => list(request, needs),
  };
}

async function list(
  request: ApiRequest,
  { orderList, cursors, digest }: QueryDependencies,
): Promise<ApiAnswer> {
  const {
    placedFrom,
    placedTo,
    limit: countMax = limitDefault,
    cursor,
    ...filters
  } = validate(query, request.query, 'query/');
  const wanted = positionWanted(request);
  if (wanted > 0) await orderList.reach(wanted);

  const equals = definedOf({ ...filters, ...ownOnly(request) });
  if (seesNothing(request, filters.customerId)) return page(request, digest.sha256, [], null, 0);
  const question = JSON.stringify([request.principal.subject, equals, placedFrom ?? '', placedTo ?? '']);
  const { documents, asOf } = await orderList.list({
    equals,
    orderBy: 'placedAt',
    ...(placedFrom !== undefined && { from: placedFrom }),
    ...(placedTo !== undefined && { to: placedTo }),
    ...(cursor !== undefined && { after: cursors.read(cursor, question) }),
    // One more than asked for tells whether there is a next page.
    countMax: countMax + 1,
  });
  const shown = documents.slice(0, countMax);
  const last = documents.length > countMax ? shown.at(-1) : undefined;
  const next = last === undefined ? null : cursors.write(last.place, question);
  return page(
    request,
    digest.sha256,
    shown.map(({ body }) => body),
    next,
    asOf,
  );
}

/** Whatever a caller asks for, the store is only asked for what the caller may see. */
function ownOnly({ principal }: ApiRequest): { readonly customerId?: string } {
  return principal.scopes.has('ops:read') ? {} : { customerId: principal.subject };
}

/** Asking for somebody else's orders answers as if that customer had none. */
function seesNothing({ principal }: ApiRequest, asked: string | undefined): boolean {
  return asked !== undefined && asked !== principal.subject && !principal.scopes.has('ops:read');
}

function page(
  request: ApiRequest,
  hash: (text: string) => string,
  rows: readonly string[],
  next: string | null,
  asOf: number,
): ApiAnswer {
  const body = `{"items":[${rows.join(',')}],"nextCursor":${JSON.stringify(next)}}`;
  return answer(request, { body, etag: `"${hash(body)}"`, asOf, cached: false });
}

function definedOf(filters: Readonly<Record<string, string | undefined>>): ListQuery['equals'] {
  return Object.fromEntries(
    Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
