import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { assert } from '../../../domain/kernel/assert.ts';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type {
  Generation,
  GenerationRecord,
  ProjectionReader,
  ProjectionRecord,
  ProjectionShape,
  ReadModel,
} from '../../../ports/read-model.ts';
import { asFault, closeDatabase, openDatabase } from '../../shared/sqlite-database.ts';
import { BuildGeneration } from './build-generation.ts';
import {
  dependency,
  guarded,
  haltOf,
  makeGenerationFile,
  openGenerationFile,
  stopCommits,
} from './generation-file.ts';
import { SqliteProjectionReader } from './projection-reader.ts';
import { type RegistryEntry, RegistryFile } from './registry-file.ts';

export interface SqliteReadModelOptions {
  readonly path: string;
  readonly readOnly?: boolean;
}

/**
 * Read models in SQLite: a registry file, and beside it one file per generation of each projection. Not synced with
 * every commit, because the log can always give it again. @throws StoreUnavailable
 */
export function openSqliteReadModel(options: SqliteReadModelOptions): ReadModel {
  const path = resolve(options.path);
  const readOnly = options.readOnly ?? false;
  const database = openDatabase(path, { dependency, readOnly, synchronous: 'NORMAL' });
  try {
    const registry = new RegistryFile(database, readOnly);
    const dataVersion = database.prepare('PRAGMA data_version');
    return createReadModel(registry, path, {
      close: () => closeDatabase(database),
      dataVersion: () => Number(dataVersion.get()?.['data_version']),
    });
  } catch (error) {
    closeDatabase(database);
    throw asFault(dependency, error);
  }
}

interface RegistryHandle {
  close(): void;
  /** Moves when another connection has written. */
  dataVersion(): number;
}

function createReadModel(registry: RegistryFile, path: string, handle: RegistryHandle): ReadModel {
  const readers: SqliteProjectionReader[] = [];
  // `data_version` says nothing of writes of the same connection.
  let ownChanges = 0;

  return {
    projections: async () => guarded(() => registry.all().map(recordOf)),
    startBuild: async (shape) => guarded(() => startBuild(shape)),
    dropBuild: async (name) => guarded(() => dropBuild(name)),
    open: async (shape, generation) => guarded(() => open(shape, generation)),
    activate,
    reader,
    close: async () => {
      for (const opened of readers) opened.close();
      handle.close();
    },
  };

  function open(shape: ProjectionShape, generation: number): Generation {
    const file = fileOf(shape.name, generation);
    const isBuilt = registry.find(shape.name).building === generation;
    return isBuilt ? new BuildGeneration(file, shape) : openGenerationFile(file, shape);
  }

  function startBuild(shape: ProjectionShape): number {
    const { name, version } = shape;
    let started = 0;
    const before = change(name, (entry) => {
      const { building, building_version: buildingVersion } = entry;
      if (building !== null && buildingVersion === version && existsSync(fileOf(name, building))) {
        started = building;
        return entry;
      }
      started = entry.count + 1;
      // Made here, where one process at a time can be, so that the next one finds the build it is to take up.
      makeGenerationFile(fileOf(name, started), shape);
      return { ...entry, building: started, building_version: version, count: started };
    });
    if (before.building !== null && before.building !== started) drop(fileOf(name, before.building));
    return started;
  }

  function dropBuild(name: string): void {
    const before = change(name, (entry) => ({ ...entry, building: null, building_version: null }));
    if (before.building !== null) drop(fileOf(name, before.building));
  }

  async function activate(
    shape: ProjectionShape,
    generation: number,
    catchUp: (position: number) => Promise<void>,
  ): Promise<void> {
    const { name } = shape;
    const { active, previous, building } = registry.find(name);
    if (active === generation) return;
    assert(generation === building || generation === previous, `${name} has no generation ${generation}`);
    if (active === null) {
      await catchUp(0);
      switchTo(name, generation, active);
      return;
    }
    const current = openGenerationFile(fileOf(name, active), shape);
    try {
      await current.retire(async (position) => {
        await catchUp(position);
        if (progressOf(name, generation, null).position < position) throw behind(name, generation, position);
        switchTo(name, generation, active);
      });
    } finally {
      await current.close();
    }
  }

  function switchTo(name: string, generation: number, from: number | null): void {
    const before = change(name, (entry) => {
      if (entry.active === generation) return entry;
      const built = entry.building === generation;
      if (entry.active !== from || !(built || entry.previous === generation)) throw overtaken(name);
      return {
        ...entry,
        active: generation,
        active_version: built ? entry.building_version : entry.previous_version,
        previous: entry.active,
        previous_version: entry.active_version,
        ...(built && { building: null, building_version: null }),
      };
    });
    if (before.active === generation || before.previous === null || before.previous === generation) return;
    drop(fileOf(name, before.previous));
  }

  function reader(shape: ProjectionShape): ProjectionReader {
    const opened = new SqliteProjectionReader(
      {
        version: () => handle.dataVersion() + ownChanges * 2 ** 32,
        path: () => {
          const { active } = registry.find(shape.name);
          return active === null ? undefined : fileOf(shape.name, active);
        },
      },
      shape,
    );
    readers.push(opened);
    return opened;
  }

  function change(name: string, changed: (before: RegistryEntry) => RegistryEntry): RegistryEntry {
    ownChanges += 1;
    return registry.change(name, changed);
  }

  function recordOf(entry: RegistryEntry): ProjectionRecord {
    const { name, active, previous, building } = entry;
    return {
      name,
      ...(active !== null && { active: progressOf(name, active, entry.active_version) }),
      ...(previous !== null && { previous: progressOf(name, previous, entry.previous_version) }),
      ...(building !== null && { building: progressOf(name, building, entry.building_version) }),
    };
  }

  function progressOf(name: string, generation: number, version: number | null): GenerationRecord {
    const file = fileOf(name, generation);
    const record = { generation, version: version ?? 0 };
    if (!existsSync(file)) return { ...record, position: 0 };
    const database = openDatabase(file, { dependency, readOnly: true });
    try {
      const row = database.prepare('SELECT position, halted FROM progress').get();
      const halted = haltOf(row?.['halted']);
      return { ...record, position: Number(row?.['position'] ?? 0), ...(halted && { halted }) };
    } finally {
      closeDatabase(database);
    }
  }

  function fileOf(name: string, generation: number): string {
    return generationFileOf(path, name, generation);
  }
}

/** `read.db` → `read.order-details.3.db`. */
export function generationFileOf(path: string, name: string, generation: number): string {
  return `${path.replace(/\.db$/, '')}.${name}.${generation}.db`;
}

/** Removes a generation; whoever still writes to it is told that nobody will read it. */
function drop(file: string): void {
  try {
    stopCommits(file);
  } catch {
    // It is removed all the same: a file that cannot be written has nobody who could be told.
  }
  for (const part of ['', '-wal', '-shm']) rmSync(`${file}${part}`, { force: true });
}

function overtaken(name: string): StoreUnavailable {
  return new StoreUnavailable(
    dependency,
    `another process has switched ${name} meanwhile`,
    'Look at `ledger inspect projections`; then try again.',
  );
}

function behind(name: string, generation: number, position: number): StoreUnavailable {
  return new StoreUnavailable(
    dependency,
    `generation ${generation} of ${name} does not reach position ${position}, which readers have seen`,
    'Try again; if it stays so, an older log was put back: run `ledger verify`.',
  );
}
