import { expect, test } from 'vitest';
import { createManualClock, settle } from '../../test/support/http-manual-clock.ts';
import { createMemoryCache } from '../adapters/cache/memory/memory-cache.ts';
import { createLocalFeed } from '../adapters/feed/local-feed.ts';
import { Problem } from '../http/problem.ts';
import type { ReadDocument } from '../ports/read-model.ts';
import { LiveProjection } from './live-projection.ts';

const name = 'order-details';
const waitMsMax = 2_000;

/** A projection over one document, a clock that moves when told, and the news of a projector. */
function given({ fed = true } = {}) {
  const store = {
    body: '{"revision":0}',
    position: 1,
    reads: 0,
    lists: 0,
    asks: 0,
    held: undefined as Promise<void> | undefined,
  };
  const clock = createManualClock();
  const feed = createLocalFeed();
  const cache = createMemoryCache(100);
  const reader = {
    get: async (): Promise<ReadDocument | undefined> => {
      store.reads += 1;
      // What is read is what was there when the reading began, however long it takes.
      const read = store.body === '' ? undefined : { body: store.body, asOf: store.position };
      await store.held;
      return read;
    },
    list: async () => ({ documents: [], asOf: store.position }),
    position: () => {
      store.asks += 1;
      return store.position;
    },
  };
  const live = new LiveProjection(name, 1, reader, {
    cache,
    clock,
    ...(fed && { feed }),
    waitMsMax,
    memoOf: (body) => ({ customerId: 'customer-1', etag: `"${JSON.parse(body).revision}"` }),
  });
  return {
    live,
    store,
    cache,
    /** The projector commits the document at a revision, and says so. */
    commit: (revision: number, position: number, changed: readonly string[] = ['a']) => {
      Object.assign(store, { body: `{"revision":${revision}}`, position });
      feed.publish({ projection: name, position, changed });
    },
    tell: (projection: string, position: number) => feed.publish({ projection, position, changed: ['a'] }),
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      store.held = promise;
      return () => {
        store.held = undefined;
        resolve();
      };
    },
    pass: clock.pass,
  };
}

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

test('a position that was heard of is reached without asking anybody', async () => {
  const { live, commit, store } = given();
  commit(1, 5);
  await live.reach(5);
  expect(store.asks).toBe(0);
});

test('waiting for a position ends with the news of it', async () => {
  const { live, commit } = given();
  let reached = false;
  const waiting = live.reach(3).then(() => {
    reached = true;
  });
  await settle();
  expect(reached).toBe(false);
  commit(1, 3);
  await waiting;
});

test('news of another projection ends no waiting, and forgets nothing', async () => {
  const { live, tell, pass } = given();
  await live.get('a', 0);
  const waiting = live.reach(3).catch((error: unknown) => error);
  tell('stats', 3);
  await pass(waitMsMax + 10);
  expect(await waiting).toBeInstanceOf(Problem);
  expect(await live.get('a', 0)).toMatchObject({ cached: true });
});

test('without news the store is asked again and again', async () => {
  const { live, store, pass } = given({ fed: false });
  const waiting = live.reach(4);
  await pass(50);
  store.position = 4;
  await pass(10);
  await waiting;
});

test('waiting is bounded, and says when to come back', async () => {
  const { live, pass } = given();
  const waiting = live.reach(99).catch((error: unknown) => error);
  await pass(waitMsMax - 10);
  let ended = false;
  void waiting.then(() => {
    ended = true;
  });
  await settle();
  expect(ended).toBe(false);
  await pass(20);
  expect(await waiting).toMatchObject({
    slug: 'projection-behind',
    extras: { headers: { 'retry-after': '1' } },
  });
});

test('an older answer never takes the place of a newer one in the cache', async () => {
  const { live, cache, commit } = given();
  commit(1, 5);
  await live.get('a', 5);
  await cache.setIfNewer(`${name}@1:a`, { body: '{"revision":0}', asOf: 4 });
  expect(await live.get('a', 0)).toMatchObject({ body: '{"revision":1}' });
});

test('a document of another version of the projection is another entry', async () => {
  const { live, cache } = given();
  await cache.setIfNewer(`${name}@2:a`, { body: '{"revision":9}', asOf: 9 });
  expect(await live.get('a', 0)).toMatchObject({ body: '{"revision":0}', cached: false });
});

test('a cache that answers later, and remembers no memo, serves as well', async () => {
  const { live, cache } = given();
  const slow = new LiveProjection(
    name,
    1,
    { get: () => undefined, list: async () => ({ documents: [], asOf: 0 }), position: () => 1 },
    {
      cache: { ...cache, get: async () => ({ body: '{"revision":3}', asOf: 1 }) },
      clock: createManualClock(),
      waitMsMax,
      memoOf: (body) => ({ customerId: undefined, etag: body }),
    },
  );
  expect(await slow.get('a', 1)).toMatchObject({ cached: true, memo: { etag: '{"revision":3}' } });
  expect(await live.list({ equals: {}, orderBy: 'x', countMax: 1 })).toEqual({ documents: [], asOf: 1 });
});
