import { expect, test } from 'vitest';
import { StoreUnavailable } from '../domain/kernel/faults.ts';
import { Traffic } from './traffic.ts';

const trip = { stream: 'order-1', commandId: 'a', content: 'x' } as const;
const same = { lasts: () => true, joined: (answer: string) => `${answer} again` };

/** Work that ends when it is told to. */
function heldWork(answer: string) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const started: string[] = [];
  const work = () => {
    started.push(answer);
    return promise;
  };
  return { work, started, finish: () => resolve(answer), fail: (error: Error) => reject(error) };
}

async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test('a second identical command joins the first and is told that it did', async () => {
  const traffic = new Traffic<string>(10);
  const held = heldWork('done');
  const both = [traffic.run(trip, held.work, same), traffic.run(trip, held.work, same)];
  held.finish();
  expect(await Promise.all(both)).toEqual(['done', 'done again']);
  expect(held.started).toHaveLength(1);
});

test('an answer that may have changed is not shared with those who came later: they share one more run', async () => {
  const traffic = new Traffic<string>(10);
  const [first, second] = [heldWork('not there'), heldWork('done')];
  const works = [first.work, second.work, second.work];
  const fleeting = { ...same, lasts: () => false };
  const landed = works.map((work) => traffic.run(trip, work, fleeting));
  first.finish();
  await settle();
  second.finish();
  expect(await Promise.all(landed)).toEqual(['not there', 'done', 'done again']);
  expect(second.started).toHaveLength(1);
});

test('whoever joins a command that fails, fails with it', async () => {
  const traffic = new Traffic<string>(10);
  const held = heldWork('done');
  const both = [traffic.run(trip, held.work, same), traffic.run(trip, held.work, same)];
  held.fail(new Error('no'));
  const results = await Promise.allSettled(both);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

test('a command that has ended is not joined any more', async () => {
  const traffic = new Traffic<string>(10);
  expect(await traffic.run(trip, async () => 'first', same)).toBe('first');
  expect(await traffic.run(trip, async () => 'second', same)).toBe('second');
});

test('one id with other content waits for the first and is carried out by itself', async () => {
  const traffic = new Traffic<string>(10);
  const [first, second] = [heldWork('first'), heldWork('second')];
  const landed = [
    traffic.run(trip, first.work, same),
    traffic.run({ ...trip, content: 'y' }, second.work, same),
  ];
  await settle();
  expect(second.started).toHaveLength(0);
  first.fail(new Error('no'));
  second.finish();
  const results = await Promise.allSettled(landed);
  expect(results[1]).toEqual({ status: 'fulfilled', value: 'second' });
});

test('one id with other content waits for the first, although neither waits for a stream', async () => {
  const traffic = new Traffic<string>(10);
  const creating = { ...trip, stream: undefined };
  const [first, second] = [heldWork('first'), heldWork('second')];
  const landed = [
    traffic.run(creating, first.work, same),
    traffic.run({ ...creating, content: 'y' }, second.work, same),
  ];
  await settle();
  expect(second.started).toHaveLength(0);
  first.finish();
  second.finish();
  expect(await Promise.all(landed)).toEqual(['first', 'second']);
});

test('a command that comes when the first of two has ended waits for the second', async () => {
  const traffic = new Traffic<string>(10);
  const [first, second, third] = [heldWork('first'), heldWork('second'), heldWork('third')];
  const landed = [
    traffic.run(trip, first.work, same),
    traffic.run({ ...trip, commandId: 'b' }, second.work, same),
  ];
  first.finish();
  await settle();
  landed.push(traffic.run({ ...trip, commandId: 'c' }, third.work, same));
  await settle();
  expect(second.started).toHaveLength(1);
  expect(third.started).toHaveLength(0);
  second.finish();
  third.finish();
  expect(await Promise.all(landed)).toEqual(['first', 'second', 'third']);
});

test('commands on one stream run one after another, also past one that fails', async () => {
  const traffic = new Traffic<string>(10);
  const [first, second] = [heldWork('first'), heldWork('second')];
  const landed = [
    traffic.run(trip, first.work, same),
    traffic.run({ ...trip, commandId: 'b' }, second.work, same),
  ];
  await settle();
  expect(second.started).toHaveLength(0);
  first.fail(new Error('no'));
  await settle();
  expect(second.started).toHaveLength(1);
  second.finish();
  await Promise.allSettled(landed);
});

test('commands on different streams, and those that create one, do not wait for each other', async () => {
  const traffic = new Traffic<string>(10);
  const held = [heldWork('one'), heldWork('two'), heldWork('three'), heldWork('four')];
  const streams = ['order-1', 'order-2', undefined, undefined];
  const landed = held.map(({ work }, index) =>
    traffic.run({ stream: streams[index], commandId: `c${index}`, content: 'x' }, work, same),
  );
  await settle();
  expect(held.map(({ started }) => started.length)).toEqual([1, 1, 1, 1]);
  for (const { finish } of held) finish();
  await Promise.all(landed);
});

test('a stream that too many wait for turns more away, and takes them again once it is free', async () => {
  const traffic = new Traffic<string>(2);
  const [first, second] = [heldWork('first'), heldWork('second')];
  const landed = [
    traffic.run(trip, first.work, same),
    traffic.run({ ...trip, commandId: 'b' }, second.work, same),
  ];
  const third = { ...trip, commandId: 'c' };
  await expect(traffic.run(third, async () => 'third', same)).rejects.toBeInstanceOf(StoreUnavailable);
  first.finish();
  second.finish();
  await Promise.all(landed);
  expect(await traffic.run(third, async () => 'third', same)).toBe('third');
});
