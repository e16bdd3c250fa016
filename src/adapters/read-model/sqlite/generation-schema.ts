import type { DatabaseSync } from 'node:sqlite';
import type { ProjectionShape } from '../../../ports/read-model.ts';
import type { LazyIndexOptions } from '../../shared/lazy-index.ts';
import { lazyIndexSchema } from '../../shared/lazy-index.ts';

const createMsMax = 10_000;

/** Name of the column that holds a field. */
export function columnOf(field: string): string {
  return `f_${field}`;
}

/** Name of the index over these fields. */
export function indexOf(fields: readonly string[]): string {
  return `by_${fields.join('_')}`;
}

export const idsIndexOptions: LazyIndexOptions<{ readonly number: number }> = {
  entry: (number) => ({ number }),
  entriesMax: 20_000,
  segmentMax: 32_768,
};

/**
 * Tables of one generation. Documents have numbers as keys (`ids`), in the order they first came, so that new ones are
 * added at the end and recent ones stand together. `accepts` is 0 once another generation has taken over.
 */
export function createTables(database: DatabaseSync, { fields, indexes }: ProjectionShape): void {
  if (isThere(database)) return;
  const columns = fields.map((field) => `, ${columnOf(field)} TEXT`).join('');
  // Every index ends with the key by itself, which breaks ties: the later document first.
  const indexed = indexes.map(
    (list) =>
      `CREATE INDEX ${indexOf(list)} ON documents (${list.map(columnOf).join(', ')})
         WHERE ${columnOf(list[0] ?? '')} IS NOT NULL;`,
  );
  database.exec(`PRAGMA busy_timeout = ${createMsMax}; BEGIN IMMEDIATE`);
  try {
    if (!isThere(database)) {
      database.exec(`
        ${lazyIndexSchema('ids')}
        CREATE TABLE documents (
          key INTEGER PRIMARY KEY, body TEXT NOT NULL, position INTEGER NOT NULL${columns}
        ) STRICT;
        ${indexed.join('\n')}
        CREATE TABLE progress (position INTEGER NOT NULL, accepts INTEGER NOT NULL, halted TEXT) STRICT;
        INSERT INTO progress VALUES (0, 1, NULL);`);
    }
    database.exec('COMMIT; PRAGMA busy_timeout = 3');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function isThere(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'progress'").get() !== undefined;
}
