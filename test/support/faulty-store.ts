import { OutcomeUnknown, StoreUnavailable } from '../../src/domain/kernel/faults.ts';
import type { AppendResult, EventStore, NewEvent } from '../../src/ports/event-store.ts';

/**
 * What can happen to one append. `unknown-applied` and `unknown-lost` look alike to the caller; `unknown-late` is
 * written only when `deliverLate` is called, after the caller has given up; `repeated` is what a store answers when its
 * client library sent the append twice; `conflict` is a lost race with a writer that then wrote nothing.
 */
export const appendFaults = [
  'conflict',
  'unknown-applied',
  'unknown-lost',
  'unknown-late',
  'repeated',
  'unavailable',
] as const;
export type AppendFault = (typeof appendFaults)[number];

export interface FaultyStore extends EventStore {
  /** The next append suffers this; several are suffered in turn. */
  failNext(...faults: readonly AppendFault[]): void;
  /** The next reads of a stream fail, once `after` more have gone well. */
  failReads(count: number, after?: number): void;
  /** The next read of a stream looks at once and answers when this is called. */
  holdNextRead(): () => void;
  /** Runs once, right before the next append reaches the store: room for somebody else to be faster. */
  beforeNextAppend(work: () => Promise<unknown>): void;
  /** Delivers every append that is late, in order; answers what the store said to each. */
  deliverLate(): Promise<readonly AppendResult[]>;
  /** Appends and reads that were asked for. */
  readonly calls: { appends: number; reads: number };
}

/** An event store that fails as told, in front of one that does not. */
export function createFaultyStore(inner: EventStore): FaultyStore {
  const faults: AppendFault[] = [];
  const before: (() => Promise<unknown>)[] = [];
  const late: (() => Promise<AppendResult>)[] = [];
  const calls = { appends: 0, reads: 0 };
  const held: Promise<void>[] = [];
  let readsFailing = 0;
  let readsGoingWell = 0;

  return {
    ...inner,
    calls,
    append: async (stream, expected, events) => {
      calls.appends += 1;
      await before.shift()?.();
      const write = () => inner.append(stream, expected, events);
      return suffer(faults.shift(), stream, expected, events, write);
    },
    readStream: async (stream, page) => {
      calls.reads += 1;
      if (readsGoingWell > 0) readsGoingWell -= 1;
      else if (readsFailing > 0) {
        readsFailing -= 1;
        throw new StoreUnavailable('event store', 'no connection', 'Start it.');
      }
      const found = await inner.readStream(stream, page);
      await held.shift();
      return found;
    },
    failNext: (...more) => void faults.push(...more),
    failReads: (count, after = 0) => {
      readsFailing = count;
      readsGoingWell = after;
    },
    holdNextRead: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      held.push(promise);
      return resolve;
    },
    beforeNextAppend: (work) => void before.push(work),
    deliverLate: async () => {
      const results: AppendResult[] = [];
      for (const write of late.splice(0)) results.push(await write());
      return results;
    },
  };

  async function suffer(
    fault: AppendFault | undefined,
    stream: string,
    expected: number,
    events: readonly NewEvent[],
    write: () => Promise<AppendResult>,
  ): Promise<AppendResult> {
    switch (fault) {
      case undefined:
        return write();
      case 'conflict':
        return { status: 'conflict', actual: expected };
      case 'unavailable':
        throw new StoreUnavailable('event store', 'disk full', 'Make room.');
      case 'repeated':
        await write();
        return inner.append(stream, expected, events);
      case 'unknown-applied':
        await write();
        throw new OutcomeUnknown('no answer within the deadline');
      case 'unknown-late':
        late.push(write);
        throw new OutcomeUnknown('no answer within the deadline');
      case 'unknown-lost':
        throw new OutcomeUnknown('no answer within the deadline');
    }
  }
}
