import { orderId } from '../domain/kernel/ids.ts';
import type { OrderCommand } from '../domain/order/commands.ts';
import type { Order } from '../domain/order/state.ts';
import type { WebhookCommand } from '../domain/webhook/commands.ts';
import type { Clock } from '../ports/clock.ts';
import type { CommandBus, CommandFate } from '../ports/command-bus.ts';
import type { Digest } from '../ports/digest.ts';
import type { InboxEntry } from '../projections/webhook-inbox.ts';
import { webhookInbox } from '../projections/webhook-inbox.ts';
import type { Acted, Process } from './process.ts';
import { verdictOn, type Why } from './webhook-verdict.ts';

/** An order as its stream has it now. */
export interface Sight {
  readonly state: Order | undefined;
  /** What became of a command there; `undefined` where nothing of it is recorded. */
  readonly fateOf: (commandId: string) => 'done' | 'refused' | undefined;
}

export interface WebhooksDependencies {
  readonly orders: CommandBus<OrderCommand>;
  readonly webhooks: CommandBus<WebhookCommand>;
  /** @throws StoreUnavailable */
  readonly look: (orderId: string) => Promise<Sight>;
  readonly clock: Pick<Clock, 'now'>;
  readonly digest: Digest;
}

/** How long a report waits for what it is about before a human has to look. */
const waitingMsMax = 24 * 60 * 60 * 1_000;
const delayMsMin = 1_000;
const delayMsMax = 5 * 60 * 1_000;
/** Refusals a report may leave in its order's stream, each time it is released: of the hundred that a stream records. */
const refusalsMax = 8;

/**
 * Applies what payment providers report to its order, once. A refusal is recorded and stays one for its command id, so
 * the order is looked at first and only sent what it would take: waiting costs reads, and leaves no trace in the stream.
 * Where the order changes between the look and the command, and refuses after all, the next try has an id of its own;
 * which ids are used up is read in the order's stream, so nothing has to be remembered between tries. The next look is
 * due when the report has waited twice as long, which a restart does not change.
 */
export function createWebhooksProcess(needs: WebhooksDependencies): Process<InboxEntry> {
  return { name: 'webhooks', projection: webhookInbox, act: (entry) => act(entry, needs) };
}

async function act(entry: InboxEntry, needs: WebhooksDependencies): Promise<Acted> {
  const { webhook, cause } = entry;
  const { state, fateOf } = orderId.safeParse(webhook.paymentId).success
    ? await needs.look(webhook.paymentId)
    : nowhere;
  const tries = Array.from({ length: refusalsMax * (webhook.releases + 1) }, (_, index) =>
    needs.digest.uuid5(cause.eventId, `webhooks|apply ${index + 1}`),
  );
  const commandId = tries.find((id) => fateOf(id) !== 'refused');
  if (commandId !== undefined && fateOf(commandId) === 'done') return settle(entry, commandId, needs);

  const verdict = verdictOn(webhook, state);
  switch (verdict.kind) {
    case 'known':
      return settle(entry, undefined, needs);
    case 'apply': {
      if (commandId === undefined) {
        const detail = `The order refused it ${tries.length} times just when it was to be applied.`;
        return quarantine(entry, { reason: 'refused-too-often', detail }, needs);
      }
      const fate = await needs.orders.send(sent(entry, webhook.paymentId, verdict.command, commandId, needs));
      if (fate.kind === 'done') return settle(entry, commandId, needs);
      return wait(entry, { reason: fate.code, detail: fate.detail }, needs);
    }
    case 'wait':
      return wait(entry, verdict, needs);
    case 'quarantine':
      return quarantine(entry, verdict, needs);
  }
}

/** Lets time help, as long as it may. */
async function wait(entry: InboxEntry, why: Why, needs: WebhooksDependencies): Promise<Acted> {
  const waitedMs = Date.parse(needs.clock.now()) - Date.parse(entry.webhook.waitingSince);
  if (waitedMs >= waitingMsMax) return quarantine(entry, why, needs);
  // After as long as it has waited: 1 s, 2 s, 4 s … and never more than five minutes.
  return { kind: 'later', afterMs: Math.min(Math.max(waitedMs, delayMsMin), delayMsMax) };
}

const nowhere: Sight = { state: undefined, fateOf: () => undefined };

function settle(
  entry: InboxEntry,
  commandId: string | undefined,
  needs: WebhooksDependencies,
): Promise<Acted> {
  const command: WebhookCommand =
    commandId === undefined
      ? { type: 'SettleWebhook', outcome: 'known' }
      : { type: 'SettleWebhook', commandId, outcome: 'changed' };
  return record(entry, command, 'settle', needs);
}

function quarantine(entry: InboxEntry, { reason, detail }: Why, needs: WebhooksDependencies): Promise<Acted> {
  const command: WebhookCommand = { type: 'QuarantineWebhook', reason, detail };
  return record(entry, command, `quarantine ${entry.webhook.releases + 1}`, needs);
}

async function record(
  entry: InboxEntry,
  command: WebhookCommand,
  step: string,
  needs: WebhooksDependencies,
): Promise<Acted> {
  const commandId = needs.digest.uuid5(entry.cause.eventId, `webhooks|${step}`);
  const fate: CommandFate = await needs.webhooks.send(sent(entry, entry.id, command, commandId, needs));
  // Neither is ever refused for a webhook that is there; should it be, it is looked at again.
  return fate.kind === 'done'
    ? { kind: 'done', position: fate.position, byAnother: fate.replayed }
    : { kind: 'later', afterMs: delayMsMax };
}

function sent<Command extends { readonly type: string }>(
  { cause }: InboxEntry,
  aggregateId: string,
  command: Command,
  commandId: string,
  { digest }: WebhooksDependencies,
) {
  // The id stands for the report and the step, and what a step finds may differ from one ledger to the next.
  const fingerprint = digest.sha256(`v1 ${command.type} ${commandId}`);
  const { eventId: causationId, correlationId } = cause;
  return { aggregateId, command, commandId, fingerprint, causationId, correlationId };
}
