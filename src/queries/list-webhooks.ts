import { z } from 'zod';
import { webhookResource, webhookStatusResource } from '../domain/webhook/resource.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import type { InboxEntry } from '../projections/webhook-inbox.ts';
import { answer, positionWanted, type QueryDependencies } from './query-context.ts';

const limitDefault = 20;

const query = z.strictObject({
  status: webhookStatusResource.optional(),
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
    .transform(Number)
    .optional()
    .describe('At most this many, 1–100; 20 by default.'),
  cursor: z.string().max(1_000).optional().describe('`nextCursor` of the page before.'),
});

const pageResource = z
  .strictObject({
    items: z.array(webhookResource),
    nextCursor: z.string().nullable().describe('null on the last page.'),
  })
  .meta({ id: 'WebhookPage' });

export function listWebhooks(needs: QueryDependencies): Route {
  return {
    method: 'GET',
    path: '/v1/gateway/webhooks',
    operationId: 'listWebhooks',
    summary: 'List what the payment provider has reported, newest first',
    description: '`status=quarantined` is what a human has to look at.',
    scopes: ['ops:read', 'admin'],
    query,
    success: { status: 200, schema: pageResource, description: 'One page.' },
    problems: ['validation-failed', 'projection-behind'],
    handle: (request) => list(request, needs),
  };
}

async function list(
  request: ApiRequest,
  { webhookInbox, cursors, digest }: QueryDependencies,
): Promise<ApiAnswer> {
  const { status, limit = limitDefault, cursor } = validate(query, request.query, 'query/');
  await webhookInbox.reach(positionWanted(request));
  const question = JSON.stringify(['webhooks', request.principal.subject, status ?? '']);
  const { documents, asOf } = await webhookInbox.list({
    equals: status === undefined ? {} : { status },
    orderBy: 'receivedAt',
    ...(cursor !== undefined && { after: cursors.read(cursor, question) }),
    // One more than asked for tells whether there is a next page.
    countMax: limit + 1,
  });
  const shown = documents.slice(0, limit);
  const last = documents.length > limit ? shown.at(-1) : undefined;
  const nextCursor = last === undefined ? null : cursors.write(last.place, question);
  const body = JSON.stringify({ items: shown.map((document) => itemOf(document.body)), nextCursor });
  return answer(request, { body, etag: `"${digest.sha256(body)}"`, asOf, cached: false });
}

/** What is kept for the process that applies it is not shown. */
function itemOf(body: string): object {
  const { id, webhook }: InboxEntry = JSON.parse(body);
  return { webhookId: id, ...webhook };
}
