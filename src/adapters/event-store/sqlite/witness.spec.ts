import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newEvent, newEvents } from '../../../../test/support/new-events.ts';
import { temporaryDirectory } from '../../../../test/support/store-directory.ts';
import { defectsOf, logOf, openedLog, tamper } from '../../../../test/support/store-sqlite.ts';
import { DamagedData } from '../../../domain/kernel/faults.ts';
import { noStream } from '../../../domain/kernel/log.ts';

/** A log of five events in two streams that was closed in order. */
async function closedLog(): Promise<string> {
  const path = join(temporaryDirectory(), 'ledger.db');
  const store = openedLog(path);
  await store.append('order-a', noStream, newEvents(1, 3));
  await store.append('order-b', noStream, newEvents(4, 2));
  await store.close();
  return path;
}

test('a log that was closed in order opens again', async () => {
  const store = openedLog(await closedLog());
  expect(await store.head()).toBe(5);
  expect(await defectsOf(store)).toEqual([]);
});

test.each([
  { what: 'its last event', sql: 'DELETE FROM events WHERE position = 5' },
  { what: 'its last events', sql: 'DELETE FROM events WHERE position > 2' },
  { what: 'everything', sql: 'DELETE FROM events; DELETE FROM streams' },
])('a log that has lost $what does not open, and says what to do', async ({ sql }) => {
  const path = await closedLog();
  tamper(path, sql);
  for (const readOnly of [false, true]) {
    expect(() => openedLog(path, { readOnly })).toThrow(DamagedData);
    expect(() => openedLog(path, { readOnly })).toThrow(
      /order-b at revision 1 \(position 5\) is missing or another\. Run `ledger verify`; restore a backup/,
    );
  }
});

test('a log whose last event was exchanged for another does not open', async () => {
  const path = await closedLog();
  tamper(path, `UPDATE events SET metadata = '{"schemaVersion":1}' WHERE position = 5`);
  expect(() => openedLog(path)).toThrow(DamagedData);
});

test('a log that was cut can be opened to be examined, and its audit names what is gone', async () => {
  const path = await closedLog();
  tamper(path, 'DELETE FROM events WHERE position = 5');
  const store = openedLog(path, { evenIfDamaged: true });
  expect(await logOf(store)).toHaveLength(4);
  expect(await defectsOf(store)).toEqual([
    {
      stream: 'order-b',
      revision: 1,
      position: 5,
      problem: 'the log once reached this event and now ends at position 4',
    },
  ]);
});

test('an older copy put back in its place does not open', async () => {
  const path = await closedLog();
  const copy = `${path}.copy`;
  copyFileSync(path, copy);
  const store = openedLog(path);
  await store.append('order-c', noStream, [newEvent(6)]);
  await store.close();
  copyFileSync(copy, path);
  expect(() => openedLog(path)).toThrow(/order-c at revision 0 \(position 6\)/);
});

test('the witness of a backup may be older than the log it is put beside', async () => {
  const path = await closedLog();
  const older = readFileSync(`${path}-head`, 'utf8');
  const store = openedLog(path);
  await store.append('order-a', 2, [newEvent(6)]);
  await store.close();
  expect(readFileSync(`${path}-head`, 'utf8')).not.toBe(older);
  writeFileSync(`${path}-head`, older);
  expect(await openedLog(path).head()).toBe(6);
});

test('without a witness, or with one nobody can read, a log opens: it can only add certainty', async () => {
  for (const text of ['', '{', '{"position":"5"}', '[]']) {
    const path = await closedLog();
    writeFileSync(`${path}-head`, text);
    expect(await openedLog(path).head()).toBe(5);
  }
});

test('an append tells the witness, at the latest when the log is closed', async () => {
  const path = join(temporaryDirectory(), 'ledger.db');
  const store = openedLog(path);
  for (let revision = noStream; revision < 20; revision++)
    await store.append('order-a', revision, [newEvent(revision + 2)]);
  await store.close();
  expect(JSON.parse(readFileSync(`${path}-head`, 'utf8'))).toMatchObject({
    position: 21,
    stream: 'order-a',
    revision: 20,
  });
  expect(existsSync(`${path}-head.new`)).toBe(false);
});

test('a process that knows less never takes the witness back', async () => {
  const path = join(temporaryDirectory(), 'ledger.db');
  const [one, two] = [openedLog(path), openedLog(path)];
  await one.append('order-a', noStream, [newEvent(1)]);
  await one.append('order-a', 0, [newEvent(2)]);
  await two.append('order-a', 1, [newEvent(3)]);
  await two.append('order-a', 2, [newEvent(4)]);
  await two.close();
  await one.close();
  expect(JSON.parse(readFileSync(`${path}-head`, 'utf8'))).toMatchObject({ position: 4 });
});
