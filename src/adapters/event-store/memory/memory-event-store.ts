import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { assertAppend } from '../../../domain/kernel/log.ts';
import type { AppendResult, EventStore, NewEvent, RecordedEvent } from '../../../ports/event-store.ts';

/** The event store in memory: the plainest thing that keeps the contract. For tests and simulation. */
export function createMemoryEventStore(): EventStore {
  const log: RecordedEvent[] = [];
  const streams = new Map<string, RecordedEvent[]>();
  const listeners = new Set<() => void>();
  let closed = false;

  return {
    append: async (stream, expected, events) => append(stream, expected, events),
    readStream: async (stream, { from = 0, direction, countMax }) => {
      const events = opened(streams).get(stream) ?? [];
      return direction === 'backwards'
        ? events.slice(-countMax).reverse()
        : events.slice(from, from + countMax);
    },
    readAll: async (page) =>
      'after' in page
        ? opened(log).slice(page.after, page.after + page.countMax)
        : opened(log)
            .slice(0, Math.max(0, page.before - 1))
            .slice(-page.countMax)
            .reverse(),
    head: async () => opened(log).length,
    async *audit() {},
    onAppended: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: async () => {
      closed = true;
      listeners.clear();
    },
  };

  function opened<Part>(part: Part): Part {
    if (closed) throw new StoreUnavailable('event store', 'is closed', 'Open it again.');
    return part;
  }

  function append(stream: string, expected: number, events: readonly NewEvent[]): AppendResult {
    assertAppend(stream, expected, events);
    const recorded = opened(streams).get(stream) ?? [];
    const actual = recorded.length - 1;
    if (actual !== expected) return repeatOrConflict(recorded, expected, events);
    for (const event of events) {
      const at = { stream, revision: recorded.length, position: log.length + 1 };
      const stored = { ...event, ...at };
      recorded.push(stored);
      log.push(stored);
    }
    streams.set(stream, recorded);
    for (const listener of listeners) queueMicrotask(listener);
    return { status: 'appended', revision: recorded.length - 1, position: log.length, repeated: false };
  }

  function repeatOrConflict(
    recorded: RecordedEvent[],
    expected: number,
    events: readonly NewEvent[],
  ): AppendResult {
    const there = recorded.slice(expected + 1, expected + 1 + events.length);
    const same =
      there.length === events.length && there.every(({ eventId }, i) => eventId === events[i]?.eventId);
    const last = there.at(-1);
    if (!same || last === undefined) return { status: 'conflict', actual: recorded.length - 1 };
    return { status: 'appended', revision: last.revision, position: last.position, repeated: true };
  }
}
