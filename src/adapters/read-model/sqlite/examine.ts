import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Examiner, Finding } from '../../../ports/examination.ts';
import type { ProjectionShape } from '../../../ports/read-model.ts';
import { examineSqliteFile } from '../../shared/examine-sqlite-file.ts';
import { closeDatabase, openDatabase } from '../../shared/sqlite-database.ts';
import { pathOf } from '../../shared/store-url.ts';
import { dependency } from './generation-file.ts';
import { indexOf } from './generation-schema.ts';
import { RegistryFile } from './registry-file.ts';
import { generationFileOf } from './sqlite-read-model.ts';

/** Whether the generations that answer queries are there, with their indexes. */
export const sqliteReadModel: Examiner = {
  examine: async (url, { writes, shapes }) => {
    const path = resolve(pathOf(url));
    return examineSqliteFile(path, {
      dependency,
      writes,
      look: (database) => shapes.flatMap((shape) => lookAt(shape, database, path)),
    });
  },
};

function lookAt(shape: ProjectionShape, registry: DatabaseSync, path: string): readonly Finding[] {
  const { name, version } = shape;
  const { active, active_version: activeVersion } = new RegistryFile(registry, true).find(name);
  // One of another version is built anew anyhow, by the next projector that starts.
  if (active === null || activeVersion !== version) return [];
  const file = generationFileOf(path, name, active);
  const remedy = `Run \`ledger rebuild ${name}\`.`;
  if (!existsSync(file)) return [{ severity: 'defect', what: `${name}: its file ${file} is gone`, remedy }];
  const there = indexesIn(file);
  return shape.indexes
    .map(indexOf)
    .filter((index) => !there.has(index))
    .map((index) => ({ severity: 'defect', what: `${name}: the index ${index} is missing`, remedy }));
}

function indexesIn(file: string): ReadonlySet<string> {
  const database = openDatabase(file, { dependency, readOnly: true });
  try {
    const rows = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'index'").all();
    return new Set(rows.map(({ name }) => String(name)));
  } finally {
    closeDatabase(database);
  }
}
