import { expect, it } from 'vitest';
import { settle } from '../../test/support/http-manual-clock.ts';
import { away, givenWorks, many, work } from '../../test/support/process-runner-world.ts';
import type { Instant } from '../domain/kernel/instant.ts';

it('waits for a store that is away, says so once, and goes on by itself', async () => {
  const { clock, acts, list, logged } = givenWorks([work('a')]);
  list.isAway = true;
  await clock.pass(1);
  const rounds = 30_000;
  await clock.pass(rounds);
  const askedWhileAway = list.asked;
  list.isAway = false;
  await clock.pass(2_000);

  expect(acts.length).toBeGreaterThanOrEqual(1);
  expect(askedWhileAway).toBeLessThan(80);
  expect(logged).toEqual(['process waits for a store', 'process goes on']);
});

it('has one work at a time try a store that acts need, less and less often, and goes on with all when it is back', async () => {
  const { clock, acts, logged, behaviour } = givenWorks(many(200));
  const done = new Set<string>();
  let isAway = true;
  behaviour.act = async ({ id }) => {
    if (isAway) throw away;
    done.add(id);
    return { kind: 'done', position: 11 };
  };
  await clock.pass(60_000);
  expect(acts.length).toBeGreaterThan(64 + 50);
  expect(acts.length).toBeLessThan(64 + 90);
  isAway = false;
  await clock.pass(1_500);

  expect(done.size).toBe(200);
  expect(logged).toEqual(['process waits for a store', 'process goes on']);
});

it('lets nobody wait for a work for which alone a store is away', async () => {
  const { clock, ids, behaviour } = givenWorks([
    ...many(200),
    work('bad', '2025-01-01T00:00:00.000Z' as Instant),
  ]);
  behaviour.act = async ({ id }) => {
    if (id === 'bad') throw away;
    return { kind: 'done', position: 11 };
  };
  await clock.pass(5_000);

  expect(new Set(ids()).size).toBe(201);
  expect(ids().filter((id) => id === 'bad').length).toBeLessThan(10);
});

it('goes on with other works, and tries again, when one throws', async () => {
  const { clock, ids, logged, behaviour } = givenWorks([work('bad'), work('good')]);
  behaviour.act = async ({ id }) => {
    if (id === 'bad') throw new TypeError('no such thing');
    return { kind: 'done', position: 11 };
  };
  await clock.pass(5_000);

  expect(ids().filter((id) => id === 'good')).toHaveLength(1);
  expect(ids().filter((id) => id === 'bad').length).toBeGreaterThan(2);
  expect(ids().filter((id) => id === 'bad').length).toBeLessThan(7);
  expect(logged).toContain('process cannot do a work; it is tried again');
});

it('stops without beginning anything more, and lets what is under way end', async () => {
  const { clock, ids, list, behaviour, runner } = givenWorks([work('a')]);
  let end = () => {};
  behaviour.act = () =>
    new Promise((resolve) => {
      end = () => resolve({ kind: 'done', position: 11 });
    });
  await clock.pass(20);
  let stopped = false;
  void runner.stop().then(() => {
    stopped = true;
  });
  list.works.push(work('b'));
  await clock.pass(1_000);
  expect(stopped).toBe(false);
  end();
  await settle();

  expect(stopped).toBe(true);
  expect(ids()).toEqual(['a']);
});

it('does not wait for ever for what is under way', async () => {
  const { clock, behaviour, runner } = givenWorks([work('a')]);
  behaviour.act = () => new Promise(() => {});
  await clock.pass(20);
  let stopped = false;
  void runner.stop().then(() => {
    stopped = true;
  });
  await clock.pass(3_100);

  expect(stopped).toBe(true);
});
