import { expect, test } from 'vitest';
import { createManualClock } from '../../test/support/http-manual-clock.ts';
import {
  liveProjectionWorld as given,
  projectionName as name,
  waitMsMax,
} from '../../test/support/live-projection-world.ts';
import { LiveProjection } from './live-projection.ts';

test('the first read comes from the store, the next from the cache', async () => {
  const { live, store } = given();
  expect(await live.get('a', 0)).toMatchObject({
    body: '{"revision":0}',
    asOf: 1,
    cached: false,
    memo: { etag: '"0"' },
  });
  expect(live.get('a', 0)).toMatchObject({ body: '{"revision":0}', cached: true, memo: { etag: '"0"' } });
  expect(store.reads).toBe(1);
});

test('a change makes the cache forget just what has changed', async () => {
  const { live, commit, store } = given();
  await live.get('a', 0);
  await live.get('b', 0);
  commit(1, 2, ['a']);
  expect(await live.get('a', 0)).toMatchObject({ body: '{"revision":1}', asOf: 2, cached: false });
  expect(await live.get('b', 0)).toMatchObject({ cached: true });
  expect(store.reads).toBe(3);
});

test('what was not called changed holds for everything that was heard of', async () => {
  const { live, commit } = given();
  await live.get('b', 0);
  commit(1, 7, ['a']);
  expect(await live.get('b', 7)).toMatchObject({ asOf: 7, cached: true });
});

test('a cached document that is older than asked for is not what is answered', async () => {
  const { live, store } = given({ fed: false });
  await live.get('a', 0);
  Object.assign(store, { body: '{"revision":1}', position: 5 });
  expect(await live.get('a', 0)).toMatchObject({ cached: true, asOf: 1 });
  expect(await live.get('a', 5)).toMatchObject({ body: '{"revision":1}', cached: false, asOf: 5 });
  expect(await live.get('a', 5)).toMatchObject({ cached: true });
});

test('a read that was overtaken by a change answers, and is not kept', async () => {
  const { live, commit, hold } = given();
  const release = hold();
  const reading = live.get('a', 0);
  commit(1, 2);
  release();
  expect(await reading).toMatchObject({ body: '{"revision":0}', asOf: 1 });
  expect(await live.get('a', 0)).toMatchObject({ body: '{"revision":1}', cached: false });
});

test('who asks for something newer than the read under way gets a read of its own', async () => {
  const { live, commit, hold } = given();
  const release = hold();
  const early = live.get('a', 0);
  commit(1, 2);
  const late = live.get('a', 2);
  release();
  expect((await early)?.body).toBe('{"revision":0}');
  expect(await late).toMatchObject({ body: '{"revision":1}', asOf: 2 });
});

test('however many ask at once, the store is asked once', async () => {
  const { live, store, hold } = given();
  const release = hold();
  const reads = Array.from({ length: 100 }, () => live.get('a', 0));
  release();
  expect(new Set((await Promise.all(reads)).map((document) => document?.body)).size).toBe(1);
  expect(store.reads).toBe(1);
});

test('what is not there is not kept: it may come to be', async () => {
  const { live, store, commit } = given();
  store.body = '';
  expect(await live.get('a', 0)).toBeUndefined();
  commit(0, 2);
  expect(await live.get('a', 2)).toMatchObject({ body: '{"revision":0}' });
});

test('a read that fails fails for those who waited for it, and is tried again by the next', async () => {
  const { live, store } = given();
  store.held = Promise.reject(new Error('no connection'));
  const both = [live.get('a', 0), live.get('a', 0)];
  const results = await Promise.allSettled(both);
  expect(results.every(({ status }) => status === 'rejected')).toBe(true);
  store.held = undefined;
  expect(await live.get('a', 0)).toMatchObject({ body: '{"revision":0}' });
});

test('an older answer never takes the place of a newer one in the cache', async () => {
  const { live, cache, commit } = given();
  commit(1, 5);
  await live.get('a', 5);
  await cache.documents(name, 1).fill('a', { body: '{"revision":0}', asOf: 4 });
  expect(await live.get('a', 0)).toMatchObject({ body: '{"revision":1}' });
});

test('a document of another version of the projection is another entry', async () => {
  const { live, cache } = given();
  await cache.documents(name, 2).fill('a', { body: '{"revision":9}', asOf: 9 });
  expect(await live.get('a', 0)).toMatchObject({ body: '{"revision":0}', cached: false });
});

test('a cache that answers later, and remembers no memo, serves as well', async () => {
  const { live, cache } = given();
  const slow = new LiveProjection(
    name,
    1,
    { get: () => undefined, list: async () => ({ documents: [], asOf: 0 }), position: () => 1 },
    {
      cache: {
        ...cache,
        documents: (...of) => ({
          ...cache.documents(...of),
          get: async () => ({ body: '{"revision":3}', asOf: 1, isCurrent: true }),
        }),
      },
      clock: createManualClock(),
      waitMsMax,
      memoOf: (body) => ({ customerId: undefined, etag: body }),
    },
  );
  expect(await slow.get('a', 1)).toMatchObject({ cached: true, memo: { etag: '{"revision":3}' } });
  expect(await live.list({ equals: {}, orderBy: 'x', countMax: 1 })).toEqual({ documents: [], asOf: 1 });
});
