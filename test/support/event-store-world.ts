import { onTestFinished } from 'vitest';
import { openEventStoreDb } from '../../src/adapters/event-store/eventstoredb/eventstoredb-event-store.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';
import { throughPort } from './server-places.ts';
import {
  type EventStoreDouble,
  type EventStoreDoubleOptions,
  startEventStoreDouble,
} from './servers/event-store-double.ts';
import { closedAfterwards } from './store-directory.ts';

export interface EventStoreWorld {
  readonly double: EventStoreDouble;
  readonly store: EventStore;
  /** Another process, as far as the server can tell; `parameters` as in a URL. */
  open(parameters?: string, readOnly?: boolean): EventStore;
}

/** A double of EventStoreDB for one test, and the adapter on it. `parameters` are put behind its URL. */
export async function givenEventStore({
  parameters = '',
  ...options
}: EventStoreDoubleOptions & { readonly parameters?: string } = {}): Promise<EventStoreWorld> {
  const double = await startEventStoreDouble(options);
  onTestFinished(() => double.stop());
  const open = (more = parameters, readOnly = false) =>
    closedAfterwards(openEventStoreDb({ url: double.url + more, readOnly }));
  return { double, store: open(), open };
}

/** The same, with a network between the two that can suffer. */
export async function givenFaultyEventStore(
  parameters = '&deadlineMs=1000',
): Promise<EventStoreWorld & { readonly proxy: FaultProxy }> {
  const double = await startEventStoreDouble();
  onTestFinished(() => double.stop());
  const proxy = await startFaultProxy({ to: { host: '127.0.0.1', port: double.port }, seed: 1 });
  onTestFinished(() => proxy.stop());
  const url = throughPort(double.url, proxy.port);
  const open = (more = parameters, readOnly = false) =>
    closedAfterwards(openEventStoreDb({ url: url + more, readOnly }));
  return { double, store: open(), open, proxy };
}
