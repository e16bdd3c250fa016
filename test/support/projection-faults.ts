import { StoreUnavailable } from '../../src/domain/kernel/faults.ts';
import type { EventStore, LogPage, RecordedEvent } from '../../src/ports/event-store.ts';
import type { Generation, ProjectionCommit, ReadModel } from '../../src/ports/read-model.ts';

/**
 * What can happen to one commit: refused before or reported failed after it was applied; taken by a faster projector;
 * or the process ends right before or right after it, so that nobody ever hears of it.
 */
export type CommitFault = 'fails-before' | 'fails-after' | 'lost' | 'crash-before' | 'crash-after';

export interface ReadModelFaults {
  /** Asked before each commit of any projection. */
  readonly commit?: (projection: string, commit: ProjectionCommit) => CommitFault | undefined;
  /** Asked before each load; `true` makes it fail. */
  readonly load?: (projection: string, ids: readonly string[]) => boolean;
  readonly halt?: (projection: string) => boolean;
  /** Called with the answer to each commit, before its projector hears it. */
  readonly answered?: (done: boolean, projection: string, commit: ProjectionCommit) => void | Promise<void>;
}

const never = new Promise<never>(() => {});

/** A read model that fails as told, in front of one that does not. */
export function withFaults(inner: ReadModel, faults: ReadModelFaults): ReadModel {
  return {
    ...inner,
    open: async (shape, number) => faulty(shape.name, await inner.open(shape, number), faults),
  };
}

function faulty(name: string, inner: Generation, faults: ReadModelFaults): Generation {
  return {
    claim: () => inner.claim(),
    position: () => inner.position(),
    halted: () => inner.halted(),
    reopen: () => inner.reopen(),
    documents: () => inner.documents(),
    close: () => inner.close(),
    load: async (ids) => {
      if (faults.load?.(name, ids)) throw unavailable('load');
      return inner.load(ids);
    },
    halt: async (halt) => {
      if (faults.halt?.(name)) throw unavailable('halt');
      await inner.halt(halt);
    },
    commit: async (commit) => {
      const fault = faults.commit?.(name, commit);
      if (fault === 'fails-before') throw unavailable('commit');
      if (fault === 'crash-before') return never;
      if (fault === 'lost') return false;
      const done = await inner.commit(commit);
      if (fault === 'fails-after') throw unavailable('commit');
      if (fault === 'crash-after') return never;
      await faults.answered?.(done, name, commit);
      return done;
    },
  };
}

/** Tells the fault of the call of this number (the first is 1), and of no other. */
export function onCall<Fault>(number: number, fault: Fault): () => Fault | undefined {
  let calls = 0;
  return () => {
    calls += 1;
    return calls === number ? fault : undefined;
  };
}

type Delivered = readonly RecordedEvent[];

/** An event store whose pages arrive as told: shortened, doubled, shuffled, with a gap, or not at all. */
export function withPages(
  inner: EventStore,
  deliver: (page: Delivered, asked: LogPage, number: number) => Delivered | Promise<Delivered>,
): EventStore {
  let reads = 0;
  return {
    ...inner,
    readAll: async (asked) => {
      reads += 1;
      return deliver(await inner.readAll(asked), asked, reads);
    },
  };
}

export function unavailable(what: string): StoreUnavailable {
  return new StoreUnavailable('read model', `${what} was made to fail`, 'Wait.');
}
