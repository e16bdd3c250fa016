import { z } from 'zod';
import { createEventCodec } from '../../src/adapters/codec/event-codec.ts';
import { nodeDigest } from '../../src/adapters/digest/node-digest.ts';
import { createMemoryEventStore } from '../../src/adapters/event-store/memory/memory-event-store.ts';
import { createMemoryKeyStore } from '../../src/adapters/key-store/memory-key-store.ts';
import { createMemoryReadModel } from '../../src/adapters/read-model/memory/memory-read-model.ts';
import { linesOfEntry, type Posting, postings } from '../../src/domain/books/posting.ts';
import { Sums } from '../../src/domain/books/sums.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import type { EventStore, RecordedEvent } from '../../src/ports/event-store.ts';
import { balances } from '../../src/projections/balances.ts';
import { journal } from '../../src/projections/journal.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import type { Books } from '../../src/queries/read-books.ts';
import { minute, orderIdOf } from './projection-history.ts';
import { hastyClock } from './projection-ledger.ts';

/** One entry a test records: when it took effect, what it booked, and in whose stream. */
export interface TestEntry {
  readonly at: Instant;
  readonly postings: readonly Posting[];
  readonly stream?: string;
}

/** An entry with the position it was given. */
export interface PlacedEntry extends TestEntry {
  readonly position: number;
}

/** Books in memory: entries of any time in any stream, read by way of the projections, and added up plainly beside them. */
export interface BooksWorld {
  readonly books: Books;
  /** Records the entries in this order. */
  record(entries: readonly TestEntry[]): Promise<void>;
  /** Brings the projections up to the log. */
  build(): Promise<void>;
  /** What was recorded, oldest first. */
  readonly entries: readonly PlacedEntry[];
  /** The books of those entries alone, added up one by one. */
  sumsOf(counts: (entry: PlacedEntry) => boolean): Sums;
}

const events = {
  TestBooked: { version: 1, data: z.strictObject({ postings }) },
  TestNoted: { version: 1, data: z.strictObject({}) },
};

/** @param stride how far apart positions are: 1, or more where they are bytes as in EventStoreDB. */
export function createBooksWorld(stride = 1): BooksWorld {
  const store = spread(createMemoryEventStore(), stride);
  const codec = createEventCodec([events], createMemoryKeyStore(), nodeDigest);
  const readModel = createMemoryReadModel();
  const entries: PlacedEntry[] = [];
  const ends = new Map<string, { revision: number; hash: string }>();
  let count = 0;

  return {
    books: {
      balances: readModel.reader(balances),
      journal: readModel.reader(journal),
      ...{ store, codec, clock: hastyClock, waitMsMax: 1_000_000 },
    },
    record: async (given) => {
      for (const entry of given) await append(entry);
    },
    build: async () => {
      const needs = { store, codec, readModel, clock: hastyClock };
      for (const projection of [balances, journal]) await rebuild(projection, needs, {});
    },
    entries,
    sumsOf: (counts) => {
      const sums = new Sums();
      for (const entry of entries.filter(counts))
        for (const line of linesOfEntry(entry.postings)) sums.book(line);
      return sums;
    },
  };

  async function append({ at, postings: booked, stream = 'books-EUR' }: TestEntry): Promise<void> {
    count += 1;
    const end = ends.get(stream) ?? { revision: -1, hash: '' };
    const commandId = nodeDigest.uuid5(orderIdOf(0), `entry-${count}`);
    const event =
      booked.length === 0
        ? { type: 'TestNoted', data: {} }
        : { type: 'TestBooked', data: { postings: booked } };
    const encoded = await codec.encode([event], {
      ...{ stream, revision: end.revision, lastHash: end.hash, subject: 'customer-1' },
      metadata: {
        ...{ commandId, command: 'Test', requestId: commandId, fingerprint: 'f', actor: 'clerk' },
        ...{ occurredAt: minute(0), effectiveAt: at },
      },
    });
    const appended = await store.append(stream, end.revision, encoded.events);
    if (appended.status !== 'appended') throw new Error(`${stream} is not at revision ${end.revision}`);
    ends.set(stream, { revision: appended.revision, hash: encoded.lastHash });
    entries.push({ at, postings: booked, stream, position: appended.position });
  }
}

/** The store with its positions that far apart. */
function spread(store: EventStore, stride: number): EventStore {
  const placed = (page: readonly RecordedEvent[]) =>
    page.map((event) => ({ ...event, position: event.position * stride }));
  return {
    ...store,
    append: async (...asked) => {
      const result = await store.append(...asked);
      return result.status === 'appended' ? { ...result, position: result.position * stride } : result;
    },
    readAll: async (page) =>
      'after' in page
        ? placed(await store.readAll({ ...page, after: Math.floor(page.after / stride) }))
        : placed(await store.readAll({ ...page, before: Math.ceil(page.before / stride) })),
    head: async () => (await store.head()) * stride,
  };
}
