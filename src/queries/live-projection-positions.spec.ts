import { expect, test } from 'vitest';
import { settle } from '../../test/support/http-manual-clock.ts';
import {
  liveProjectionWorld as given,
  projectionName,
  waitMsMax,
} from '../../test/support/live-projection-world.ts';
import { Problem } from '../http/problem.ts';

test('what is cached and new enough is served while the store is away, and nothing else is', async () => {
  const { live, store } = given({ fed: false });
  await live.get('a', 0);
  store.away = true;
  expect(await live.get('a', 1)).toMatchObject({ cached: true, asOf: 1 });
  await expect(live.get('a', 2)).rejects.toThrow('no connection');
  await expect(live.get('b', 0)).rejects.toThrow('no connection');
});

test('what is cached but may have changed is read again, and served all the same while the store is away', async () => {
  const { live, store, cache, pass } = given();
  await live.get('a', 0);
  // News were lost: nobody knows what has changed up to 8.
  void cache.documents(projectionName, 1).published({ from: 8, to: 9, writes: [], forgets: [] });
  store.away = true;
  expect(await live.get('a', 1)).toMatchObject({ body: '{"revision":0}', cached: true, asOf: 1 });
  const { asks, reads } = store;
  expect(await live.get('a', 1)).toMatchObject({ cached: true });
  expect(store).toMatchObject({ asks, reads });
  await expect(live.get('a', 2)).rejects.toThrow('no connection');
  await pass(1_000);
  Object.assign(store, { away: false, body: '{"revision":1}', position: 9 });
  expect(await live.get('a', 1)).toMatchObject({ body: '{"revision":1}', cached: false, asOf: 9 });
});

test('a read that asks for a position waits for it', async () => {
  const { live, store, pass } = given({ fed: false });
  const reading = live.get('a', 4);
  await pass(50);
  Object.assign(store, { body: '{"revision":3}', position: 4 });
  await pass(10);
  expect(await reading).toMatchObject({ body: '{"revision":3}', asOf: 4 });
});

test('however many wait for a position, the store is asked for it once at a time', async () => {
  const { live, store, pass, hold } = given({ fed: false });
  const release = hold();
  const waiting = Promise.all(Array.from({ length: 100 }, () => live.reach(4)));
  await pass(50);
  expect(store.asks).toBe(1);
  store.position = 4;
  release();
  await pass(10);
  await waiting;
  expect(store.asks).toBeLessThan(5);
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
