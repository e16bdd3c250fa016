import type { EventStoreAdapter } from '../../src/adapters/event-store/registry.ts';
import type { AppendResult, EventStore, RecordedEvent } from '../../src/ports/event-store.ts';
import { closedAfterwards, temporaryDirectory } from '../support/store-directory.ts';
import type { Place } from '../support/store-rows.ts';

export interface EventStoreHarness {
  /** A store where the test that is running finds nothing it did not write; closed after it. */
  open(): Promise<OpenStore>;
  readonly shared: boolean;
  readonly durable: boolean;
}

export interface OpenStore {
  readonly store: EventStore;
  /** Position the log ended at before the test: a server may hold events of other runs. */
  readonly start: number;
  /** A stream name nobody else uses. */
  stream(label: string): string;
  /** The same log through another handle, as another process would have it. */
  openAgain(): Promise<EventStore>;
}

export function harnessOf(
  { open, shared }: EventStoreAdapter,
  place: Place,
  durable: boolean,
): EventStoreHarness {
  return {
    shared,
    durable,
    open: async () => {
      const url = place(temporaryDirectory());
      const again = async () => closedAfterwards(await open(url, {}));
      const store = await again();
      const start = await store.head();
      return { store, start, openAgain: again, stream: (label) => `order-${label}.${start}` };
    },
  };
}

/** All events of a log after `start`, page by page. */
export async function everything(store: EventStore, start: number): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (let after = start; ; ) {
    const page = await store.readAll({ after, countMax: 500 });
    events.push(...page);
    const last = page.at(-1);
    if (last === undefined) return events;
    if (last.position <= after) throw new Error(`the page after ${after} ends at ${last.position}`);
    after = last.position;
  }
}

/** The position of an append that must have succeeded. */
export function positionOf(result: AppendResult): number {
  if (result.status !== 'appended') throw new Error(`not appended: the stream is at ${result.actual}`);
  return result.position;
}
