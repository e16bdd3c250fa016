import { closeSync, existsSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DamagedData, OutcomeUnknown, StoreUnavailable } from '../../domain/kernel/faults.ts';
import { makeDirectory } from './make-directory.ts';

export interface OpenOptions {
  /** Names the database in errors and health: `event store`, `read model`. */
  readonly dependency: string;
  readonly readOnly?: boolean;
  /** FULL: a commit returns after it is on disk. NORMAL: it may be lost with the power, whole, never torn. */
  readonly synchronous?: 'FULL' | 'NORMAL';
  /** How long a statement may block the thread while another process writes. */
  readonly busyTimeoutMs?: number;
  /** Pages the log may grow by before it is folded back into the file. */
  readonly walPages?: number;
  readonly cacheMb?: number;
}

/**
 * Opens a SQLite file in WAL mode, making its directory where needed. The caller closes it, always: an unclosed
 * handle spoils later opens of the same file in this process.
 * @throws StoreUnavailable with what to do about it.
 */
export function openDatabase(path: string, options: OpenOptions): DatabaseSync {
  const { dependency, readOnly = false, synchronous = 'FULL', busyTimeoutMs = 5_000 } = options;
  try {
    if (readOnly && !existsSync(path)) throw new Error(`${path} does not exist`);
    if (!readOnly) makeFile(path);
    const database = new DatabaseSync(path, { readOnly, timeout: busyTimeoutMs });
    try {
      if (!readOnly) database.exec('PRAGMA journal_mode = WAL');
      database.exec(`
        PRAGMA synchronous = ${synchronous};
        PRAGMA wal_autocheckpoint = ${options.walPages ?? 1_000};
        PRAGMA cache_size = -${(options.cacheMb ?? 16) * 1_024};
        PRAGMA temp_store = MEMORY;
        PRAGMA trusted_schema = OFF;`);
      if (!readOnly) refuseReadOnlyFile(database);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    throw openFault(dependency, error);
  }
}

/**
 * What opening a file has failed of. Statements are made when it is opened, and always the same ones: where SQLite does not
 * understand one then, it is the file that is not laid out as it was.
 */
export function openFault(dependency: string, error: unknown): Error {
  if (codeOf(error) !== primaryCodes.error) return asFault(dependency, error);
  const { message } = error as Error;
  return new DamagedData(`${dependency}: ${message}. ${remedies[primaryCodes.corrupt]}`, { cause: error });
}

/** The file and its directory, for their owner alone; what SQLite puts beside the file gets the rights of the file. */
function makeFile(path: string): void {
  makeDirectory(dirname(path));
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
}

/** SQLite opens a file it may not write for reading, without a word: better said now than with the first write. */
function refuseReadOnlyFile(database: DatabaseSync): void {
  try {
    // A change that is taken back at once: only a write tells.
    database.exec('BEGIN IMMEDIATE; PRAGMA user_version = 0; ROLLBACK');
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}

const primaryCodes = {
  error: 1,
  busy: 5,
  locked: 6,
  readOnly: 8,
  io: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  notDatabase: 26,
} as const;

const remedies: Readonly<Record<number, string>> = {
  [primaryCodes.busy]: 'Another process holds the file; try again in a moment.',
  [primaryCodes.locked]: 'Another process holds the file; try again in a moment.',
  [primaryCodes.readOnly]: 'Make the file and its directory writable for this user.',
  [primaryCodes.io]: 'Check the disk; then run `ledger verify`.',
  [primaryCodes.corrupt]: 'The file is damaged: stop writing, run `ledger verify`, restore a backup.',
  [primaryCodes.full]: 'Free space on the disk; nothing was lost and nothing needs a restart.',
  [primaryCodes.cannotOpen]: 'Check that the path exists and that this user may read and write it.',
  [primaryCodes.notDatabase]: 'The file is not a database, or damaged: check the path, restore a backup.',
};

/** The result code of an error of SQLite, without its extension; `undefined` for other errors. */
function codeOf(error: unknown): number | undefined {
  const { errcode } = error as { errcode?: unknown };
  return typeof errcode === 'number' ? errcode & 0xff : undefined;
}

export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === primaryCodes.busy || code === primaryCodes.locked;
}

/** A failed COMMIT that came from the disk may or may not be found again when the log is next read. */
export function commitFault(dependency: string, error: unknown): Error {
  if (codeOf(error) === primaryCodes.io) {
    return new OutcomeUnknown(`${dependency}: commit failed on the disk`, { cause: error });
  }
  return asFault(dependency, error);
}

/**
 * Turns errors of SQLite and of the file system into `StoreUnavailable`, or `DamagedData` for a file that is no
 * database any more; programming errors pass as they are, but for the use of a handle that was closed while a request
 * was under way.
 */
export function asFault(dependency: string, error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error));
  if ('code' in error && error.code === 'ERR_INVALID_STATE') {
    return new StoreUnavailable(dependency, 'is closed', 'The process is stopping; try again in a moment.');
  }
  if ('code' in error && error.code === 'ERR_OUT_OF_RANGE') {
    return new DamagedData(`${dependency}: a number is too large. ${remedies[primaryCodes.corrupt]}`, {
      cause: error,
    });
  }
  const code = codeOf(error);
  const fromFileSystem = 'syscall' in error || error.message.includes('does not exist');
  if (code === primaryCodes.error || code === 19 || code === 20 || (code === undefined && !fromFileSystem))
    return error;
  if (code === primaryCodes.corrupt || code === primaryCodes.notDatabase) {
    return new DamagedData(`${dependency}: ${error.message}. ${remedies[code]}`, { cause: error });
  }
  const remedy = remedies[code ?? primaryCodes.cannotOpen] ?? 'See the cause; then run `ledger verify`.';
  return new StoreUnavailable(dependency, error, remedy);
}

/** Closes without complaint when it is closed already. */
export function closeDatabase(database: DatabaseSync): void {
  if (database.isOpen) database.close();
}

/** Rolls back if a transaction is open: after some failures SQLite has already done so and would refuse. */
export function rollBack(database: DatabaseSync): void {
  if (database.isTransaction) {
    try {
      database.exec('ROLLBACK');
    } catch {
      // A full disk can fail the rollback too; SQLite discards the transaction with the next statement.
    }
  }
}
