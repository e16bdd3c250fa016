import type { ProjectionShape } from '../../../ports/read-model.ts';
import { type MongoDbConnection, writeMsMax } from '../../shared/mongodb-connection.ts';
import { collectionNameOf } from './documents.ts';
import { type Index, indexesOf } from './list-query.ts';
import { type StateCollection, stateCollectionName } from './state-collection.ts';

/** Makes the collection of what is known of each projection, which is asked for by projection. @throws StoreUnavailable */
export async function makeStateCollection(connection: MongoDbConnection): Promise<void> {
  const index = { name: 'by-projection', key: { projection: 1 as const } };
  await makeIndexes(connection, stateCollectionName, [index]);
}

/** Makes the collection of a generation with its indexes; those that are there stay. @throws StoreUnavailable */
export async function makeCollection(
  connection: MongoDbConnection,
  shape: ProjectionShape,
  generation: number,
): Promise<void> {
  await makeIndexes(connection, collectionNameOf(shape.name, generation), indexesOf(shape));
}

/** The same ones again would be nothing to MongoDB, and the end of the connection to FerretDB. */
async function makeIndexes(
  connection: MongoDbConnection,
  collection: string,
  wanted: readonly Index[],
): Promise<void> {
  const names = await connection.run(async (db) => {
    const found = await db.listCollections({ name: collection }).toArray();
    return found.length === 0 ? [] : (await db.collection(collection).indexes()).map(({ name }) => name);
  }, writeMsMax);
  const missing = wanted.filter(({ name }) => !names.includes(name)).map((index) => ({ ...index }));
  if (missing.length === 0) return;
  await connection.run((db) => db.collection(collection).createIndexes(missing), writeMsMax);
}

/** Removes a generation; whoever still writes to it finds that it holds nothing there any more. @throws StoreUnavailable */
export async function dropGeneration(
  connection: MongoDbConnection,
  states: StateCollection,
  projection: string,
  generation: number,
): Promise<void> {
  const { documents } = await states.read(projection);
  const gone = documents.filter((each) => 'generation' in each && each.generation === generation);
  await states.remove(gone.map(({ _id }) => _id));
  await connection.run((db) => db.dropCollection(collectionNameOf(projection, generation)), writeMsMax);
}

/**
 * Removes what a process left behind that died while it dropped a generation, or that wrote to one a moment longer.
 * Only collections named like generations of registered projections, with numbers that were given away and are in use
 * no more. @throws StoreUnavailable
 */
export async function sweep(connection: MongoDbConnection, states: StateCollection): Promise<void> {
  const names = await connection.run(
    async (db) => (await db.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name),
    writeMsMax,
  );
  for (const { name: projection, ...state } of await states.readAll()) {
    const { registry, documents } = state;
    const used = [registry.active, registry.previous, registry.building];
    const numbers = new Set([
      ...names.flatMap((name) => generationIn(name, projection) ?? []),
      ...documents.flatMap((each) => ('generation' in each ? each.generation : [])),
    ]);
    for (const number of numbers) {
      if (number <= registry.count && !used.includes(number))
        await dropGeneration(connection, states, projection, number);
    }
  }
}

function generationIn(collection: string, projection: string): number | undefined {
  const [, number] = collection.startsWith(`${projection}.`) ? (/\.([1-9]\d*)$/.exec(collection) ?? []) : [];
  return number !== undefined && collection === collectionNameOf(projection, Number(number))
    ? Number(number)
    : undefined;
}
