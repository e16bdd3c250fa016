import { createEventCodec } from '../../src/adapters/codec/event-codec.ts';
import { nodeDigest } from '../../src/adapters/digest/node-digest.ts';
import { createMemoryEventStore } from '../../src/adapters/event-store/memory/memory-event-store.ts';
import { createMemoryKeyStore } from '../../src/adapters/key-store/memory-key-store.ts';
import { createMemoryReadModel } from '../../src/adapters/read-model/memory/memory-read-model.ts';
import { canonicalJson, type Json } from '../../src/domain/kernel/canonical-json.ts';
import { commandRefused } from '../../src/domain/kernel/command-refused.ts';
import type { Catalogue } from '../../src/domain/kernel/event-catalogue.ts';
import type { ActorId } from '../../src/domain/kernel/ids.ts';
import { orderAggregate } from '../../src/domain/order/aggregate.ts';
import type { OrderCommand } from '../../src/domain/order/commands.ts';
import type { OrderEvent } from '../../src/domain/order/decision.ts';
import type { Order } from '../../src/domain/order/state.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { DomainEvent, EventCodec, UnencodedEvent } from '../../src/ports/event-codec.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import type { ReadModel } from '../../src/ports/read-model.ts';
import type { AnyProjection } from '../../src/projections/projection.ts';
import { projections } from '../../src/projections/registry.ts';
import { decided, minute, orderIdOf, pureFold } from './projection-history.ts';

/** A ledger in memory whose orders move by real commands, at fixed times, and that can also record the impossible. */
export interface ProjectionLedger {
  readonly store: EventStore;
  readonly codec: EventCodec;
  readonly readModel: ReadModel;
  readonly clock: Clock;
  /** Decides each command on the order as it then stands, and records what follows. */
  run(number: number, ...commands: readonly OrderCommand[]): Promise<void>;
  /** Records these events in the order's stream, whether or not a decision would give them. */
  record(number: number, ...events: readonly UnencodedEvent[]): Promise<void>;
  /** Records one event as text, whether or not anybody can read it. */
  recordText(stream: string, type: string, data: string, schemaVersion?: number): Promise<void>;
  /** Records that a command was refused. */
  refuse(number: number): Promise<void>;
  events(): Promise<readonly DomainEvent[]>;
  stateOf(number: number): Order | undefined;
}

interface Stream {
  order: Order | undefined;
  revision: number;
  lastHash: string;
}

/** @param more events of other aggregates, for projections that are not about orders. */
export function createProjectionLedger(more: Catalogue = {}): ProjectionLedger {
  const store = createMemoryEventStore();
  const codec = createEventCodec([orderAggregate.events, more], createMemoryKeyStore(), nodeDigest);
  const streams = new Map<number, Stream>();
  let recordedCount = 0;

  return {
    store,
    codec,
    readModel: createMemoryReadModel(),
    clock: hastyClock,
    run: async (number, ...commands) => {
      for (const command of commands) {
        const events = decided(streams.get(number)?.order, command);
        await append(number, events);
        const stream = streamOf(number);
        let { revision } = stream;
        revision -= events.length;
        for (const event of events) {
          revision += 1;
          const facts = { at: minute(recordedCount), actor: 'clerk' as ActorId, revision };
          stream.order = orderAggregate.evolve(stream.order, event as OrderEvent, facts);
        }
      }
    },
    record: (number, ...events) => append(number, events),
    recordText: async (stream, type, data, schemaVersion = 1) => {
      recordedCount += 1;
      const eventId = nodeDigest.uuid5(orderIdOf(0), `text-${recordedCount}`);
      const metadata = JSON.stringify({ schemaVersion, occurredAt: minute(recordedCount), actor: 'clerk' });
      const revision = (await store.readStream(stream, { countMax: 100_000 })).length - 1;
      await store.append(stream, revision, [{ eventId, type, data, metadata }]);
    },
    refuse: (number) =>
      append(number, [
        { type: commandRefused, data: { command: 'AddNote', code: 'too-many-notes', detail: 'no' } },
      ]),
    events: async () => codec.decode(await store.readAll({ after: 0, countMax: 100_000 })),
    stateOf: (number) => streams.get(number)?.order,
  };

  async function append(number: number, events: readonly UnencodedEvent[]): Promise<void> {
    const stream = streamOf(number);
    const name = `order-${orderIdOf(number)}`;
    recordedCount += 1;
    const requestId = `request-${recordedCount}`;
    const encoded = await codec.encode(events, {
      ...{ stream: name, revision: stream.revision, lastHash: stream.lastHash, subject: 'customer-1' },
      metadata: {
        ...{ commandId: nodeDigest.uuid5(orderIdOf(0), requestId), command: 'AnyCommand', requestId },
        ...{ fingerprint: 'fingerprint', actor: 'clerk', occurredAt: minute(recordedCount) },
      },
    });
    const appended = await store.append(name, stream.revision, encoded.events);
    if (appended.status !== 'appended') throw new Error(`${name} is not at revision ${stream.revision}`);
    stream.revision = appended.revision;
    stream.lastHash = encoded.lastHash;
  }

  function streamOf(number: number): Stream {
    const stream = streams.get(number) ?? { order: undefined, revision: -1, lastHash: '' };
    streams.set(number, stream);
    return stream;
  }
}

const times = 250;

/** Time runs faster, so that a test that waits for a deadline is over soon; it never stands still. */
export const hastyClock: Clock = {
  now: () => minute(0),
  monotonicMs: () => performance.now() * times,
  after: (delayMs, callback) => {
    const timer = setTimeout(callback, delayMs / times);
    return () => clearTimeout(timer);
  },
  sleep: (delayMs) => new Promise((resolve) => setTimeout(resolve, delayMs / times)),
};

/** Documents of a generation by id, as canonical text. */
export async function documentsOf(
  readModel: ReadModel,
  projection: AnyProjection,
  which: 'active' | 'previous' | 'building' = 'active',
): Promise<ReadonlyMap<string, string>> {
  const record = (await readModel.projections()).find(({ name }) => name === projection.name);
  const documents = new Map<string, string>();
  const chosen = record?.[which];
  if (chosen === undefined) return documents;
  const generation = await readModel.open(projection, chosen.generation);
  for await (const { id, body } of generation.documents()) documents.set(id, canonical(body));
  await generation.close();
  return documents;
}

/** What the log gives by the plain fold, as canonical text. */
export async function expectedDocuments(
  ledger: Pick<ProjectionLedger, 'events'>,
  projection: AnyProjection,
  upTo = Number.MAX_SAFE_INTEGER,
): Promise<ReadonlyMap<string, string>> {
  const events = (await ledger.events()).filter(({ position }) => position <= upTo);
  return new Map([...pureFold(projection, events)].map(([id, body]) => [id, canonical(body)]));
}

/** All documents of all projections, for one comparison. */
export async function everything(
  of: (projection: AnyProjection) => Promise<ReadonlyMap<string, string>>,
): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  const all: Record<string, Record<string, string>> = {};
  for (const projection of projections) {
    const documents = [...(await of(projection))].toSorted(([a], [b]) => (a < b ? -1 : 1));
    all[projection.name] = Object.fromEntries(documents);
  }
  return all;
}

/** Polls until the condition holds. @throws after five seconds, naming what was waited for. */
export async function eventually(
  what: string,
  holds: () => Promise<boolean> | boolean,
  deadlineMs = 5_000,
): Promise<void> {
  const startedMs = performance.now();
  while (!(await holds())) {
    if (performance.now() - startedMs > deadlineMs) throw new Error(`never happened: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

function canonical(body: string): string {
  return canonicalJson(JSON.parse(body) as Json);
}
