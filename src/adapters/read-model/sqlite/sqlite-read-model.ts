import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { assert } from '../../../domain/kernel/assert.ts';
import type {
  GenerationRecord,
  ProjectionReader,
  ProjectionRecord,
  ProjectionShape,
  ReadModel,
} from '../../../ports/read-model.ts';
import { asFault, closeDatabase, openDatabase } from '../../shared/sqlite-database.ts';
import { dependency, guarded, haltOf, openGenerationFile } from './generation-file.ts';
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
    open: async (shape, generation) => openGenerationFile(fileOf(shape.name, generation), shape),
    activate,
    reader,
    close: async () => {
      for (const opened of readers) opened.close();
      handle.close();
    },
  };

  function startBuild({ name, version }: ProjectionShape): number {
    let started = 0;
    const before = change(name, (entry) => {
      const { building, building_version: buildingVersion } = entry;
      if (building !== null && buildingVersion === version && existsSync(fileOf(name, building))) {
        started = building;
        return entry;
      }
      started = Math.max(0, entry.active ?? 0, entry.previous ?? 0, building ?? 0) + 1;
      return { ...entry, building: started, building_version: version };
    });
    if (before.building !== null && before.building !== started) removeFile(fileOf(name, before.building));
    return started;
  }

  function dropBuild(name: string): void {
    const before = change(name, (entry) => ({ ...entry, building: null, building_version: null }));
    if (before.building !== null) removeFile(fileOf(name, before.building));
  }

  async function activate(
    shape: ProjectionShape,
    generation: number,
    catchUp: (position: number) => Promise<void>,
  ): Promise<void> {
    const { name } = shape;
    const { active } = registry.find(name);
    assert(active !== generation, `${name}.${generation} is active already`);
    if (active === null) {
      await catchUp(0);
      switchTo(name, generation);
      return;
    }
    const current = openGenerationFile(fileOf(name, active), shape);
    try {
      await current.retire(async (position) => {
        await catchUp(position);
        switchTo(name, generation);
      });
    } finally {
      await current.close();
    }
  }

  function switchTo(name: string, generation: number): void {
    const before = change(name, (entry) => {
      const built = entry.building === generation;
      return {
        ...entry,
        active: generation,
        active_version: built ? entry.building_version : entry.previous_version,
        previous: entry.active,
        previous_version: entry.active_version,
        ...(built && { building: null, building_version: null }),
      };
    });
    if (before.previous !== null && before.previous !== generation) removeFile(fileOf(name, before.previous));
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

  /** `read.db` → `read.order-details.3.db`. */
  function fileOf(name: string, generation: number): string {
    return `${path.replace(/\.db$/, '')}.${name}.${generation}.db`;
  }
}

function removeFile(file: string): void {
  for (const part of ['', '-wal', '-shm']) rmSync(`${file}${part}`, { force: true });
}
