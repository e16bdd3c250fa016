import { createEventCodec } from '../../src/adapters/codec/event-codec.ts';
import { nodeDigest } from '../../src/adapters/digest/node-digest.ts';
import { createMemoryEventStore } from '../../src/adapters/event-store/memory/memory-event-store.ts';
import { createMemoryKeyStore } from '../../src/adapters/key-store/memory-key-store.ts';
import type { HandleCommand } from '../../src/commands/command.ts';
import { createCommandHandler } from '../../src/commands/handle-command.ts';
import { createStreamLook } from '../../src/commands/look-at-stream.ts';
import { receiveWebhook } from '../../src/commands/webhook-routes.ts';
import type { OrderId } from '../../src/domain/kernel/ids.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { orderAggregate } from '../../src/domain/order/aggregate.ts';
import { gatewayKey, type Operation } from '../../src/domain/order/calls.ts';
import type { OrderCommand, ProviderAnswer } from '../../src/domain/order/commands.ts';
import type { Order } from '../../src/domain/order/state.ts';
import { webhookAggregate } from '../../src/domain/webhook/aggregate.ts';
import type { CommandBus } from '../../src/ports/command-bus.ts';
import type { DomainEvent } from '../../src/ports/event-codec.ts';
import type { GatewayReport } from '../../src/ports/payment-gateway.ts';
import type { Acted } from '../../src/processes/process.ts';
import { createWebhooksProcess } from '../../src/processes/webhooks.ts';
import { type InboxEntry, webhookInbox } from '../../src/projections/webhook-inbox.ts';
import { ask, ids } from './order-builders.ts';
import { orderIdOf, pureFold } from './projection-history.ts';

/** Orders that a payment provider is asked about, its reports, and the process that applies them: in memory. */
export interface WebhookWorld {
  /** Places an order that is paid by itself: its authorization is call 1, its capture call 2. */
  place(number?: number): Promise<OrderId>;
  /** Places order 1 and asks nobody for money. */
  placeUnpaid(): Promise<void>;
  /** Any command on an order, under an id of its own. */
  send(number: number, command: OrderCommand): Promise<void>;
  /** What the ledger heard when it asked by itself. */
  answered(number: number, call: number, operation: Operation, answer: ProviderAnswer): Promise<void>;
  /** The provider reports; answers what it is answered. */
  report(report: GatewayReport): Promise<string>;
  release(id: string): Promise<void>;
  /** Acts once on every report that waits. @param isStale lets it act on documents as they were before the last turn */
  turn(): Promise<readonly Acted[]>;
  /** Lets time pass. */
  pass(ms: number): void;
  entries(): Promise<readonly InboxEntry[]>;
  order(number?: number): Promise<Order>;
  /** Types of the events of the order's stream. */
  history(number?: number): Promise<readonly string[]>;
  events(): Promise<readonly DomainEvent[]>;
  readonly act: (entry: InboxEntry) => Promise<Acted>;
  /** Called between the look at an order and the command to it. */
  meanwhile: () => Promise<void>;
}

const gateway = 'simulated';

export function createWebhookWorld(): WebhookWorld {
  const store = createMemoryEventStore();
  const codec = createEventCodec(
    [orderAggregate.events, webhookAggregate.events],
    createMemoryKeyStore(),
    nodeDigest,
  );
  let nowMs = Date.UTC(2026, 0, 31, 9, 30);
  let sends = 0;
  const clock = {
    now: () => new Date(nowMs).toISOString() as Instant,
    monotonicMs: () => nowMs,
    after: () => () => {},
    sleep: async () => {},
  };
  const quiet = () => {};
  const needs = {
    ...{ store, codec, clock, digest: nodeDigest, streamsCachedMax: 1_000 },
    ids: { uuid: () => '00000000-0000-4000-8000-000000000000', fraction: () => 0.5 },
    metrics: { count: quiet },
    logger: { debug: quiet, info: quiet, warn: quiet, error: quiet },
  };
  const handleOrder = createCommandHandler(orderAggregate, needs);
  const handleWebhook = createCommandHandler(webhookAggregate, needs);
  const route = receiveWebhook({
    ...needs,
    handleWebhook,
    gateway: { name: gateway, readWebhook: (_header, body) => JSON.parse(body.toString()) },
  });
  const look = createStreamLook<Order, OrderCommand, never>(orderAggregate as never, needs);
  const orders = busOf(handleOrder);
  const process = createWebhooksProcess({
    ...needs,
    look,
    orders: { send: async (sent) => world.meanwhile().then(() => orders.send(sent)) },
    webhooks: busOf(handleWebhook),
  });

  const events = async () => codec.decode(await store.readAll({ after: 0, countMax: 100_000 }));
  const entries = async () =>
    [...pureFold(webhookInbox, await events()).values()].map((body) => JSON.parse(body) as InboxEntry);
  const send = async (number: number, command: OrderCommand) => {
    sends += 1;
    const commandId = nodeDigest.uuid5(orderIdOf(0), `send ${sends}`);
    const outcome = await handleOrder({
      ...{ commandId, fingerprint: commandId, aggregateId: orderIdOf(number), command },
      ...{ actor: 'clerk', requestId: `send-${sends}` },
    });
    if (outcome.kind !== 'done') throw new Error(`${command.type}: ${JSON.stringify(outcome)}`);
  };
  const world: WebhookWorld = {
    place: async (number = 1) => {
      const payment = { gateway, method: { token: 'tok_visa' }, captures: true };
      await send(number, { ...ask.place(), orderId: orderIdOf(number), customerId: ids.customer, payment });
      return orderIdOf(number);
    },
    placeUnpaid: () => send(1, { ...ask.place(), orderId: orderIdOf(1) }),
    send,
    answered: (number, call, operation, answer) =>
      send(number, { type: 'RecordAnswer', call, operation, answer }),
    report: async (report) => {
      const answer = await route.handle({
        principal: { subject: 'signer', scopes: new Set() },
        ...{ requestId: `report-${report.eventId}`, params: {}, query: {}, body: () => ({}) },
        ...{ bytes: () => Buffer.from(JSON.stringify(report)), header: () => undefined },
      });
      return (JSON.parse(answer.body ?? '') as { readonly status: string }).status;
    },
    release: async (id) => {
      sends += 1;
      const commandId = nodeDigest.uuid5(orderIdOf(0), `release ${sends}`);
      await handleWebhook({
        ...{ commandId, fingerprint: commandId, aggregateId: id, command: { type: 'ReleaseWebhook' } },
        ...{ actor: 'clerk', requestId: `release-${sends}` },
      });
    },
    turn: async () => {
      const due = (await entries()).filter((entry) => entry.due !== undefined);
      return Promise.all(due.map(process.act));
    },
    pass: (ms) => {
      nowMs += ms;
    },
    entries,
    order: async (number = 1) => {
      const { state } = await look(orderIdOf(number));
      if (state === undefined) throw new Error(`no order ${number}`);
      return state;
    },
    history: async (number = 1) =>
      (await events())
        .filter(({ stream }) => stream === `order-${orderIdOf(number)}`)
        .map(({ type }) => type),
    events,
    act: process.act,
    meanwhile: async () => {},
  };
  return world;
}

function busOf<Command extends { readonly type: string }, State>(
  handle: HandleCommand<Command, State>,
): CommandBus<Command> {
  return {
    send: async (sent) => {
      const outcome = await handle({ ...sent, actor: 'process:webhooks', requestId: sent.commandId });
      if (outcome.kind === 'done' || outcome.kind === 'refused') return outcome;
      return { kind: 'refused', code: outcome.kind, detail: outcome.kind };
    },
  };
}

/** Reports of a provider on order `number`. */
export function reportsOf(number = 1) {
  const paymentId = orderIdOf(number);
  const at = '2026-01-31T09:29:00.000Z' as Instant;
  const eur = (amount: number) => ({ amount, currency: 'EUR' }) as const;
  const base = (eventId: string, amount: number) => ({ eventId, paymentId, amount: eur(amount), at });
  return {
    approved: (call: number, operation: Operation, amount = 100): GatewayReport => ({
      ...base(`approved-${call}`, amount),
      ...{ type: 'call.approved', key: gatewayKey(paymentId, { operation, call }), reference: 'auth-1' },
    }),
    declined: (call: number, operation: Operation): GatewayReport => ({
      ...base(`declined-${call}`, 100),
      ...{ type: 'call.declined', key: gatewayKey(paymentId, { operation, call }), code: 'do_not_honor' },
    }),
    expired: (reference = 'auth-1'): GatewayReport => ({
      ...base(`expired-${reference}`, 100),
      ...{ type: 'authorization.expired', reference, at: '2026-02-07T09:30:00.000Z' as Instant },
    }),
    opened: (amount: number, name = 'a'): GatewayReport => ({
      ...base(`opened-${name}`, amount),
      ...{ type: 'dispute.opened', fee: eur(15) },
    }),
    closed: (amount: number, outcome: 'won' | 'lost', name = 'a'): GatewayReport => ({
      ...base(`${outcome}-${name}`, amount),
      type: `dispute.${outcome}`,
    }),
  };
}
