import type { WritePaths } from './api-sides.ts';
import { answerInTime } from './commands/answer-in-time.ts';
import type { CommandOutcome, HandleCommand } from './commands/command.ts';
import type { Config } from './config.ts';
import type { OrderCommand } from './domain/order/commands.ts';
import { type Ledger, openOrderLook } from './main.ts';
import type { CommandBus, CommandFate } from './ports/command-bus.ts';
import type { PaymentGateway } from './ports/payment-gateway.ts';
import type { ProcessMetrics } from './ports/process-metrics.ts';
import type { ProjectionFeed } from './ports/projection-feed.ts';
import { createPaymentsProcess } from './processes/payments.ts';
import type { Process, Work } from './processes/process.ts';
import { ProcessRunner } from './processes/runner.ts';
import { createWebhooksProcess } from './processes/webhooks.ts';
import { paymentWork } from './projections/payment-work.ts';
import type { AnyProjection } from './projections/projection.ts';
import { webhookInbox } from './projections/webhook-inbox.ts';

/** The processes that run in this one. */
export interface ProcessHost {
  stop(): Promise<void>;
}

export interface ProcessHostDependencies extends WritePaths {
  readonly gateway: PaymentGateway;
  readonly metrics: ProcessMetrics;
  /** News of the to-do lists, where the projector runs in this process; otherwise the log's doorbell has to do. */
  readonly feed?: ProjectionFeed;
  readonly seams: ProcessSeams;
}

/** Where a test may step in between a process and what it uses. */
export interface ProcessSeams {
  readonly gateway?: (gateway: PaymentGateway) => PaymentGateway;
  readonly orders?: (bus: CommandBus<OrderCommand>) => CommandBus<OrderCommand>;
}

/** Whether there is anything to do: where callers report what their own provider did, the ledger asks nobody. */
export function hasWork({ PAYMENT_GATEWAY }: Pick<Config, 'PAYMENT_GATEWAY'>): boolean {
  return !PAYMENT_GATEWAY.startsWith('external:');
}

/** The to-do lists of the processes. */
export const toDoLists: readonly AnyProjection[] = [paymentWork, webhookInbox];

/** Starts every process. None can fail to start: what they need is waited for. */
export function startProcesses(ledger: Ledger, needs: ProcessHostDependencies): ProcessHost {
  const { clock, ids } = ledger;
  const { handleOrder, seams, gateway } = needs;
  const busFor = (process: string) => {
    const bus = busOver(answerInTime(handleOrder, clock), process, ids.uuid);
    return seams.orders?.(bus) ?? bus;
  };
  const payments = createPaymentsProcess({
    ...ledger,
    gateway: seams.gateway?.(gateway) ?? gateway,
    orders: busFor('payments'),
    metrics: needs.metrics,
  });
  const webhooks = createWebhooksProcess({
    ...ledger,
    orders: busFor('webhooks'),
    webhooks: busOver(answerInTime(needs.handleWebhook, clock), 'webhooks', ids.uuid),
    look: openOrderLook(ledger),
  });
  const runners = [runnerOf(payments, ledger, needs), runnerOf(webhooks, ledger, needs)];
  for (const runner of runners) runner.start();
  return {
    stop: async () => {
      await Promise.all(runners.map((runner) => runner.stop()));
    },
  };
}

function runnerOf<Document extends Work>(
  process: Process<Document>,
  ledger: Ledger,
  { feed }: ProcessHostDependencies,
): ProcessRunner<Document> {
  const { readModel, store } = ledger;
  const { projection } = process;
  return new ProcessRunner(process, {
    ...ledger,
    reader: readModel.reader(projection),
    onNews: (listener) =>
      feed?.subscribe((news) => {
        if (news.projection === projection.name && news.changed.length > 0) listener();
      }) ?? store.onAppended(listener),
  });
}

function busOver<Command extends { readonly type: string }, State>(
  handle: HandleCommand<Command, State>,
  process: string,
  newRequestId: () => string,
): CommandBus<Command> {
  return {
    send: async (sent) =>
      fateOf(await handle({ ...sent, actor: `process:${process}`, requestId: newRequestId() })),
  };
}

function fateOf(outcome: CommandOutcome): CommandFate {
  switch (outcome.kind) {
    case 'done':
      return { kind: 'done', position: outcome.position, replayed: outcome.replayed };
    case 'refused':
      return { kind: 'refused', code: outcome.code, detail: outcome.detail };
    default:
      return { kind: 'refused', code: outcome.kind, detail: 'The command was not taken.' };
  }
}
