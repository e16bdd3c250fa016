import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { closeInTime } from './close-in-time.ts';

const logged: string[] = [];
const log = (_fields: object, message: string) => void logged.push(message);
const logger = { debug: log, info: log, warn: log, error: log };

beforeEach(() => {
  logged.length = 0;
  vi.useFakeTimers();
});
afterEach(() => vi.useRealTimers());

test('a part that closes is waited for, and nothing is said about it', async () => {
  let isClosed = false;
  await closeInTime(
    'cache',
    async () => {
      isClosed = true;
    },
    logger,
  );
  expect([isClosed, logged, vi.getTimerCount()]).toEqual([true, [], 0]);
});

test('a part that never closes is left as it is, and named', async () => {
  const closing = closeInTime('cache', () => new Promise<never>(() => {}), logger);
  await vi.advanceTimersByTimeAsync(5_000);
  await closing;
  expect(logged).toEqual(['a part did not close in time']);
});

test('a part that fails to close is heard of, and one that is not there is no trouble', async () => {
  await expect(closeInTime('cache', () => Promise.reject(new Error('no')), logger)).rejects.toThrow('no');
  await closeInTime('cache', () => undefined, logger);
});
