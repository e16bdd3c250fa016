import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { newEvent, newEvents, numberOf } from '../../../../test/support/new-events.ts';
import { temporaryDirectory } from '../../../../test/support/store-directory.ts';
import { foreignConnection, logOf, openedLog } from '../../../../test/support/store-sqlite.ts';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { noStream } from '../../../domain/kernel/log.ts';
import type { NewEvent } from '../../../ports/event-store.ts';

const placeOf = () => join(temporaryDirectory(), 'ledger.db');

describe.each([
  { where: 'on a thread of its own', how: { inline: false } },
  { where: 'on the thread of the caller', how: { inline: true } },
])('appending $where', ({ how }) => {
  test('an append is answered only after its commit: at that moment another connection reads it', async () => {
    const path = placeOf();
    const store = openedLog(path, how);
    const count = foreignConnection(path).prepare('SELECT count(*) AS events FROM events WHERE event_id = ?');
    const seen = await Promise.all(
      newEvents(1, 300).map(async (event, index) => {
        await store.append(`order-${index}`, noStream, [event]);
        return count.get(event.eventId)?.['events'];
      }),
    );
    expect(seen).toEqual(seen.map(() => 1));
  });

  test('appends of one turn share a commit: nobody sees some of them without the others', async () => {
    const path = placeOf();
    const store = openedLog(path, how);
    const count = foreignConnection(path).prepare('SELECT count(*) AS events FROM events');
    const appends = newEvents(1, 100).map((event, index) =>
      store.append(`order-${index}`, noStream, [event]).then(() => Number(count.get()?.['events'])),
    );
    expect(count.get()?.['events']).toBe(0);
    expect(await Promise.all(appends)).toEqual(appends.map(() => 100));
  });

  test('a conflict in a batch is the affair of its caller alone', async () => {
    const store = openedLog(placeOf(), how);
    await store.append('order-a', noStream, [newEvent(1)]);
    const results = await Promise.all([
      store.append('order-b', noStream, [newEvent(2)]),
      store.append('order-a', noStream, newEvents(90, 3)),
      store.append('order-a', 0, [newEvent(3)]),
      store.append('order-missing', 4, [newEvent(91)]),
      store.append('order-c', noStream, [newEvent(4)]),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'appended',
      'conflict',
      'appended',
      'conflict',
      'appended',
    ]);
    expect((await logOf(store)).map(numberOf)).toEqual([1, 2, 3, 4]);
  });

  test('an append that cannot be stored fails alone, whole, and leaves no trace', async () => {
    const store = openedLog(placeOf(), how);
    // A mistake the types exclude: what matters is that it cannot reach anybody else.
    const unstorable = newEvent(90, {
      data: { no: 'text' } as unknown as string,
    } satisfies Partial<NewEvent>);
    const results = await Promise.allSettled([
      store.append('order-a', noStream, newEvents(1, 2)),
      store.append('order-bad', noStream, [newEvent(91), unstorable]),
      store.append('order-b', noStream, [newEvent(3)]),
    ]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect((await logOf(store)).map(numberOf)).toEqual([1, 2, 3]);
    expect(await store.append('order-bad', noStream, [newEvent(4)])).toMatchObject({
      revision: 0,
      position: 4,
    });
    expect(await store.append('order-a', 1, [newEvent(5)])).toMatchObject({ revision: 2, position: 5 });
  });

  test('while another process writes, appends wait without holding up reads, and then go on', async () => {
    const path = placeOf();
    const store = openedLog(path, how);
    await store.append('order-a', noStream, [newEvent(1)]);
    const other = foreignConnection(path);
    other.exec('BEGIN IMMEDIATE');
    let answered = false;
    const append = store.append('order-a', 0, [newEvent(2)]).finally(() => {
      answered = true;
    });
    const startedMs = performance.now();
    while (performance.now() - startedMs < 100) {
      expect(await logOf(store)).toHaveLength(1);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(answered).toBe(false);
    other.exec('COMMIT');
    expect(await append).toMatchObject({ status: 'appended', revision: 1 });
  });

  test('when another process does not let go, appends are refused within a bounded time', async () => {
    const path = placeOf();
    const store = openedLog(path, how);
    const other = foreignConnection(path);
    other.exec('BEGIN IMMEDIATE');
    const startedMs = performance.now();
    const refused = await store.append('order-a', noStream, [newEvent(1)]).catch((error: unknown) => error);
    const waitedMs = performance.now() - startedMs;
    expect(refused).toBeInstanceOf(StoreUnavailable);
    expect((refused as StoreUnavailable).remedy).toContain('Another process holds the file');
    expect(waitedMs).toBeGreaterThan(1_500);
    expect(waitedMs).toBeLessThan(5_000);
    other.exec('COMMIT');
    expect(await store.append('order-a', noStream, [newEvent(2)])).toMatchObject({ revision: 0 });
  });

  test('more appends than may wait are refused at once, and those that wait are kept', async () => {
    const store = openedLog(placeOf(), how);
    const event = newEvent(1);
    const appends = Array.from({ length: 20_010 }, (_, index) =>
      store.append(`order-${index}`, noStream, [event]).then(
        () => 'appended',
        (error: unknown) => (error instanceof StoreUnavailable ? 'refused' : 'broken'),
      ),
    );
    const results = await Promise.all(appends);
    expect(results.slice(0, 20_000).every((result) => result === 'appended')).toBe(true);
    expect(results.slice(20_000)).toEqual(Array.from({ length: 10 }, () => 'refused'));
    expect(await store.head()).toBe(20_000);
  });
});
