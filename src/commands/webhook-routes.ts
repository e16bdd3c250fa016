import { z } from 'zod';
import { assert } from '../domain/kernel/assert.ts';
import { InvalidWebhook, UnreadableWebhook } from '../domain/kernel/faults.ts';
import { type Report, report as reportSchema } from '../domain/webhook/report.ts';
import { Problem } from '../http/problem.ts';
import { traceparentOf } from '../http/request-id.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import type { Clock } from '../ports/clock.ts';
import type { Logger } from '../ports/logger.ts';
import type { GatewayReport, PaymentGateway } from '../ports/payment-gateway.ts';
import type { CommandOutcome } from './command.ts';
import { commandIdOf, createdIdOf, fingerprintOf } from './idempotency.ts';
import { type ReleaseDependencies, releaseWebhook } from './release-webhook.ts';

interface ReceiveDependencies extends Omit<ReleaseDependencies, 'keysLenient'> {
  /** Whose reports are taken. */
  readonly gateway: Pick<PaymentGateway, 'name' | 'readWebhook'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Logger;
}

const path = '/v1/gateway/webhooks';

const receipt = z
  .strictObject({
    eventId: z.string().describe('The provider’s id of the report.'),
    status: z
      .enum(['received', 'duplicate'])
      .describe('duplicate: it was here before; nothing was done again.'),
  })
  .meta({ id: 'WebhookReceipt' });

/** The operations on what a payment provider reports. */
export function webhookRoutes(needs: ReceiveDependencies & ReleaseDependencies): readonly Route[] {
  return [receiveWebhook(needs), releaseWebhook(needs)];
}

/** Where the payment provider reports to. It answers once the report is safe; a process applies it to its order. */
export function receiveWebhook(needs: ReceiveDependencies): Route {
  return {
    method: 'POST',
    path,
    operationId: 'receiveWebhook',
    summary: 'Take a report of the payment provider',
    description:
      'For the provider alone: it signs the bytes of the body with the secret it shares with the ledger (`GATEWAY_WEBHOOK_SECRET`). A report may come often, early and in any order: it is recorded once, by its id, before this answers, and applied as soon as its order knows what it is about.',
    scopes: [],
    signature: {
      header: 'Gateway-Signature',
      description:
        '`t=<seconds since 1970>,v1=<HMAC-SHA-256 of the time, a dot and the body, in hex>`; not older than a few minutes.',
    },
    body: z.record(z.string(), z.json()).describe('A report, as the provider words it.'),
    success: { status: 202, schema: receipt, description: 'It is recorded.' },
    problems: ['validation-failed', 'payload-too-large', 'unsupported-media-type', 'outcome-unknown'],
    handle: (request) => receive(request, needs),
  };
}

async function receive(request: ApiRequest, needs: ReceiveDependencies): Promise<ApiAnswer> {
  const { digest, gateway, handleWebhook, logger } = needs;
  const report = believed(request, needs);
  const { eventId } = report;
  const actor = `gateway:${gateway.name}`;
  const commandId = commandIdOf(digest, actor, 'POST', path, eventId);
  const aggregateId = createdIdOf(digest, commandId);
  const traceparent = traceparentOf(request.header('traceparent'));
  const outcome = await handleWebhook({
    commandId,
    fingerprint: fingerprintOf(digest, 'POST', path, report),
    aggregateId,
    command: { type: 'ReceiveWebhook', report },
    actor,
    requestId: request.requestId,
    ...(traceparent !== undefined && { traceparent }),
  });
  if (outcome.kind === 'key-reused') {
    // What was recorded first stays.
    const fields = { requestId: request.requestId, audit: true, webhookId: aggregateId };
    logger.warn(fields, 'the payment provider reported one event in two ways');
  }
  return receiptOf(eventId, outcome);
}

/** @throws Problem `unauthenticated` that says nothing of why; `validation-failed` for what the provider did sign */
function believed({ bytes, header }: ApiRequest, { gateway, clock }: ReceiveDependencies): Report {
  // Before the signature is looked at: what is no JSON was meant for somebody else.
  const body = bytes();
  try {
    return recorded(gateway.name, gateway.readWebhook(header, body, clock.now()));
  } catch (error) {
    if (error instanceof InvalidWebhook) {
      throw new Problem('unauthenticated', 'The signature is not valid.', {
        title: 'A valid signature is required',
        audit: error.message,
        headers: { 'www-authenticate': 'Signature realm="order-ledger"' },
      });
    }
    if (!(error instanceof UnreadableWebhook)) throw error;
    throw new Problem('validation-failed', `The report cannot be understood: ${error.message}.`, {
      errors: [{ pointer: '', message: error.message }],
    });
  }
}

/** The report as it is recorded: within the limits of everything recorded, whatever the provider sends. */
function recorded(gateway: string, { at, ...said }: GatewayReport): Report {
  return validate(reportSchema, { ...said, gateway, reportedAt: at });
}

function receiptOf(eventId: string, outcome: CommandOutcome): ApiAnswer {
  assert(outcome.kind === 'done' || outcome.kind === 'key-reused', 'no report is refused');
  const isFirst = outcome.kind === 'done' && !outcome.replayed;
  return {
    status: 202,
    headers: outcome.kind === 'done' ? { 'ledger-position': String(outcome.position) } : {},
    body: JSON.stringify({ eventId, status: isFirst ? 'received' : 'duplicate' }),
  };
}
