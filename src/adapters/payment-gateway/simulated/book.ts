import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { asFault, closeDatabase, commitFault, openDatabase, rollBack } from '../../shared/sqlite-database.ts';

const dependency = 'payment gateway';

/** Amounts are minor units. What is counted here is counted from these tables alone: nothing of the ledger decides it. */
const schema = `
  CREATE TABLE IF NOT EXISTS calls (
    key TEXT PRIMARY KEY, payment TEXT NOT NULL, content TEXT NOT NULL, tries INTEGER NOT NULL, answer TEXT) STRICT;
  CREATE TABLE IF NOT EXISTS authorizations (
    number INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, payment TEXT NOT NULL, token TEXT NOT NULL,
    currency TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0),
    captured INTEGER NOT NULL DEFAULT 0 CHECK (captured >= 0),
    released INTEGER NOT NULL DEFAULT 0 CHECK (released >= 0 AND captured + released <= amount),
    expires_ms INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS authorizations_by_payment ON authorizations (payment);
  CREATE INDEX IF NOT EXISTS authorizations_open ON authorizations (expires_ms) WHERE captured + released < amount;
  CREATE TABLE IF NOT EXISTS captures (
    number INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, payment TEXT NOT NULL,
    currency TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0)) STRICT;
  CREATE INDEX IF NOT EXISTS captures_by_payment ON captures (payment);
  CREATE TABLE IF NOT EXISTS refunds (
    number INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, payment TEXT NOT NULL,
    currency TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0)) STRICT;
  CREATE INDEX IF NOT EXISTS refunds_by_payment ON refunds (payment);
  CREATE TABLE IF NOT EXISTS disputes (
    number INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, payment TEXT NOT NULL,
    currency TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0),
    status TEXT NOT NULL CHECK (status IN ('open', 'won', 'lost'))) STRICT;
  CREATE INDEX IF NOT EXISTS disputes_by_payment ON disputes (payment);
  CREATE TABLE IF NOT EXISTS fees (
    number INTEGER PRIMARY KEY, reference TEXT NOT NULL UNIQUE, payment TEXT NOT NULL,
    currency TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0)) STRICT;
  CREATE INDEX IF NOT EXISTS fees_by_payment ON fees (payment);
  CREATE TABLE IF NOT EXISTS plans (
    number INTEGER PRIMARY KEY, kind TEXT NOT NULL CHECK (kind IN ('approve', 'dispute')),
    payment TEXT NOT NULL, key TEXT NOT NULL, due_ms INTEGER NOT NULL, UNIQUE (kind, payment, key)) STRICT;
  CREATE INDEX IF NOT EXISTS plans_due ON plans (due_ms);
  CREATE TABLE IF NOT EXISTS reports (
    number INTEGER PRIMARY KEY, event_id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, due_ms INTEGER,
    tries INTEGER NOT NULL DEFAULT 0, taken INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE INDEX IF NOT EXISTS reports_due ON reports (due_ms) WHERE due_ms IS NOT NULL;`;

export type Row = Readonly<Record<string, SQLOutputValue>>;

/**
 * Where a simulated provider keeps its book: a file of its own that several processes may have open, or memory. What a
 * `write` changed is on disk when it returns.
 */
export interface Book {
  /** One change, whole or not at all. @throws StoreUnavailable; OutcomeUnknown where the disk failed in the end */
  write<T>(change: () => T): T;
  /** Several reads of one moment. @throws StoreUnavailable */
  read<T>(look: () => T): T;
  /** Whether a statement finds anything. On its own, which takes no lock and no more than that statement. @throws StoreUnavailable */
  finds(sql: string, ...values: readonly SQLInputValue[]): boolean;
  /** Rows of a statement. Within `write` or `read`. */
  rows(sql: string, ...values: readonly SQLInputValue[]): readonly Row[];
  /** The row of a statement that finds at most one. Within `write` or `read`. */
  row(sql: string, ...values: readonly SQLInputValue[]): Row | undefined;
  /** Within `write`. */
  run(sql: string, ...values: readonly SQLInputValue[]): void;
  close(): void;
}

/** @throws StoreUnavailable, DamagedData */
export function openBook(path: string): Book {
  const database = path === ':memory:' ? openMemory() : openDatabase(path, { dependency });
  try {
    const book = bookIn(database);
    book.write(() => database.exec(schema));
    return book;
  } catch (error) {
    closeDatabase(database);
    throw error;
  }
}

function openMemory(): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  // With the usual 2 MB, SQLite becomes half as fast as the book grows.
  database.exec('PRAGMA cache_size = -200000');
  return database;
}

function bookIn(database: DatabaseSync): Book {
  const statements = new Map<string, StatementSync>();

  return {
    write: (change) => transaction('BEGIN IMMEDIATE', change),
    read: (look) => transaction('BEGIN', look),
    finds: (sql, ...values) => guarded(() => prepared(sql).get(...values) !== undefined),
    rows: (sql, ...values) => prepared(sql).all(...values),
    row: (sql, ...values) => prepared(sql).get(...values),
    run: (sql, ...values) => void prepared(sql).run(...values),
    close: () => closeDatabase(database),
  };

  /** There is a fixed number of statements: their texts are all in this folder. */
  function prepared(sql: string): StatementSync {
    const known = statements.get(sql) ?? database.prepare(sql);
    statements.set(sql, known);
    return known;
  }

  function transaction<T>(begin: string, work: () => T): T {
    const result = guarded(() => {
      prepared(begin).run();
      return work();
    });
    try {
      prepared('COMMIT').run();
      return result;
    } catch (error) {
      rollBack(database);
      throw commitFault(dependency, error);
    }
  }

  function guarded<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (database.isOpen) rollBack(database);
      throw asFault(dependency, error);
    }
  }
}

/** A sum of minor units as it was read; the whole sums of one payment are within what its capture may be. */
export function amountIn(row: Row | undefined, column: string): number {
  return Number(row?.[column] ?? 0);
}

export function textIn(row: Row, column: string): string {
  return String(row[column]);
}
