import type { EventStore } from '../../ports/event-store.ts';
import { pathOf } from '../shared/store-url.ts';
import { createMemoryEventStore } from './memory/memory-event-store.ts';
import { openSqliteEventStore } from './sqlite/sqlite-event-store.ts';

export interface EventStoreOptions {
  /** Without the right to append. */
  readonly readOnly?: boolean;
  /** Opens a log that is known to be damaged, to examine it. */
  readonly evenIfDamaged?: boolean;
}

export interface EventStoreAdapter {
  readonly open: (url: string, options: EventStoreOptions) => EventStore | Promise<EventStore>;
  /** Whether other threads and processes see the same log. */
  readonly shared: boolean;
}

/**
 * Every event store, by the scheme of its URL, or by what stands before its `+`. Adding one is its file and its line here.
 * The client of a server is loaded when it is chosen: all of them cost every process 0.1 s and 25 MB.
 */
export const eventStores: Readonly<Record<string, EventStoreAdapter>> = {
  memory: { open: () => createMemoryEventStore(), shared: false },
  sqlite: { open: (url, options) => openSqliteEventStore({ path: pathOf(url), ...options }), shared: true },
  esdb: {
    open: async (url, { readOnly = false }) =>
      (await import('./eventstoredb/eventstoredb-event-store.ts')).openEventStoreDb({ url, readOnly }),
    shared: true,
  },
};
