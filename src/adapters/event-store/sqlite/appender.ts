import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../../domain/kernel/assert.ts';
import { noStream } from '../../../domain/kernel/log.ts';
import type { AppendResult, NewEvent } from '../../../ports/event-store.ts';
import { type Entry, LazyIndex } from '../../shared/lazy-index.ts';

/** Where a stream ends. */
export interface Head extends Entry {
  /** Revision of its last event, as of `generation`. */
  revision: number;
  /** What `refresh` answered when the revision was known. */
  generation: number;
}

/** Heads kept of streams that have been in the index for long. */
const headsMax = 50_000;
const streamsPendingMax = 65_536;

export function openStreams(database: DatabaseSync): LazyIndex<Head> {
  return new LazyIndex(database, 'streams', {
    entry: (number) => ({ number, revision: noStream, generation: -1 }),
    entriesMax: headsMax,
    segmentMax: streamsPendingMax,
  });
}

/** Writes single appends inside a transaction that the caller has begun with BEGIN IMMEDIATE. */
export interface Appender {
  /** To be called first in every transaction: forgets what another connection may have changed. */
  refresh(): void;
  /** After a rollback: forgets everything. */
  forget(): void;
  append(stream: string, expected: number, events: readonly NewEvent[]): AppendResult;
  /** To be called last in every transaction, before COMMIT. */
  finish(): void;
}

export function createAppender(database: DatabaseSync, streams: LazyIndex<Head>): Appender {
  const lastPosition = prepare('SELECT coalesce(max(position), 0) FROM events');
  const lastRevision = prepare('SELECT max(revision) FROM events WHERE stream = ?');
  const addEvent = prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)');
  const findRepeated = prepare(
    'SELECT event_id, position FROM events WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ?',
  );

  let generation = -1;
  let position = 0;

  return { refresh, forget: () => streams.forget(), append, finish: () => streams.moveOn() };

  function refresh(): void {
    const now = streams.refresh();
    if (now === generation) return;
    generation = now;
    position = Number(first(lastPosition.get()));
  }

  function append(stream: string, expected: number, events: readonly NewEvent[]): AppendResult {
    let head = streams.find(stream);
    if (head === undefined) {
      if (expected !== noStream) return { status: 'conflict', actual: noStream };
      head = streams.add(stream);
      head.generation = generation;
    }
    if (head.generation !== generation) {
      head.revision = (first(lastRevision.get(head.number)) as number | null) ?? noStream;
      head.generation = generation;
    }
    if (head.revision !== expected) return repeatOrConflict(head, expected, events);
    for (const event of events) {
      head.revision += 1;
      position += 1;
      addEvent.run(
        position,
        head.number,
        head.revision,
        event.eventId,
        event.type,
        event.data,
        event.metadata,
      );
    }
    return { status: 'appended', revision: head.revision, position, repeated: false };
  }

  /** The same events at the same place are the same append: answered as the first time, compared by id alone. */
  function repeatOrConflict(head: Head, expected: number, events: readonly NewEvent[]): AppendResult {
    const rows = findRepeated.all(head.number, expected, events.length) as unknown as [string, number][];
    const last = rows.at(-1);
    const same = rows.length === events.length && rows.every(([id], index) => id === events[index]?.eventId);
    if (!same || last === undefined) return { status: 'conflict', actual: head.revision };
    return { status: 'appended', revision: expected + rows.length, position: last[1], repeated: true };
  }

  function prepare(sql: string) {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  }
}

function first(row: unknown): unknown {
  assert(Array.isArray(row), 'an aggregate answers one row');
  return row[0];
}
