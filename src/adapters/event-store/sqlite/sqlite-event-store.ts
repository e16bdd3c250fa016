import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { DamagedData, StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { assertAppend, beginning } from '../../../domain/kernel/log.ts';
import type { EventStore, LogPage, NewEvent, RecordedEvent, StreamPage } from '../../../ports/event-store.ts';
import { asFault, closeDatabase, openDatabase } from '../../shared/sqlite-database.ts';
import { createAppender, openStreams } from './appender.ts';
import { auditLog } from './audit.ts';
import { Checkpointer } from './checkpointer.ts';
import { createDoorbell } from './doorbell.ts';
import { createGroupCommit, type GroupCommit } from './group-commit.ts';
import { prepareSchema, requireSchema } from './schema.ts';
import { createWitnessWriter, matches, readWitness } from './witness.ts';

export interface SqliteEventStoreOptions {
  readonly path: string;
  /** Without the right to append: for processes that only read. */
  readonly readOnly?: boolean;
  /** Opens a log that is known to be damaged, to examine it. */
  readonly evenIfDamaged?: boolean;
}

const dependency = 'event store';
const columns = 'position, streams.name, revision, event_id, type, data, metadata';
const from = 'events JOIN streams ON streams.number = events.stream';

/**
 * The event store in one SQLite file: WAL, fsync before every acknowledgement, many appends to a transaction. Several
 * processes may share the file.
 * @throws StoreUnavailable when the file cannot be opened; DamagedData when the log ends before it once did.
 */
export function openSqliteEventStore(options: SqliteEventStoreOptions): EventStore {
  const path = resolve(options.path);
  const readOnly = options.readOnly ?? false;
  // The thread answers requests while it waits for another process, so SQLite itself waits only briefly.
  const database = openDatabase(path, {
    dependency,
    readOnly,
    busyTimeoutMs: readOnly ? 5_000 : 20,
    // Backstop: `Checkpointer` has it done elsewhere long before.
    walPages: 50_000,
    cacheMb: 16,
  });
  try {
    if (readOnly) requireSchema(database, path);
    else prepareSchema(database, path);
    return createStore(database, path, options);
  } catch (error) {
    closeDatabase(database);
    throw asFault(dependency, error);
  }
}

function createStore(database: DatabaseSync, path: string, options: SqliteEventStoreOptions): EventStore {
  const forwards = prepare(`SELECT ${columns} FROM ${from} WHERE position > ? ORDER BY position LIMIT ?`);
  const backwards = prepare(
    `SELECT ${columns} FROM ${from} WHERE position < ? ORDER BY position DESC LIMIT ?`,
  );
  const streamForwards = prepare(
    `SELECT ${columns} FROM ${from} WHERE stream = ? AND revision >= ? ORDER BY revision LIMIT ?`,
  );
  const streamBackwards = prepare(
    `SELECT ${columns} FROM ${from} WHERE stream = ? ORDER BY revision DESC LIMIT ?`,
  );
  const lastPosition = prepare('SELECT max(position) FROM events');
  const dataVersion = prepare('PRAGMA data_version');

  const streams = openStreams(database);

  const witnessPath = `${path}-head`;
  if (options.evenIfDamaged !== true) refuseCutLog();

  const witnessWriter = createWitnessWriter(witnessPath);
  const doorbell = createDoorbell(path, () => reading(() => dataVersion.get()?.[0]));
  const checkpointer = new Checkpointer(path);
  const writer = options.readOnly === true ? readOnlyWriter : createWriter();

  return {
    append(stream, expected, events) {
      assertAppend(stream, expected, events);
      return writer.append(stream, expected, events);
    },
    readStream: async (stream, page) => reading(() => readStream(stream, page)),
    readAll: async (page) => reading(() => readAll(page)),
    head: async () => reading(() => Number(lastPosition.get()?.[0] ?? beginning)),
    audit: () => auditLog(database, readWitness(witnessPath)),
    onAppended: doorbell.listen,
    close: async () => {
      writer.close();
      if (options.readOnly !== true) witnessWriter.flush();
      await checkpointer.close();
      doorbell.close();
      closeDatabase(database);
    },
  };

  function createWriter(): GroupCommit {
    return createGroupCommit(database, createAppender(database, streams), (appended) => {
      const last = appended.at(-1);
      if (last !== undefined) witnessWriter.saw(last);
      for (const { events } of appended) checkpointer.appended(sizeOf(events));
      doorbell.ring();
    });
  }

  function readStream(stream: string, { from: first = 0, direction, countMax }: StreamPage): RecordedEvent[] {
    streams.refresh();
    const id = streams.find(stream)?.number;
    if (id === undefined) return [];
    const rows =
      direction === 'backwards' ? streamBackwards.all(id, countMax) : streamForwards.all(id, first, countMax);
    return (rows as unknown as Row[]).map(recorded);
  }

  function readAll(page: LogPage): RecordedEvent[] {
    const rows =
      'after' in page ? forwards.all(page.after, page.countMax) : backwards.all(page.before, page.countMax);
    return (rows as unknown as Row[]).map(recorded);
  }

  function refuseCutLog(): void {
    const seen = readWitness(witnessPath);
    if (seen === undefined || matches(seen, readAll({ after: seen.position - 1, countMax: 1 })[0])) return;
    throw new DamagedData(
      `${path} does not hold what it once held: ${seen.stream} at revision ${seen.revision} (position ${seen.position}) ` +
        `is missing or another. Run \`ledger verify\`; restore a backup; if an older state is what you want, remove ${witnessPath} and rebuild.`,
    );
  }

  function prepare(sql: string) {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return statement as unknown as {
      all: (...parameters: (string | number)[]) => unknown[];
      get: (...parameters: (string | number)[]) => unknown[] | undefined;
    };
  }
}

function sizeOf(events: readonly NewEvent[]): number {
  return events.reduce((bytes, { data, metadata }) => bytes + data.length + metadata.length, 0);
}

type Row = readonly [number, string, number, string, string, string, string];

function recorded([position, stream, revision, eventId, type, data, metadata]: Row): RecordedEvent {
  return { position, stream, revision, eventId, type, data, metadata };
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw asFault(dependency, error);
  }
}

const readOnlyWriter: GroupCommit = {
  append: async () => {
    throw new StoreUnavailable(
      dependency,
      'was opened without the right to append',
      'Send commands to a command process.',
    );
  },
  close: () => {},
};
