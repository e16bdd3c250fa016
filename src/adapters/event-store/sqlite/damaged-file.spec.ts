import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { newEvents } from '../../../../test/support/new-events.ts';
import { temporaryDirectory } from '../../../../test/support/store-directory.ts';
import { logOf, openedLog, tamper } from '../../../../test/support/store-sqlite.ts';
import { DamagedData } from '../../../domain/kernel/faults.ts';
import { noStream } from '../../../domain/kernel/log.ts';

// What flipped bits have made of a file, each of which once broke the ledger without a word of what to do.

async function closedLog(): Promise<string> {
  const path = join(temporaryDirectory(), 'ledger.db');
  const store = openedLog(path);
  await store.append('order-a', noStream, newEvents(1, 3));
  await store.close();
  return path;
}

/** The file itself is described by text in it, which is changed without a look at what it then means. */
function describeOtherwise(path: string, from: string, to: string): void {
  const database = new DatabaseSync(path, { defensive: false });
  database.exec(`PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, '${from}', '${to}')`);
  database.close();
}

test.each([
  ['event_id TEXT', 'evenT_ie TEXT'],
  ['number INTEGER NOT NULL', 'numbez INTEGER NOT NULL'],
])('a file whose columns are called otherwise does not open, and says what to do: %s', async (from, to) => {
  const path = await closedLog();
  describeOtherwise(path, from, to);
  for (const readOnly of [false, true]) {
    expect(() => openedLog(path, { readOnly })).toThrow(DamagedData);
    expect(() => openedLog(path, { readOnly })).toThrow('run `ledger verify`, restore a backup');
  }
});

test('a file that says it is empty and is not does not open', async () => {
  const path = await closedLog();
  tamper(path, 'PRAGMA user_version = 0');
  expect(() => openedLog(path)).toThrow(DamagedData);
});

test.each([
  { what: 'bytes instead of text', column: 'metadata', value: "x'7b7d'" },
  { what: 'nothing instead of text', column: 'data', value: 'NULL' },
  { what: 'text instead of a number', column: 'revision', value: "'two'" },
])('an event that holds $what is no event, and says where', async ({ column, value }) => {
  const path = await closedLog();
  describeOtherwise(path, 'INTEGER NOT NULL', 'ANY');
  describeOtherwise(path, 'TEXT NOT NULL', 'ANY');
  tamper(path, `UPDATE events SET ${column} = ${value} WHERE position = 2`);
  const store = openedLog(path);
  await expect(logOf(store)).rejects.toThrow(DamagedData);
  await expect(logOf(store)).rejects.toThrow('position 2 is no event');
});

test('a number larger than any that was written is damaged data', async () => {
  const path = await closedLog();
  tamper(path, 'UPDATE events SET revision = 9007199254740993 WHERE position = 2');
  await expect(logOf(openedLog(path))).rejects.toThrow(DamagedData);
});

test('an index by name that does not say how far it reaches is damaged data', async () => {
  const path = await closedLog();
  tamper(path, 'DELETE FROM streams_indexed');
  await expect(openedLog(path).readStream('order-a', { countMax: 1 })).rejects.toThrow(DamagedData);
});

test.each([true, false])(
  'an append to a stream that is none is refused: on this thread %s',
  async (inline) => {
    const path = await closedLog();
    tamper(path, "INSERT INTO streams_by_name VALUES ('order-z', 9)");
    const store = openedLog(path, { inline });
    const refusal = store.append('order-z', noStream, newEvents(9, 1));
    await expect(refusal).rejects.toThrow(DamagedData);
    await expect(refusal).rejects.toThrow('run `ledger verify`, restore a backup');
    expect(await logOf(store)).toHaveLength(3);
  },
);
