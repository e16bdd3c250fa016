import { DatabaseSync } from 'node:sqlite';

/** One event as it lies in the ledger's log. */
export interface RawEvent {
  readonly stream: string;
  readonly revision: number;
  readonly eventId: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

/**
 * The ceiling of the write path: the same bytes into a SQLite log, durably, as plainly as it can be done. Stream names
 * in a dictionary, the index a log cannot do without, as many events to a transaction as requests in flight. No
 * promises, no checks, no hashes, no idempotency.
 */
export class RawLog {
  readonly #database: DatabaseSync;
  readonly #number;
  readonly #addStream;
  readonly #addEvent;

  constructor(path: string) {
    const database = new DatabaseSync(path, { timeout: 5_000 });
    database.exec(`
      PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536;
      CREATE TABLE IF NOT EXISTS streams (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
      CREATE TABLE IF NOT EXISTS events (
        position INTEGER PRIMARY KEY, stream INTEGER NOT NULL, revision INTEGER NOT NULL, event_id TEXT NOT NULL,
        type TEXT NOT NULL, data TEXT NOT NULL, metadata TEXT NOT NULL, UNIQUE (stream, revision)) STRICT`);
    this.#database = database;
    this.#number = database.prepare('SELECT number FROM streams WHERE name = ?');
    this.#number.setReturnArrays(true);
    this.#addStream = database.prepare('INSERT INTO streams (name) VALUES (?)');
    this.#addEvent = database.prepare('INSERT INTO events VALUES (NULL, ?, ?, ?, ?, ?, ?)');
  }

  /** Appends all events, `perCommit` to a transaction; answers how many a second. */
  append(events: readonly RawEvent[], perCommit: number): number {
    const startedMs = performance.now();
    for (let from = 0; from < events.length; from += perCommit) {
      this.#database.exec('BEGIN IMMEDIATE');
      for (let index = from; index < Math.min(from + perCommit, events.length); index++)
        this.#one(events[index] as RawEvent);
      this.#database.exec('COMMIT');
    }
    return events.length / ((performance.now() - startedMs) / 1_000);
  }

  close(): void {
    this.#database.close();
  }

  #one({ stream, revision, eventId, type, data, metadata }: RawEvent): void {
    const known = this.#number.get(stream) as unknown as [number] | undefined;
    const number = known?.[0] ?? this.#addStream.run(stream).lastInsertRowid;
    this.#addEvent.run(number, revision, eventId, type, data, metadata);
  }
}

/** Reads the whole log at `path` and parses every event: the ceiling of a rebuild. Answers events a second. */
export function readAndParse(path: string): number {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const page = database.prepare(
      `SELECT position, streams.name, revision, event_id, type, data, metadata FROM events
       JOIN streams ON streams.number = events.stream WHERE position > ? ORDER BY position LIMIT 4000`,
    );
    page.setReturnArrays(true);
    const startedMs = performance.now();
    let after = 0;
    let count = 0;
    for (;;) {
      const rows = page.all(after) as unknown as [number, string, number, string, string, string, string][];
      const last = rows.at(-1);
      if (last === undefined) return count / ((performance.now() - startedMs) / 1_000);
      for (const [, , , , , data, metadata] of rows) {
        JSON.parse(data);
        JSON.parse(metadata);
      }
      count += rows.length;
      after = last[0];
    }
  } finally {
    database.close();
  }
}
