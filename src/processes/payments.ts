import { failuresMax } from '../domain/order/calls.ts';
import type { OrderCommand, ProviderAnswer } from '../domain/order/commands.ts';
import type { Clock } from '../ports/clock.ts';
import type { CommandBus } from '../ports/command-bus.ts';
import type { Digest } from '../ports/digest.ts';
import type { Ids } from '../ports/ids.ts';
import type { Logger } from '../ports/logger.ts';
import type { GatewayAnswer, PaymentGateway } from '../ports/payment-gateway.ts';
import type { ProcessMetrics } from '../ports/process-metrics.ts';
import { type LastCall, type PaymentWork, paymentWork } from '../projections/payment-work.ts';
import { providerAnswerOf, retryAtOf } from './payment-answer.ts';
import { type PaymentStep, stepOf } from './payment-step.ts';
import type { Acted, Process } from './process.ts';

export interface PaymentsDependencies {
  readonly gateway: PaymentGateway;
  readonly orders: CommandBus<OrderCommand>;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly digest: Digest;
  readonly logger: Logger;
  readonly metrics: ProcessMetrics;
}

/** How long a provider is waited for before nobody knows what it did. */
const answerMsMax = 5_000;
/** How long a work that only somebody else can move is left alone. */
const restMs = 60_000;
const name = 'payments';

type Asking = Extract<PaymentStep, { readonly call: unknown }>;
type Failed = { readonly kind: 'unknown'; readonly code: string };

/**
 * Performs the calls that orders have recorded as intents, and ends holds at their time. It decides nothing: what follows
 * from an answer is decided where it is recorded, in the same append. Done again after a crash it has the same effect: the
 * provider knows the call by its key, and the ledger the answer by its command id.
 */
export function createPaymentsProcess(needs: PaymentsDependencies): Process<PaymentWork> {
  return { name, projection: paymentWork, act: (work) => act(work, needs) };
}

async function act(work: PaymentWork, needs: PaymentsDependencies): Promise<Acted> {
  const { gateway, clock, logger } = needs;
  const now = clock.now();
  const step = stepOf(work, now);
  if (step.kind === 'wait') return { kind: 'later', afterMs: 0 };
  if (step.kind === 'expire') return send(work, { type: 'ExpireAuthorization', now }, 'expire', needs);
  if (step.open.gateway !== gateway.name) {
    const fields = { order: work.id, asked: step.open.gateway, gateway: gateway.name };
    logger.warn(fields, 'a payment waits for another provider than the one that is set; set PAYMENT_GATEWAY');
    return { kind: 'later', afterMs: restMs };
  }
  const answer = await answerTo(step, needs);
  return record(work, step.open, answer, needs);
}

/** What the provider says of the call, after it was made if need be. */
async function answerTo({ kind, call }: Asking, needs: PaymentsDependencies): Promise<GatewayAnswer> {
  const { gateway } = needs;
  if (kind !== 'call') {
    const known = await asked('inquire', () => gateway.inquire(call.key), needs);
    // It never got it, or nothing came of it for certain.
    if (known.kind !== 'not-found' && known.kind !== 'failed') return known;
    if (kind === 'withdraw') return { kind: 'declined', code: 'withdrawn' };
  }
  return asked(call.operation, () => gateway.call(call), needs);
}

/** Asks, and waits as long as is reasonable: what answers too late will be inquired about. */
async function asked<Answer extends { readonly kind: string }>(
  what: string,
  ask: () => Promise<Answer>,
  { clock, logger, metrics }: PaymentsDependencies,
): Promise<Answer | Failed> {
  let cancel = () => {};
  const late = new Promise<Failed>((resolve) => {
    cancel = clock.after(answerMsMax, () => resolve({ kind: 'unknown', code: 'timeout' }));
  });
  try {
    const answer = await Promise.race([ask(), late]);
    metrics.gatewayAsked(what, answer.kind);
    return answer;
  } catch (error) {
    // It promised not to; whatever it means, nobody knows what the provider did.
    logger.error({ asked: what, error: String(error) }, 'the payment gateway failed to answer');
    metrics.gatewayAsked(what, 'unknown');
    return { kind: 'unknown', code: 'gateway-error' };
  } finally {
    cancel();
  }
}

async function record(
  work: PaymentWork,
  { call, operation, failures }: LastCall,
  given: GatewayAnswer,
  needs: PaymentsDependencies,
): Promise<Acted> {
  const { clock, ids } = needs;
  const answer = providerAnswerOf(given, retryAtOf(clock.now(), failures, ids.fraction()));
  const command = { type: 'RecordAnswer', call, operation, answer } as const;
  const acted = await send(work, command, `answer ${answer.kind}`, needs);
  if (answer.kind === 'failed') tellFailure(work, operation, failures + 1, answer, needs);
  return acted;
}

function tellFailure(
  { id }: PaymentWork,
  operation: string,
  failure: number,
  { code, retryAt }: Extract<ProviderAnswer, { readonly kind: 'failed' }>,
  { logger, metrics }: PaymentsDependencies,
): void {
  const fields = { order: id, operation, failure, code };
  if (failure < failuresMax) {
    logger.warn({ ...fields, retryAt }, 'a payment call failed; it is tried again');
    return;
  }
  metrics.paymentParked();
  logger.error(fields, 'a payment call is parked: look at the provider, then let the payment be tried again');
}

/** @param step what of the cause this is; the same step of the same cause is done once, whoever does it */
async function send(
  { id, cause }: PaymentWork,
  command: OrderCommand,
  step: string,
  { orders, digest, logger }: PaymentsDependencies,
): Promise<Acted> {
  const { eventId, correlationId } = cause;
  const commandId = digest.uuid5(eventId, `${name}|${step}`);
  // Times and jitter differ from one attempt to the next, and mean the same.
  const fingerprint = digest.sha256(`v1 ${command.type} ${commandId}`);
  const fate = await orders.send({
    aggregateId: id,
    command,
    commandId,
    fingerprint,
    causationId: eventId,
    correlationId,
  });
  if (fate.kind === 'done') return { kind: 'done', position: fate.position, byAnother: fate.replayed };
  const { code, detail } = fate;
  logger.warn(
    { order: id, command: command.type, code, detail },
    'an order refused what was recorded for it',
  );
  return { kind: 'later', afterMs: restMs };
}
