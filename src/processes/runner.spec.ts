import { expect, it } from 'vitest';
import { dueIn, givenWorks, many, work } from '../../test/support/process-runner-world.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import { actsMax } from './runner.ts';

it('acts on what is due, the most urgent first, and on nothing else', async () => {
  const { clock, ids } = givenWorks([
    { id: 'remembered' },
    work('second', '2026-01-02T00:00:00.000Z' as Instant),
    work('first'),
    work('tomorrow', '2026-02-01T00:00:00.000Z' as Instant),
  ]);
  await clock.pass(2_000);

  expect(ids()).toEqual(['first', 'second']);
});

it('acts when it is due, without being told', async () => {
  const { clock, acts, list } = givenWorks([]);
  await clock.pass(1_000);
  list.works.push(work('later', dueIn(clock, 1_300)));
  await clock.pass(2_000);

  expect(acts).toHaveLength(1);
  expect(acts[0]?.atMs).toBeGreaterThanOrEqual(2_300);
  expect(acts[0]?.atMs).toBeLessThanOrEqual(2_330);
});

it('acts at once when there is news, and within half a second where the news was missed', async () => {
  const { clock, acts, list, ring } = givenWorks([]);
  await clock.pass(2_000);
  list.works.push(work('heard of'));
  ring();
  await clock.pass(20);
  expect(acts).toHaveLength(1);

  await clock.pass(5_000);
  list.works.push(work('not heard of'));
  const sinceMs = clock.monotonicMs();
  await clock.pass(600);
  expect(acts.at(-1)).toMatchObject({ id: 'not heard of' });
  expect((acts.at(-1)?.atMs ?? 0) - sinceMs).toBeLessThanOrEqual(515);
});

it('does not act on a stale document again, and acts on it when the list has caught up', async () => {
  const { clock, ids, list, behaviour } = givenWorks([work('a')]);
  behaviour.act = async () => ({ kind: 'done', position: 12 });
  await clock.pass(5_000);
  expect(ids()).toEqual(['a']);
  list.asOf = 11;
  await clock.pass(5_000);
  expect(ids()).toEqual(['a']);
  list.asOf = 12;
  behaviour.act = async () => ({ kind: 'done', position: 20 });
  await clock.pass(600);
  expect(ids()).toEqual(['a', 'a']);
});

it('leaves a work alone for longer and longer of which nothing comes, and says so', async () => {
  const { clock, acts, logged, behaviour } = givenWorks([work('a')]);
  behaviour.act = async () => ({ kind: 'done', position: 10 });
  await clock.pass(10_000);

  expect(acts.length).toBeGreaterThan(2);
  expect(acts.length).toBeLessThan(8);
  expect(logged[0]).toContain('nothing came of a work');
});

it('leaves alone for as long as the process says', async () => {
  const { clock, acts, behaviour } = givenWorks([work('a')]);
  behaviour.act = async () => ({ kind: 'later', afterMs: 3_000 });
  await clock.pass(7_000);

  expect(acts.map(({ atMs }) => Math.floor(atMs / 1_000))).toEqual([0, 3, 6]);
});

it('does not wait for one work to do another, however many of them never end', async () => {
  const { clock, acts, behaviour, ids } = givenWorks(many(actsMax + 300));
  let end = () => {};
  behaviour.act = ({ id }) =>
    id === 'w-0000'
      ? new Promise((resolve) => {
          end = () => resolve({ kind: 'done', position: 11 });
        })
      : Promise.resolve({ kind: 'done', position: 11 });
  await clock.pass(3_000);
  expect(acts).toHaveLength(actsMax + 300);
  expect(ids().filter((id) => id === 'w-0000')).toHaveLength(1);
  end();
});

it('has no more acts under way than may be, never two on one document', async () => {
  const { clock, behaviour, ids } = givenWorks(many(actsMax * 3));
  const ends: (() => void)[] = [];
  let under = 0;
  let most = 0;
  behaviour.act = async () => {
    under += 1;
    most = Math.max(most, under);
    await new Promise<void>((resolve) => void ends.push(resolve));
    under -= 1;
    return { kind: 'done', position: 11 };
  };
  for (let round = 0; round < 6; round++) {
    await clock.pass(100);
    for (const end of ends.splice(0)) end();
  }

  expect(most).toBe(actsMax);
  expect(ids()).toHaveLength(actsMax * 3);
  expect(new Set(ids()).size).toBe(actsMax * 3);
});

it('looks past works that are set aside, however many there are', async () => {
  const { clock, behaviour, ids, list } = givenWorks(many(400));
  behaviour.act = async ({ id }) =>
    id === 'z' ? { kind: 'done', position: 11 } : { kind: 'later', afterMs: 600_000 };
  await clock.pass(3_000);
  list.works.push(work('z', '2026-01-03T00:00:00.000Z' as Instant));
  await clock.pass(1_000);

  expect(ids().at(-1)).toBe('z');
  expect(ids()).toHaveLength(401);
});

it('is polite to another that works on the same list for as long as there is one: it waits a moment first', async () => {
  const { clock, acts, list, behaviour, ring } = givenWorks([work('a')], { fraction: 0.9 });
  const afterMs = async (id: string) => {
    const sinceMs = clock.monotonicMs();
    list.works = [work(id)];
    ring();
    await clock.pass(400);
    return (acts.find((act) => act.id === id)?.atMs ?? Number.NaN) - sinceMs;
  };
  behaviour.act = async () => ({ kind: 'done', position: 11, byAnother: true });
  await clock.pass(400);
  expect(await afterMs('b')).toBeGreaterThanOrEqual(180);

  behaviour.act = async () => ({ kind: 'done', position: 11 });
  expect(await afterMs('c')).toBeGreaterThanOrEqual(180);
  clock.jump(30_000);
  expect(await afterMs('d')).toBeLessThanOrEqual(20);
});
