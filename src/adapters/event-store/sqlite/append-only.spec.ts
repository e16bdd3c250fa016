import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newEvents } from '../../../../test/support/new-events.ts';
import { temporaryDirectory } from '../../../../test/support/store-directory.ts';
import { foreignConnection, logOf, openedLog } from '../../../../test/support/store-sqlite.ts';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { noStream } from '../../../domain/kernel/log.ts';

test.each([
  "UPDATE events SET data = '{}' WHERE position = 2",
  'UPDATE events SET position = 9 WHERE position = 2',
  "UPDATE OR REPLACE events SET type = 'Other'",
  'DELETE FROM events WHERE position = 3',
  'DELETE FROM events',
  "UPDATE streams SET name = 'order-b'",
  'DELETE FROM streams',
])('the file itself refuses to change or remove what was recorded: %s', async (sql) => {
  const path = join(temporaryDirectory(), 'ledger.db');
  const store = openedLog(path);
  await store.append('order-a', noStream, newEvents(1, 3));
  const before = await logOf(store);
  expect(() => foreignConnection(path).exec(sql)).toThrow('append-only');
  expect(await logOf(store)).toEqual(before);
});

test('a file of another layout is refused with what to do', () => {
  const path = join(temporaryDirectory(), 'ledger.db');
  foreignConnection(path).exec('PRAGMA user_version = 99');
  expect(() => openedLog(path)).toThrow(StoreUnavailable);
  expect(() => openedLog(path)).toThrow('layout 99, this build reads layout 1');
});
