import { z } from 'zod';
import { actorId, webhookId as webhookIdSchema } from '../domain/kernel/ids.ts';
import type { WebhookCommand } from '../domain/webhook/commands.ts';
import { webhookRejections } from '../domain/webhook/rejections.ts';
import { webhookResource } from '../domain/webhook/resource.ts';
import type { Webhook } from '../domain/webhook/state.ts';
import { etagOf, readIfMatch } from '../http/etag.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { traceparentOf } from '../http/request-id.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import type { Digest } from '../ports/digest.ts';
import type { HandleCommand } from './command.ts';
import { type Addressee, problemOf } from './command-answers.ts';
import { commandProblems } from './command-problems.ts';
import { commandIdOf, fingerprintOf } from './idempotency.ts';

export interface ReleaseDependencies {
  readonly handleWebhook: HandleCommand<WebhookCommand, Webhook>;
  readonly digest: Digest;
  readonly keysLenient: boolean;
}

const path = '/v1/gateway/webhooks/:webhookId/release';
const body = z.strictObject({});

const aWebhook: Addressee = {
  name: 'the webhook',
  rejections: webhookRejections,
  absent: 'There is no such webhook.',
};

/** How an operator has a report tried again that is in quarantine. */
export function releaseWebhook(needs: ReleaseDependencies): Route {
  return {
    method: 'POST',
    path,
    operationId: 'releaseWebhook',
    summary: 'Try a report of the payment provider again that is in quarantine',
    description: 'It has another day to fit its order.',
    scopes: ['ops:write', 'admin'],
    params: z.strictObject({ webhookId: webhookIdSchema }),
    body,
    success: { status: 200, schema: webhookResource, description: 'The webhook as this command left it.' },
    problems: commandProblems,
    handle: (request) => release(request, needs),
  };
}

async function release(
  { principal, requestId, params, header, body: read }: ApiRequest,
  { handleWebhook, digest, keysLenient }: ReleaseDependencies,
): Promise<ApiAnswer> {
  const key = readIdempotencyKey(header('idempotency-key'), keysLenient);
  const expectedRevision = readIfMatch(header('if-match'));
  const traceparent = traceparentOf(header('traceparent'));
  const json = read();
  validate(body, json);
  const actor = actorId.parse(principal.subject);
  const { webhookId = '' } = params;
  const own = path.replace(':webhookId', webhookId);
  const outcome = await handleWebhook({
    commandId: commandIdOf(digest, actor, 'POST', own, key),
    fingerprint: fingerprintOf(digest, 'POST', own, json),
    aggregateId: webhookId,
    command: { type: 'ReleaseWebhook' },
    actor,
    requestId,
    ...(traceparent !== undefined && { traceparent }),
    ...(expectedRevision !== undefined && { expectedRevision }),
  });
  if (outcome.kind !== 'done') throw problemOf(outcome, json, aWebhook);
  const { revision, position, replayed, snapshot } = outcome;
  const webhook: Webhook = JSON.parse(snapshot);
  return {
    status: 200,
    headers: {
      etag: etagOf(revision),
      'ledger-position': String(position),
      ...(replayed && { 'idempotent-replayed': 'true' }),
    },
    body: JSON.stringify({ webhookId, ...webhook }),
  };
}
