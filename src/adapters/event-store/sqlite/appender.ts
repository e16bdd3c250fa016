import type { DatabaseSync } from 'node:sqlite';
import { assert } from '../../../domain/kernel/assert.ts';
import { noStream } from '../../../domain/kernel/log.ts';
import { RecentMap } from '../../../domain/kernel/recent-map.ts';
import type { AppendResult, NewEvent } from '../../../ports/event-store.ts';
import type { StreamIndex } from './stream-index.ts';

/** Where a stream ends: its number in the file and the revision of its last event. */
interface Head {
  readonly id: number;
  readonly revision: number;
}

const headsMax = 100_000;

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

export function createAppender(database: DatabaseSync, streams: StreamIndex): Appender {
  const lastPosition = prepare('SELECT coalesce(max(position), 0) FROM events');
  const lastRevision = prepare('SELECT max(revision) FROM events WHERE stream = ?');
  const addEvent = prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)');
  const findRepeated = prepare(
    'SELECT event_id, position FROM events WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ?',
  );

  const heads = new RecentMap<string, Head>(headsMax);
  let generation = -1;
  let position = 0;

  return { refresh, forget: () => streams.forget(), append, finish: () => streams.moveOn() };

  function refresh(): void {
    const now = streams.refresh();
    if (now === generation) return;
    generation = now;
    heads.clear();
    position = Number(first(lastPosition.get()));
  }

  function append(stream: string, expected: number, events: readonly NewEvent[]): AppendResult {
    const head = headOf(stream, expected);
    if (head === undefined) return { status: 'conflict', actual: noStream };
    if (head.revision !== expected) return repeatOrConflict(head, expected, events);
    let revision = expected;
    for (const event of events) {
      revision += 1;
      position += 1;
      addEvent.run(position, head.id, revision, event.eventId, event.type, event.data, event.metadata);
    }
    heads.set(stream, { id: head.id, revision });
    return { status: 'appended', revision, position, repeated: false };
  }

  /** The head of a stream, made on the way where a new stream is expected; `undefined` where one is missing. */
  function headOf(stream: string, expected: number): Head | undefined {
    const known = heads.get(stream);
    if (known !== undefined) return known;
    const id = streams.find(stream);
    if (id === undefined)
      return expected === noStream ? { id: streams.add(stream), revision: noStream } : undefined;
    const head = { id, revision: (first(lastRevision.get(id)) as number | null) ?? noStream };
    heads.set(stream, head);
    return head;
  }

  /** The same events at the same place are the same append: answered as the first time, compared by id alone. */
  function repeatOrConflict(head: Head, expected: number, events: readonly NewEvent[]): AppendResult {
    const rows = findRepeated.all(head.id, expected, events.length) as unknown as [string, number][];
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
