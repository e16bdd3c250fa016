import type { ReadModelAdapter } from '../../src/adapters/read-model/registry.ts';
import type {
  DocumentWrite,
  Generation,
  ProjectionRecord,
  ProjectionShape,
  ReadModel,
  StoredDocument,
} from '../../src/ports/read-model.ts';
import { closedAfterwards, temporaryDirectory } from '../support/store-directory.ts';
import type { Place } from '../support/store-rows.ts';

export interface ReadModelHarness {
  /** A read model nobody has written to; closed after the test that is running. */
  open(): Promise<OpenReadModel>;
  readonly durable: boolean;
}

export interface OpenReadModel {
  readonly model: ReadModel;
  /** The same documents through a handle of its own, as another process has them; the same handle where none can. */
  openAgain(): Promise<ReadModel>;
}

export function readModelHarnessOf(
  { open, shared }: ReadModelAdapter,
  place: Place,
  durable: boolean,
): ReadModelHarness {
  return {
    durable,
    open: async () => {
      const url = place(temporaryDirectory());
      const model = closedAfterwards(await open(url, {}));
      const openAgain = async () => (shared ? closedAfterwards(await open(url, {})) : model);
      return { model, openAgain };
    },
  };
}

export const shape: ProjectionShape = {
  name: 'order-list',
  version: 1,
  fields: ['customer', 'status', 'placedAt'],
  indexes: [['placedAt'], ['customer', 'placedAt'], ['status', 'placedAt']],
};

/** The same projection as a later build would have it. */
export const nextShape: ProjectionShape = { ...shape, version: 2 };

export function write(id: string, position: number, changes: Partial<DocumentWrite> = {}): DocumentWrite {
  return {
    id,
    body: JSON.stringify({ id, position }),
    position,
    isNew: false,
    fields: { customer: 'c-1', status: 'pending', placedAt: `2026-01-01T00:00:00.${position}Z` },
    ...changes,
  };
}

export async function opened(
  model: ReadModel,
  generation: number,
  of: ProjectionShape = shape,
): Promise<Generation> {
  return closedAfterwards(await model.open(of, generation));
}

/** Makes a generation that holds `writes` at `position` and activates it, in one go. */
export async function live(
  model: ReadModel,
  writes: readonly DocumentWrite[],
  position: number,
): Promise<{ readonly number: number; readonly generation: Generation }> {
  const number = await model.startBuild(shape);
  const generation = await opened(model, number);
  await generation.commit({ from: 0, to: position, writes, deletes: [] });
  await model.activate(shape, number, async () => {});
  return { number, generation };
}

export async function recordOf(model: ReadModel, name = shape.name): Promise<ProjectionRecord | undefined> {
  return (await model.projections()).find((record) => record.name === name);
}

/** Ids of all documents of a generation, sorted. */
export async function idsIn(generation: Generation): Promise<readonly string[]> {
  return (await documentsIn(generation)).map(({ id }) => id).toSorted();
}

export async function documentsIn(generation: Generation): Promise<readonly StoredDocument[]> {
  const documents: StoredDocument[] = [];
  for await (const document of generation.documents()) documents.push(document);
  return documents;
}
