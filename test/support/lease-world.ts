import { Lease, type LeaseTiming } from '../../src/adapters/read-model/mongodb/lease.ts';
import {
  ProjectionState,
  type StateDocument,
  type WriterDocument,
} from '../../src/adapters/read-model/mongodb/state.ts';
import type { States } from '../../src/adapters/read-model/mongodb/state-collection.ts';
import { StoreUnavailable } from '../../src/domain/kernel/faults.ts';

/** The clock of one process, and what it does again and again; both stand still while the process is paused. */
export class ManualTiming implements LeaseTiming {
  #nowMs = 1_000;
  #paused = false;
  readonly #repeated = new Set<{ readonly periodMs: number; readonly call: () => void; dueMs: number }>();

  monotonicMs(): number {
    return this.#nowMs;
  }

  every(periodMs: number, call: () => void): () => void {
    const repeated = { periodMs, call, dueMs: this.#nowMs + periodMs };
    this.#repeated.add(repeated);
    return () => this.#repeated.delete(repeated);
  }

  /** Time goes on, for a paused process too; but it does nothing meanwhile. */
  async pass(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    while (this.#nowMs < endMs) {
      this.#nowMs = Math.min(endMs, this.#nowMs + 100);
      for (const repeated of this.#paused ? [] : this.#repeated) {
        if (repeated.dueMs > this.#nowMs) continue;
        repeated.dueMs = this.#nowMs + repeated.periodMs;
        repeated.call();
      }
      await settled();
    }
  }

  pause(): void {
    this.#paused = true;
  }

  wake(): void {
    this.#paused = false;
  }
}

/** The small documents of a read model in memory, each call atomic, as the servers have them. */
export class MemoryStates implements States {
  readonly documents = new Map<string, StateDocument>();
  /** While it is so, every call fails. */
  isAway = false;

  async read(projection: string): Promise<ProjectionState> {
    this.#answer();
    const own = [...this.documents.values()].filter((each) => each.projection === projection);
    return new ProjectionState(projection, own);
  }

  async insert(document: StateDocument): Promise<boolean> {
    this.#answer();
    if (this.documents.has(document._id)) return false;
    this.documents.set(document._id, document);
    return true;
  }

  async update(...[id, where, changes]: Parameters<States['update']>): Promise<boolean> {
    this.#answer();
    const found = this.documents.get(id);
    const fields = new Map<string, unknown>(Object.entries(found ?? {}));
    if (found === undefined || Object.entries(where).some(([name, value]) => fields.get(name) !== value))
      return false;
    this.documents.set(id, { ...found, ...changes });
    return true;
  }

  async remove(ids: readonly string[]): Promise<void> {
    this.#answer();
    for (const id of ids) this.documents.delete(id);
  }

  async has(id: string): Promise<boolean> {
    this.#answer();
    return this.documents.has(id);
  }

  #answer(): void {
    if (this.isAway) throw new StoreUnavailable('read model', 'is away', 'Wait.');
  }
}

/** A process that wants to write generation 1 of the projection `p`. */
export function contender(states: States, holder?: string) {
  const timing = new ManualTiming();
  const lease = new Lease<WriterDocument>(
    states,
    {
      key: 'p.1',
      projection: 'p',
      ...(holder !== undefined && { holder }),
      documents: (state) => state.writers(1),
      begin: (state) => ({
        kind: 'writer',
        projection: 'p',
        generation: 1,
        position: state.position(1),
        writing: state.position(1),
      }),
      exists: () => true,
    },
    timing,
  );
  return { lease, timing };
}

/** Everything that was begun has been done. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
