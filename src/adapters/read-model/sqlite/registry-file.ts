import type { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';

/** What the registry file says of one projection: numbers and versions of its generations. */
const entry = z.object({
  name: z.string(),
  active: z.int().nullable(),
  active_version: z.int().nullable(),
  previous: z.int().nullable(),
  previous_version: z.int().nullable(),
  building: z.int().nullable(),
  building_version: z.int().nullable(),
  /** How many generations there have been: numbers are never given twice. */
  count: z.int(),
});
export type RegistryEntry = z.output<typeof entry>;

const layout = `
  CREATE TABLE IF NOT EXISTS projections (
    name TEXT PRIMARY KEY,
    active INTEGER, active_version INTEGER,
    previous INTEGER, previous_version INTEGER,
    building INTEGER, building_version INTEGER,
    count INTEGER NOT NULL
  ) STRICT`;

export class RegistryFile {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync, readOnly: boolean) {
    this.#database = database;
    if (!readOnly) database.exec(layout);
    else if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'projections'").get() === undefined) {
      const remedy = 'Check DATA_DIR; a projector process makes the read models.';
      throw new StoreUnavailable('read model', `${database.location()} holds no read models yet`, remedy);
    }
  }

  all(): readonly RegistryEntry[] {
    return this.#database
      .prepare('SELECT * FROM projections ORDER BY name')
      .all()
      .map((row) => entry.parse(row));
  }

  find(name: string): RegistryEntry {
    const row = this.#database.prepare('SELECT * FROM projections WHERE name = ?').get(name);
    return row === undefined ? unregistered(name) : entry.parse(row);
  }

  /** Reads and changes one entry as one; answers it as it was before. */
  change(name: string, changed: (before: RegistryEntry) => RegistryEntry): RegistryEntry {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const before = this.find(name);
      const now = changed(before);
      this.#database
        .prepare('INSERT OR REPLACE INTO projections VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
        .run(
          name,
          now.active,
          now.active_version,
          now.previous,
          now.previous_version,
          now.building,
          now.building_version,
          now.count,
        );
      this.#database.exec('COMMIT');
      return before;
    } catch (error) {
      this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

function unregistered(name: string): RegistryEntry {
  return {
    name,
    active: null,
    active_version: null,
    previous: null,
    previous_version: null,
    building: null,
    building_version: null,
    count: 0,
  };
}
