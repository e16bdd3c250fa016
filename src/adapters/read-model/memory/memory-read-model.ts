import { assert } from '../../../domain/kernel/assert.ts';
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
  active?: Stored | undefined;
  previous?: Stored | undefined;
  building?: Stored | undefined;
}

/** Read models in memory: the plainest thing that keeps the contract. For tests and simulation. */
export function createMemoryReadModel(): ReadModel {
  const registry = new Map<string, Entry>();

  return {
    projections: async () =>
      [...registry]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { active, previous, building }]) => ({
          name,
          ...(active && { active: recordOf(active) }),
          ...(previous && { previous: recordOf(previous) }),
          ...(building && { building: recordOf(building) }),
        })),
    startBuild: async ({ name, version }) => {
      const entry = entryOf(name);
      if (entry.building?.version !== version) entry.building = emptyGeneration(nextNumber(entry), version);
      return entry.building.generation;
    },
    dropBuild: async (name) => {
      entryOf(name).building = undefined;
    },
    open: async (shape, generation) => handleOf(find(shape.name, generation)),
    activate: async (shape, generation, catchUp) => {
      const entry = entryOf(shape.name);
      const next = find(shape.name, generation);
      const { active } = entry;
      assert(active !== next, `${shape.name}.${generation} is active already`);
      if (active !== undefined) active.accepts = false;
      try {
        await catchUp(active?.position ?? 0);
      } catch (error) {
        if (active !== undefined) active.accepts = true;
        throw error;
      }
      if (entry.building === next) entry.building = undefined;
      entry.previous = active;
      entry.active = next;
    },
    reader: (shape) => readerOf(shape),
    close: async () => {},
  };

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
    const { active } = entryOf(name);
    if (active !== undefined) return active;
    throw new StoreUnavailable('read model', `${name} was never built`, 'Start a projector and wait for it.');
  }

  function find(name: string, generation: number): Stored {
    const { active, previous, building } = entryOf(name);
    const found = [active, previous, building].find((stored) => stored?.generation === generation);
    assert(found !== undefined, `${name} has no generation ${generation}`);
    return found;
  }

  function entryOf(name: string): Entry {
    const entry = registry.get(name) ?? {};
    registry.set(name, entry);
    return entry;
  }
}

function emptyGeneration(generation: number, version: number): Stored {
  return { generation, version, documents: new Map(), position: 0, accepts: true, halted: undefined };
}

function nextNumber({ active, previous, building }: Entry): number {
  return Math.max(0, ...[active, previous, building].map((stored) => stored?.generation ?? 0)) + 1;
}

function recordOf({ generation, version, position, halted }: Stored): GenerationRecord {
  return { generation, version, position, ...(halted && { halted }) };
}

function handleOf(stored: Stored): Generation {
  return {
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
