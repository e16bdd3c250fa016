import { createEventCodec } from '../../src/adapters/codec/event-codec.ts';
import { nodeDigest } from '../../src/adapters/digest/node-digest.ts';
import { createMemoryEventStore } from '../../src/adapters/event-store/memory/memory-event-store.ts';
import { createMemoryKeyStore } from '../../src/adapters/key-store/memory-key-store.ts';
import type { CommandEnvelope, CommandOutcome } from '../../src/commands/command.ts';
import { createCommandHandler } from '../../src/commands/handle-command.ts';
import { commandIdOf, createdIdOf, fingerprintOf } from '../../src/commands/idempotency.ts';
import { mayTouch, orderRows } from '../../src/commands/order-routes.ts';
import type { Json } from '../../src/domain/kernel/canonical-json.ts';
import { actorId, type OrderId } from '../../src/domain/kernel/ids.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { orderAggregate } from '../../src/domain/order/aggregate.ts';
import type { OrderCommand } from '../../src/domain/order/commands.ts';
import type { Order } from '../../src/domain/order/state.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { CommandCount } from '../../src/ports/command-metrics.ts';
import type { DomainEvent } from '../../src/ports/event-codec.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import { createFaultyStore, type FaultyStore } from './faulty-store.ts';

/** One command as a caller sends it: what the HTTP API makes of a request, without HTTP. */
export interface CommandRequest {
  /** As in `orderRows`: `placeOrder`, `cancelOrder`, … */
  readonly operation: string;
  readonly key: string;
  readonly body?: Json;
  readonly orderId?: string;
  readonly actor?: string;
  readonly isOperator?: boolean;
  readonly requestId?: string;
  readonly expectedRevision?: number;
}

export type OrderEnvelope = CommandEnvelope<OrderCommand, Order>;

/** The write path of one process over a store that fails as told. */
export interface CommandNode {
  readonly store: FaultyStore;
  readonly counts: Record<CommandCount, number>;
  readonly sleptMs: number[];
  send(request: CommandRequest): Promise<CommandOutcome>;
  handle(envelope: OrderEnvelope): Promise<CommandOutcome>;
}

export interface CommandWorld {
  readonly store: EventStore;
  /** Starts one more process on the same store, with nothing in its memory. */
  node(options?: { readonly streamsCachedMax?: number }): CommandNode;
  eventsOf(orderId: string): Promise<readonly DomainEvent[]>;
  allEvents(): Promise<readonly DomainEvent[]>;
  /** The order as the fold of its stream up to a revision, as JSON: what a query would answer. */
  documentAt(orderId: string, revision: number): Promise<string>;
}

export const customer = 'customer-1';

export const threeLines = {
  currency: 'EUR',
  lines: [{ sku: 'tea', label: 'Green tea', kind: 'single', quantity: 3, unitPrice: 450 }],
} as const;

export function createCommandWorld(): CommandWorld {
  const store = createMemoryEventStore();
  const codec = createEventCodec([orderAggregate.events], createMemoryKeyStore(), nodeDigest);
  const clock = createSteppingClock();

  const eventsOf = async (orderId: string) =>
    codec.decode(await store.readStream(`order-${orderId}`, { countMax: 10_000 }));
  return {
    store,
    eventsOf,
    allEvents: async () => codec.decode(await store.readAll({ after: 0, countMax: 100_000 })),
    documentAt: async (orderId, revision) => {
      const events = (await eventsOf(orderId)).filter((event) => event.revision <= revision);
      let order: Order | undefined;
      for (const event of events) order = orderAggregate.evolve(order, event as never, event);
      return JSON.stringify(order);
    },
    node: ({ streamsCachedMax = 1_000 } = {}) => {
      const faulty = createFaultyStore(store);
      const counts = emptyCounts();
      const sleptMs: number[] = [];
      const handle = createCommandHandler(orderAggregate, {
        store: faulty,
        codec,
        clock: { ...clock, sleep: async (delayMs) => void sleptMs.push(delayMs) },
        ids: { uuid: () => '00000000-0000-4000-8000-000000000000', fraction: () => 0.5 },
        metrics: {
          count: (outcome) => {
            counts[outcome] += 1;
          },
        },
        streamsCachedMax,
      });
      return { store: faulty, counts, sleptMs, handle, send: (request) => handle(envelopeOf(request)) };
    },
  };
}

/** Id of the order that this caller's key creates. */
export function orderIdFor(key: string, actor = customer): string {
  return createdIdOf(nodeDigest, commandIdOf(nodeDigest, actor, 'POST', '/v1/orders', key));
}

/** The envelope the HTTP API would make. */
export function envelopeOf(request: CommandRequest): OrderEnvelope {
  const { operation, key, body = {}, actor = customer, isOperator = true, requestId = 'request-1' } = request;
  const row = orderRows.find(({ operationId }) => operationId === operation);
  if (row === undefined) throw new Error(`no operation ${operation}`);
  const path = row.path.replace(':orderId', request.orderId ?? '');
  const commandId = commandIdOf(nodeDigest, actor, 'POST', path, key);
  const orderId = (request.orderId ?? createdIdOf(nodeDigest, commandId)) as OrderId;
  const context = { orderId, actor: actorId.parse(actor), isOperator, paidWhen: 'captured' } as const;
  return {
    commandId,
    fingerprint: fingerprintOf(nodeDigest, 'POST', path, body),
    aggregateId: orderId,
    command: row.command(row.body.parse(body), context),
    actor,
    requestId,
    ...(request.expectedRevision !== undefined && { expectedRevision: request.expectedRevision }),
    mayTouch: (order) => mayTouch(context, order),
  };
}

/** A clock that moves by a millisecond each time it is read. */
export function createSteppingClock(): Clock {
  let elapsedMs = 0;
  return {
    now: () => {
      elapsedMs += 1;
      return new Date(Date.UTC(2026, 0, 31, 9, 30) + elapsedMs).toISOString() as Instant;
    },
    monotonicMs: () => {
      elapsedMs += 1;
      return elapsedMs;
    },
    after: () => () => {},
    sleep: async () => {},
  };
}

function emptyCounts(): Record<CommandCount, number> {
  return {
    executed: 0,
    replayed: 0,
    refused: 0,
    'key-reused': 0,
    'conflict-retried': 0,
    'outcome-unknown': 0,
  };
}
