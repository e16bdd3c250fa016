import { randomUUID } from 'node:crypto';
import type { ProjectionShape, ReadModel } from '../../../ports/read-model.ts';
import { MongoDbConnection } from '../../shared/mongodb-connection.ts';
import { activate } from './activation.ts';
import { dropGeneration, makeCollection, makeStateCollection, sweep } from './collections.ts';
import { MongoDbGeneration } from './generation.ts';
import { type LeaseTiming, systemTiming } from './lease.ts';
import { MongoDbReader } from './reader.ts';
import { changeRegistry } from './registry.ts';
import { StateCollection } from './state-collection.ts';
import { GenerationWriter } from './writer.ts';

export interface MongoDbReadModelOptions {
  readonly url: string;
  readonly readOnly?: boolean;
  /** Replaced by tests, which cannot wait for a holder to die. */
  readonly timing?: LeaseTiming;
}

/**
 * Read models in one database of MongoDB: a collection per generation, and one with what is known of each projection.
 * Opening it connects to nothing, so that a process starts while the server is away. @throws StoreUnavailable for a URL
 * that names no server
 */
export function openMongoDbReadModel(options: MongoDbReadModelOptions): ReadModel {
  const connection = new MongoDbConnection({ dependency: 'read model', url: options.url });
  const states = new StateCollection(connection);
  const timing = options.timing ?? systemTiming;
  const holder = randomUUID();
  const writers = new Map<string, { readonly writer: GenerationWriter; users: number }>();
  let swept = options.readOnly === true;

  return {
    projections: async () => (await states.readAll()).map((state) => state.record()),
    startBuild,
    dropBuild: async (name) => {
      const { building } = await changeRegistry(states, name, (entry) =>
        entry.building === null ? entry : { ...entry, building: null, buildingVersion: null },
      );
      if (building !== null) await dropGeneration(connection, states, name, building);
    },
    open: async ({ name }, generation) => open(name, generation),
    activate: async ({ name }, generation, catchUp) => {
      const place = { projection: name, generation };
      const superseded = await activate(states, timing, place, catchUp);
      if (superseded !== undefined) await dropGeneration(connection, states, name, superseded);
    },
    reader: ({ name }) => new MongoDbReader(connection, states, name),
    close: async () => {
      await Promise.all([...writers.values()].map(({ writer }) => writer.release()));
      writers.clear();
      await connection.close();
    },
  };

  async function startBuild(shape: ProjectionShape): Promise<number> {
    const { name, version } = shape;
    await prepare();
    let started = 0;
    const before = await changeRegistry(states, name, (entry) => {
      started = entry.building ?? 0;
      if (entry.building !== null && entry.buildingVersion === version) return entry;
      started = entry.count + 1;
      return { ...entry, building: started, buildingVersion: version, count: started };
    });
    // Also of a build that is taken up: whoever began it may have come no further.
    await makeCollection(connection, shape, started);
    if (before.building !== null && before.building !== started)
      await dropGeneration(connection, states, name, before.building);
    return started;
  }

  /** Once per process, before it begins to write. */
  async function prepare(): Promise<void> {
    if (swept) return;
    await makeStateCollection(connection);
    await sweep(connection, states);
    swept = true;
  }

  async function open(projection: string, generation: number): Promise<MongoDbGeneration> {
    await prepare();
    const key = `${projection}.${generation}`;
    const shared = writers.get(key) ?? {
      writer: new GenerationWriter({ connection, states, timing, holder }, projection, generation),
      users: 0,
    };
    writers.set(key, shared);
    shared.users += 1;
    return new MongoDbGeneration(states, { projection, generation }, shared.writer, async () => {
      shared.users -= 1;
      if (shared.users > 0) return;
      if (writers.get(key) === shared) writers.delete(key);
      await shared.writer.release();
    });
  }
}
