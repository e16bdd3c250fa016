import { resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { DamagedData, StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { assertAppend, beginning } from '../../../domain/kernel/log.ts';
import type { EventStore, LogPage, RecordedEvent, StreamPage } from '../../../ports/event-store.ts';
import { asFault, closeDatabase, openDatabase, openFault } from '../../shared/sqlite-database.ts';
import { openStreams } from './appender.ts';
import { auditLog } from './audit.ts';
import { createDoorbell } from './doorbell.ts';
import { createLogWriter, type LogWriter, witnessPathOf } from './log-writer.ts';
import { prepareSchema, requireSchema } from './schema.ts';
import { ThreadWriter } from './thread-writer.ts';
import { matches, readWitness } from './witness.ts';
import { writerOptions } from './writer-options.ts';

export interface SqliteEventStoreOptions {
  readonly path: string;
  /** Without the right to append: for processes that only read. */
  readonly readOnly?: boolean;
  /** Opens a log that is known to be damaged, to examine it. */
  readonly evenIfDamaged?: boolean;
  /** Appends on the thread of the caller instead of one of its own, with the connection it reads with. */
  readonly inline?: boolean;
}

const dependency = 'event store';
const readerWaitMsMax = 5_000;
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
  const database = openDatabase(path, {
    ...writerOptions,
    readOnly,
    ...(readOnly && { busyTimeoutMs: readerWaitMsMax }),
  });
  try {
    if (readOnly) requireSchema(database, path);
    else prepareSchema(database, path);
    return createStore(database, path, options);
  } catch (error) {
    closeDatabase(database);
    throw openFault(dependency, error);
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

  const witnessPath = witnessPathOf(path);
  if (options.evenIfDamaged !== true) refuseCutLog();

  const doorbell = createDoorbell(path, () => reading(() => dataVersion.get()?.[0]));
  const writer = openWriter();

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
      await writer.close();
      doorbell.close();
      closeDatabase(database);
    },
  };

  function openWriter(): LogWriter {
    if (options.readOnly === true) return readOnlyWriter;
    return options.inline === true
      ? createLogWriter(database, path, streams, doorbell.ring)
      : new ThreadWriter(path);
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

type Row = readonly [number, string, number, string, string, string, string];

/** The file may say otherwise than its schema: a flipped bit makes bytes of a text, or a text of a number. */
function recorded(row: Row): RecordedEvent {
  const [position, stream, revision, eventId, type, data, metadata] = row;
  if (typeof revision !== 'number' || !areTexts(stream, eventId, type, data, metadata))
    throw new DamagedData(
      `event store: what is stored at position ${position} is no event. Run \`ledger verify\`; restore a backup.`,
    );
  return { position, stream, revision, eventId, type, data, metadata };
}

function areTexts(...values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw asFault(dependency, error);
  }
}

const readOnlyWriter: LogWriter = {
  append: async () => {
    throw new StoreUnavailable(
      dependency,
      'was opened without the right to append',
      'Send commands to a command process.',
    );
  },
  close: async () => {},
};
