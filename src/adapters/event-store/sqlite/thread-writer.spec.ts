import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test, vi } from 'vitest';
import { newEvent, newEvents, numberOf } from '../../../../test/support/new-events.ts';
import { temporaryDirectory } from '../../../../test/support/store-directory.ts';
import { logOf, openedLog } from '../../../../test/support/store-sqlite.ts';
import { OutcomeUnknown, StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { noStream } from '../../../domain/kernel/log.ts';

test('what was asked for before closing is appended; the file can be opened again at once', async () => {
  const path = join(temporaryDirectory(), 'ledger.db');
  const store = openedLog(path);
  const appends = newEvents(1, 500).map((event, index) => store.append(`order-${index}`, noStream, [event]));
  await store.close();
  expect((await Promise.all(appends)).every(({ status }) => status === 'appended')).toBe(true);
  expect(await openedLog(path).head()).toBe(500);
});

test('when the thread is lost, what it was sent is unknown, and the next append starts another', async () => {
  const path = join(temporaryDirectory(), 'ledger.db');
  const post = vi.spyOn(Worker.prototype, 'postMessage');
  onTestFinished(() => post.mockRestore());
  const store = openedLog(path);
  await store.append('order-a', noStream, [newEvent(1)]);
  const lost = store.append('order-a', 0, [newEvent(2)]).catch((error: unknown) => error);
  await new Promise((resolve) => setImmediate(resolve));
  await (post.mock.contexts[0] as Worker).terminate();
  const outcome = await lost;
  const log = (await logOf(store)).map(numberOf);
  if (outcome instanceof Error) expect(outcome).toBeInstanceOf(OutcomeUnknown);
  else expect(log).toEqual([1, 2]);
  expect(await store.append('order-b', noStream, [newEvent(3)])).toMatchObject({
    status: 'appended',
    revision: 0,
  });
  expect(new Set(post.mock.contexts).size).toBe(2);
  expect((await logOf(store)).map(numberOf)).toEqual([...log, 3]);
});

test('a log that was removed is not made anew: nothing was appended, and that is what is said', async () => {
  const directory = join(temporaryDirectory(), 'data');
  const store = openedLog(join(directory, 'ledger.db'));
  rmSync(directory, { recursive: true });
  const refused = store.append('order-a', noStream, [newEvent(1)]);
  await expect(refused).rejects.toBeInstanceOf(StoreUnavailable);
  await expect(refused).rejects.toThrow(/was removed/);
  const atTheEnd = store.append('order-a', noStream, [newEvent(1)]).catch((error: unknown) => error);
  await store.close();
  expect(await atTheEnd).toBeInstanceOf(StoreUnavailable);
  expect(existsSync(directory)).toBe(false);
});

test('a thread that fails while the store closes is the end of it all the same', async () => {
  const path = join(temporaryDirectory(), 'ledger.db');
  const post = vi.spyOn(Worker.prototype, 'postMessage');
  onTestFinished(() => post.mockRestore());
  const store = openedLog(path);
  await store.append('order-a', noStream, [newEvent(1)]);
  const closing = store.close();
  (post.mock.contexts[0] as Worker).emit('error', new Error('out of memory'));
  await expect(closing).resolves.toBeUndefined();
  await expect(store.head()).rejects.toThrow(/is closed/);
});

test('closing keeps the process alive until the thread has ended, also while appends are answered', async () => {
  const path = join(temporaryDirectory(), 'ledger.db');
  const ref = vi.spyOn(Worker.prototype, 'ref');
  const unref = vi.spyOn(Worker.prototype, 'unref');
  onTestFinished(() => {
    ref.mockRestore();
    unref.mockRestore();
  });
  const store = openedLog(path);
  const append = store.append('order-a', noStream, [newEvent(1)]);
  await store.close();
  await append;
  expect(ref.mock.invocationCallOrder.at(-1)).toBeGreaterThan(unref.mock.invocationCallOrder.at(-1) ?? 0);
});
