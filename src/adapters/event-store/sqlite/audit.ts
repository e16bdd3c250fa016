import type { DatabaseSync } from 'node:sqlite';
import { DamagedData } from '../../../domain/kernel/faults.ts';
import type { StoreDefect } from '../../../ports/event-store.ts';
import { asFault } from '../../shared/sqlite-database.ts';
import { matches, type Witness } from './witness.ts';

const defectsMax = 1_000;

const checks = [damagedPages, missingRevisions, emptyStreams, unknownStreams, misledNames, missingPositions];

/** What the file itself shows to be wrong: damaged pages, missing positions and revisions, a tail that was cut off. */
export async function* auditLog(
  database: DatabaseSync,
  seen: Witness | undefined,
): AsyncIterable<StoreDefect> {
  for (const check of checks) yield* asFarAsReadable(check(database));
  if (seen !== undefined) yield* asFarAsReadable(otherEnd(database, seen));
}

/** A page too damaged to be read ends one check, and is a defect itself; the other checks go on. */
function* asFarAsReadable(defects: Iterable<StoreDefect>): Iterable<StoreDefect> {
  try {
    yield* defects;
  } catch (error) {
    const fault = asFault('event store', error);
    if (!(fault instanceof DamagedData)) throw fault;
    yield { problem: `SQLite: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function* damagedPages(database: DatabaseSync): Iterable<StoreDefect> {
  for (const row of database.prepare(`PRAGMA integrity_check(${defectsMax})`).iterate()) {
    const problem = String(row['integrity_check']);
    if (problem !== 'ok') yield { problem: `SQLite: ${problem}` };
  }
}

function* missingRevisions(database: DatabaseSync): Iterable<StoreDefect> {
  const rows = database
    .prepare(
      `SELECT name, expected, revision, position FROM (
         SELECT stream, revision, position, row_number() OVER (PARTITION BY stream ORDER BY revision) - 1 AS expected,
           lag(revision, 1, -1) OVER (PARTITION BY stream ORDER BY revision) AS before FROM events)
       JOIN streams ON streams.number = stream WHERE revision <> before + 1 ORDER BY position LIMIT ${defectsMax}`,
    )
    .iterate();
  for (const row of rows) {
    const stream = String(row['name']);
    const revision = Number(row['revision']) - 1;
    yield { stream, revision, problem: `the event at revision ${revision} is missing` };
  }
}

function* emptyStreams(database: DatabaseSync): Iterable<StoreDefect> {
  const rows = database
    .prepare(
      `SELECT name FROM streams WHERE NOT EXISTS (SELECT 1 FROM events WHERE stream = streams.number) LIMIT ${defectsMax}`,
    )
    .iterate();
  for (const row of rows) {
    yield {
      stream: String(row['name']),
      revision: 0,
      problem: 'the stream is known, and its event at revision 0 is missing',
    };
  }
}

/** Whoever reads all events does not see those of a stream that is gone from the table of streams. */
function* unknownStreams(database: DatabaseSync): Iterable<StoreDefect> {
  const rows = database
    .prepare(
      `SELECT min(position) AS position, count(*) AS count FROM events
       WHERE stream NOT IN (SELECT number FROM streams) GROUP BY stream LIMIT ${defectsMax}`,
    )
    .iterate();
  for (const row of rows) {
    const problem = `the stream of this event is not known any more: ${Number(row['count'])} of its events are hidden`;
    yield { position: Number(row['position']), problem };
  }
}

/**
 * The index by name is no index of SQLite (see `LazyIndex`), so `integrity_check` does not hold it against its table:
 * a name that is missing there hides a stream from its readers, and one that leads elsewhere would append to another.
 */
function* misledNames(database: DatabaseSync): Iterable<StoreDefect> {
  const bounds = database.prepare('SELECT up_to FROM streams_indexed').all();
  if (bounds.length !== 1) yield { problem: 'it is not known how far the index of streams by name reaches' };
  const rows = database
    .prepare(
      `SELECT name FROM streams WHERE number <= (SELECT max(up_to) FROM streams_indexed)
         AND NOT EXISTS (SELECT 1 FROM streams_by_name AS found WHERE found.name = streams.name AND found.number = streams.number)
       UNION SELECT name FROM streams_by_name AS found
         WHERE NOT EXISTS (SELECT 1 FROM streams WHERE streams.number = found.number AND streams.name = found.name)
       LIMIT ${defectsMax}`,
    )
    .iterate();
  for (const row of rows) {
    const stream = String(row['name']);
    yield { stream, problem: 'the index by name does not lead from this name to its stream' };
  }
}

function* missingPositions(database: DatabaseSync): Iterable<StoreDefect> {
  const rows = database
    .prepare(
      `SELECT before, position FROM (SELECT position, lag(position, 1, 0) OVER (ORDER BY position) AS before FROM events)
       WHERE position <> before + 1 LIMIT ${defectsMax}`,
    )
    .iterate();
  for (const row of rows) {
    const [first, last] = [Number(row['before']) + 1, Number(row['position']) - 1];
    const which = first === last ? `position ${first} is` : `positions ${first} to ${last} are`;
    yield { position: first, problem: `${which} missing from the log` };
  }
}

/** A chain can be forged whole, and a tail cut off; neither goes unseen where the log's end was witnessed. */
function* otherEnd(database: DatabaseSync, seen: Witness): Iterable<StoreDefect> {
  const { stream, revision, position } = seen;
  const end = Number(
    database.prepare('SELECT max(position) AS position FROM events').get()?.['position'] ?? 0,
  );
  const there = database.prepare('SELECT metadata FROM events WHERE position = ?').get(position);
  if (there === undefined) {
    const problem = `the log once reached this event and now ends at position ${end}`;
    if (end < position) yield { stream, revision, position, problem };
  } else if (!matches(seen, { metadata: String(there['metadata']) })) {
    yield { stream, revision, position, problem: 'the log once held another event here' };
  }
}
