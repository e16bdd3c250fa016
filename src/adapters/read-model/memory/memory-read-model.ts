import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type {
  DocumentWrite,
  Generation,
  GenerationRecord,
  Halt,
  ListPage,
  ListPlace,
  ListQuery,
  ProjectionCommit,
  ProjectionReader,
  ProjectionShape,
  ReadModel,
} from '../../../ports/read-model.ts';

interface Stored {
  readonly generation: number;
  readonly version: number;
  readonly documents: Map<string, DocumentWrite>;
  position: number;
  accepts: boolean;
  halted: Halt | undefined;
}

interface Entry {
  /** How many generations there have been: numbers are never given twice. */
  count: number;
  active?: Stored | undefined;
  previous?: Stored | undefined;
  building?: Stored | undefined;
}

/** Read models in memory: the plainest thing that keeps the contract. For tests and simulation. */
export function createMemoryReadModel(): ReadModel {
  const registry = new Map<string, Entry>();
  let closed = false;

  return {
    projections: async () =>
      [...opened()]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { active, previous, building }]) => ({
          name,
          ...(active && { active: recordOf(active) }),
          ...(previous && { previous: recordOf(previous) }),
          ...(building && { building: recordOf(building) }),
        })),
    startBuild: async ({ name, version }) => {
      const entry = entryOf(name);
      if (entry.building?.version === version) return entry.building.generation;
      drop(entry.building);
      entry.count += 1;
      entry.building = emptyGeneration(entry.count, version);
      return entry.count;
    },
    dropBuild: async (name) => {
      const entry = entryOf(name);
      drop(entry.building);
      entry.building = undefined;
    },
    open: async (shape, generation) => handleOf(find(shape.name, generation)),
    activate: async ({ name }, generation, catchUp) => {
      const entry = entryOf(name);
      const next = find(name, generation);
      const { active } = entry;
      if (active === next) return;
      if (active !== undefined) active.accepts = false;
      try {
        await catchUp(active?.position ?? 0);
        if (entry.active !== active) throw unavailable(`${name} was switched by another meanwhile`);
        if (next.position < (active?.position ?? 0)) throw unavailable(`${name}.${generation} is behind`);
      } catch (error) {
        if (active !== undefined && entry.active === active) active.accepts = true;
        throw error;
      }
      if (entry.building === next) entry.building = undefined;
      if (entry.previous !== next) drop(entry.previous);
      entry.previous = active;
      entry.active = next;
    },
    reader: (shape) => readerOf(shape),
    close: async () => {
      closed = true;
    },
  };

  function opened(): Map<string, Entry> {
    if (closed) throw unavailable('is closed');
    return registry;
  }

  function readerOf({ name }: ProjectionShape): ProjectionReader {
    return {
      get: (id) => {
        const { documents, position } = activeOf(name);
        const document = documents.get(id);
        return document && { body: document.body, asOf: position };
      },
      list: async (query) => listOf(activeOf(name), query),
      position: () => activeOf(name).position,
    };
  }

  function activeOf(name: string): Stored {
    const active = opened().get(name)?.active;
    if (active !== undefined) return active;
    throw new StoreUnavailable('read model', `${name} was never built`, 'Start a projector and wait for it.');
  }

  function find(name: string, generation: number): Stored {
    const { active, previous, building } = entryOf(name);
    const found = [active, previous, building].find((stored) => stored?.generation === generation);
    // Whoever has just read of it may come too late.
    if (found === undefined) throw unavailable(`${name} has no generation ${generation} any more`);
    return found;
  }

  function entryOf(name: string): Entry {
    const entry = opened().get(name) ?? { count: 0 };
    registry.set(name, entry);
    return entry;
  }
}

function emptyGeneration(generation: number, version: number): Stored {
  return { generation, version, documents: new Map(), position: 0, accepts: true, halted: undefined };
}

/** Whoever still writes to it is told that nobody will read it. */
function drop(stored: Stored | undefined): void {
  if (stored !== undefined) stored.accepts = false;
}

function unavailable(what: string): StoreUnavailable {
  return new StoreUnavailable('read model', what, 'Try again.');
}

function recordOf({ generation, version, position, halted }: Stored): GenerationRecord {
  return { generation, version, position, ...(halted && { halted }) };
}

function handleOf(stored: Stored): Generation {
  return {
    claim: async () => true,
    position: async () => stored.position,
    halted: async () => stored.halted,
    load: async (ids) =>
      new Map(
        ids.flatMap((id) => {
          const document = stored.documents.get(id);
          return document === undefined ? [] : [[id, document] as const];
        }),
      ),
    commit: async (commit) => apply(stored, commit),
    reopen: async () => {
      stored.accepts = true;
    },
    halt: async (halt) => {
      stored.halted = halt;
    },
    async *documents() {
      yield* [...stored.documents.values()];
    },
    close: async () => {},
  };
}

function apply(stored: Stored, { from, to, writes, deletes }: ProjectionCommit): boolean {
  if (stored.position !== from || !stored.accepts) return false;
  for (const write of writes) stored.documents.set(write.id, write);
  for (const id of deletes) stored.documents.delete(id);
  stored.position = to;
  return true;
}

function listOf({ documents, position }: Stored, query: ListQuery): ListPage {
  const { equals, orderBy, from, to, after, countMax } = query;
  const found = [...documents.values()]
    .filter(({ fields }) => Object.entries(equals).every(([field, value]) => fields[field] === value))
    .flatMap(({ id, body, fields }) => {
      const value = fields[orderBy];
      return value === undefined ? [] : [{ body, place: { value, tie: id } }];
    })
    .filter(
      ({ place: { value } }) => (from === undefined || value >= from) && (to === undefined || value < to),
    )
    .filter(({ place }) => after === undefined || comesBefore(after, place))
    .toSorted((a, b) => (comesBefore(a.place, b.place) ? -1 : 1));
  return { documents: found.slice(0, countMax), asOf: position };
}

/** Descending by value, then by id. */
function comesBefore(a: ListPlace, b: ListPlace): boolean {
  return a.value === b.value ? a.tie > b.tie : a.value > b.value;
}
