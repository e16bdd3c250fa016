import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newEvent, newEvents } from '../../../../test/support/new-events.ts';
import { temporaryDirectory } from '../../../../test/support/store-directory.ts';
import { defectsOf, openedLog, tamper } from '../../../../test/support/store-sqlite.ts';
import { noStream } from '../../../domain/kernel/log.ts';

/** A log of twelve events in three streams, closed in order. */
async function closedLog(): Promise<string> {
  const path = join(temporaryDirectory(), 'ledger.db');
  const store = openedLog(path);
  for (const [index, name] of ['order-a', 'order-b', 'order-c'].entries())
    await store.append(name, noStream, newEvents(index * 4 + 1, 4));
  await store.close();
  return path;
}

/** As it comes to be when a log has thousands of streams. */
const indexed =
  'INSERT INTO streams_by_name SELECT name, number FROM streams; UPDATE streams_indexed SET up_to = 3';

function misled(stream: string) {
  return { stream, problem: 'the index by name does not lead from this name to its stream' };
}

async function auditOf(path: string) {
  const store = openedLog(path, { readOnly: true, evenIfDamaged: true });
  const defects = await defectsOf(store);
  await store.close();
  return defects;
}

test('a sound log has no defects, an empty one neither', async () => {
  expect(await auditOf(await closedLog())).toEqual([]);
  const empty = openedLog(join(temporaryDirectory(), 'ledger.db'));
  expect(await defectsOf(empty)).toEqual([]);
});

test.each([
  {
    what: 'an event in the middle of a stream',
    sql: 'DELETE FROM events WHERE position = 6',
    defects: [
      { stream: 'order-b', revision: 1, problem: 'the event at revision 1 is missing' },
      { position: 6, problem: 'position 6 is missing from the log' },
    ],
  },
  {
    what: 'the first event of the log',
    sql: 'DELETE FROM events WHERE position = 1',
    defects: [
      { stream: 'order-a', revision: 0, problem: 'the event at revision 0 is missing' },
      { position: 1, problem: 'position 1 is missing from the log' },
    ],
  },
  {
    what: 'the last event of a stream',
    sql: 'DELETE FROM events WHERE position = 8',
    defects: [{ position: 8, problem: 'position 8 is missing from the log' }],
  },
  {
    what: 'a whole stream',
    sql: 'DELETE FROM events WHERE stream = 2',
    defects: [
      {
        stream: 'order-b',
        revision: 0,
        problem: 'the stream is known, and its event at revision 0 is missing',
      },
      { position: 5, problem: 'positions 5 to 8 are missing from the log' },
    ],
  },
  {
    what: 'a gap in the positions',
    sql: 'UPDATE events SET position = position + 100 WHERE position > 10',
    defects: [{ position: 11, problem: 'positions 11 to 110 are missing from the log' }],
  },
  {
    what: 'revisions that were renumbered',
    sql: 'UPDATE events SET revision = revision + 5 WHERE position = 12',
    defects: [{ stream: 'order-c', revision: 7, problem: 'the event at revision 7 is missing' }],
  },
  {
    what: 'a stream that is not known any more',
    sql: 'PRAGMA foreign_keys = OFF; DELETE FROM streams WHERE number = 2',
    defects: [
      {
        position: 5,
        problem: 'the stream of this event is not known any more: 4 of its events are hidden',
      },
    ],
  },
  {
    what: 'a stream that its name does not lead to',
    sql: `${indexed}; DELETE FROM streams_by_name WHERE number = 2`,
    defects: [misled('order-b')],
  },
  {
    what: 'names that lead to another stream, and to none',
    sql: `${indexed}; UPDATE streams_by_name SET number = 3 WHERE number = 2; INSERT INTO streams_by_name VALUES ('order-d', 9)`,
    defects: [misled('order-b'), misled('order-d')],
  },
  {
    what: 'an index that claims to reach further than it does',
    sql: 'UPDATE streams_indexed SET up_to = 2',
    defects: [misled('order-a'), misled('order-b')],
  },
  {
    what: 'an index that does not say how far it reaches',
    sql: 'DELETE FROM streams_indexed',
    defects: [{ problem: 'it is not known how far the index of streams by name reaches' }],
  },
])('the audit finds $what', async ({ sql, defects }) => {
  const path = await closedLog();
  tamper(path, sql);
  expect(await auditOf(path)).toEqual(defects);
});

test('the audit tells of pages that are damaged, and ends', async () => {
  const path = join(temporaryDirectory(), 'ledger.db');
  const store = openedLog(path);
  for (let index = 0; index < 100; index++)
    await store.append(`order-${index}`, noStream, [
      newEvent(index, { data: `{"text":"${'x'.repeat(800)}"}` }),
    ]);
  await store.close();
  const pages = statSync(path).size / 4_096;
  for (let page = 12; page < pages; page += 3) overwrite(path, page * 4_096, Buffer.alloc(64, 0xff));
  const defects = await auditOf(path);
  expect(defects.length).toBeGreaterThan(0);
  expect(defects[0]?.problem).toMatch(/^SQLite: /);
});

test('an index by name that says the truth is no defect', async () => {
  const path = await closedLog();
  tamper(path, indexed);
  expect(await auditOf(path)).toEqual([]);
});

test('a byte of an event that was flipped is not the audit’s to find: the hash chain does', async () => {
  const path = await closedLog();
  const at = readFileSync(path).indexOf('note 7');
  overwrite(path, at, Buffer.from('note 8'));
  expect(await auditOf(path)).toEqual([]);
});

function overwrite(path: string, at: number, bytes: Uint8Array): void {
  const file = openSync(path, 'r+');
  try {
    writeSync(file, bytes, 0, bytes.length, at);
  } finally {
    closeSync(file);
  }
}
