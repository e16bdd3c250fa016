import type { DatabaseSync } from 'node:sqlite';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { lazyIndexSchema } from '../../shared/lazy-index.ts';

/** Version of the file's layout, kept in `PRAGMA user_version`. */
const schemaVersion = 1;

/** What refuses every change of what was recorded. */
export const triggers = [
  'events_are_never_changed',
  'events_are_never_removed',
  'streams_are_never_changed',
  'streams_are_never_removed',
] as const;

/**
 * `streams` gives every stream name a small number (see `LazyIndex`), so that the index on (stream, revision) stays dense
 * and new streams append to its end. Triggers make both tables append-only: they refuse every UPDATE and DELETE. REPLACE
 * gets past them, as does whoever drops them; a trigger on INSERT against it would cost each event a sixth of what storing
 * it costs, and the hash chain shows what was replaced.
 */
const schema = `
  ${lazyIndexSchema('streams')}
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL REFERENCES streams (number),
    revision INTEGER NOT NULL,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT NOT NULL,
    UNIQUE (stream, revision)
  ) STRICT;
  CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
  CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
    BEGIN SELECT RAISE(ABORT, 'events are append-only'); END;
  CREATE TRIGGER streams_are_never_changed BEFORE UPDATE ON streams
    BEGIN SELECT RAISE(ABORT, 'streams are append-only'); END;
  CREATE TRIGGER streams_are_never_removed BEFORE DELETE ON streams
    BEGIN SELECT RAISE(ABORT, 'streams are append-only'); END;
  PRAGMA user_version = ${schemaVersion};
`;

/** Creates the tables in an empty file; two processes may try at once. @throws when the file is of another layout. */
export function prepareSchema(database: DatabaseSync, path: string): void {
  if (versionOf(database) === 0) {
    database.exec('BEGIN IMMEDIATE');
    try {
      if (versionOf(database) === 0) database.exec(schema);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
  requireSchema(database, path);
}

/** @throws StoreUnavailable unless the file is a log of the layout this build reads. */
export function requireSchema(database: DatabaseSync, path: string): void {
  const version = versionOf(database);
  if (version === schemaVersion) return;
  if (version === 0) {
    const remedy = 'Check DATA_DIR; a command process, `ledger import` or `ledger restore` makes the log.';
    throw new StoreUnavailable('event store', `${path} holds no log yet`, remedy);
  }
  throw new StoreUnavailable(
    'event store',
    `${path} has layout ${version}, this build reads layout ${schemaVersion}`,
    'Use the build that wrote it.',
  );
}

function versionOf(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
}
