import { expect, test } from 'vitest';
import { givenEventStore, givenFaultyEventStore } from '../../../../test/support/event-store-world.ts';
import { newEvent, newEvents } from '../../../../test/support/new-events.ts';
import { closedAfterwards, eventually } from '../../../../test/support/store-directory.ts';
import { OutcomeUnknown, StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { beginning, noStream } from '../../../domain/kernel/log.ts';
import type { EventStore } from '../../../ports/event-store.ts';
import { openEventStoreDb } from './eventstoredb-event-store.ts';

async function answers(store: EventStore): Promise<boolean> {
  return store.head().then(
    () => true,
    () => false,
  );
}

test('a store is opened while the server is away, says so, and works when it comes', async () => {
  const { double, store } = await givenEventStore();
  await double.kill();
  await expect(store.head()).rejects.toBeInstanceOf(StoreUnavailable);
  const attempt = store.append('order-a', noStream, [newEvent(1)]);
  await expect(attempt).rejects.toBeInstanceOf(StoreUnavailable);
  await expect(attempt).rejects.toMatchObject({ remedy: expect.stringContaining('EVENT_STORE') });
  await double.start();
  await eventually('the server to be found', () => answers(store), 5_000);
  expect(await store.append('order-a', noStream, [newEvent(1)])).toMatchObject({
    revision: 0,
    repeated: false,
  });
});

test('a server that is killed under load leaves unknown outcomes, and sending all of them again loses and doubles nothing', async () => {
  const { double, store } = await givenEventStore();
  double.delayCommits(20);
  await store.append('order-a', noStream, [newEvent(1)]);
  const streams = Array.from({ length: 64 }, (_, index) => `order-b${index}`);
  const append = (stream: string) => store.append(stream, noStream, newEvents(10, 2));
  const attempts = streams.map((stream) => append(stream).catch((error: unknown) => error));
  await eventually('some to be written', () => double.log.length > double.log.committed);
  await double.kill({ committedYet: 1 });
  for (const outcome of await Promise.all(attempts)) expect(outcome).toBeInstanceOf(OutcomeUnknown);
  await double.start();
  await eventually('the server to be found', () => answers(store), 5_000);
  for (const outcome of await Promise.all(streams.map(append)))
    expect(outcome).toMatchObject({ revision: 1 });
  expect(await store.readAll({ after: beginning, countMax: 999 })).toHaveLength(1 + 2 * 64);
});

test('a server that refuses for long is found again as soon as it is back', async () => {
  const { store, proxy } = await givenFaultyEventStore();
  await store.append('order-a', noStream, [newEvent(1)]);
  await proxy.suffer({ kind: 'refuse' });
  const untilMs = performance.now() + 3_000;
  // By itself gRPC would wait longer and longer between attempts.
  while (performance.now() < untilMs) expect(await answers(store)).toBe(false);
  await proxy.heal();
  await eventually('the server to be found', () => answers(store), 3_000);
  expect(await store.append('order-a', 0, [newEvent(2)])).toMatchObject({ revision: 1 });
});

test.each(['silent', 'reset', 'late'] as const)(
  'a connection on which nothing arrives is noticed by the deadline, and one that works is made after it (%s)',
  async (ending) => {
    const { store, proxy } = await givenFaultyEventStore();
    await store.append('order-a', noStream, [newEvent(1)]);
    await proxy.suffer({ kind: 'blackhole', ending });
    const startedMs = performance.now();
    const append = store.append('order-a', 0, [newEvent(2)]);
    await expect(append).rejects.toBeInstanceOf(OutcomeUnknown);
    await expect(store.readStream('order-a', { countMax: 1 })).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(store.head()).rejects.toBeInstanceOf(StoreUnavailable);
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    await proxy.heal();
    await eventually('an answer', () => answers(store), 5_000);
    expect(await store.append('order-a', 0, [newEvent(2)])).toMatchObject({ revision: 1 });
    expect(await store.readStream('order-a', { countMax: 9 })).toHaveLength(2);
  },
);

test('the bell goes on ringing after the connection was lost', async () => {
  const { double, store, open } = await givenEventStore();
  const listener = open();
  let rings = 0;
  listener.onAppended(() => rings++);
  await store.append('order-a', noStream, [newEvent(1)]);
  await eventually('a ring', () => rings > 0);
  await double.kill();
  await double.start();
  await eventually('the server to be found', () => answers(store), 5_000);
  const before = rings;
  await store.append('order-a', 0, [newEvent(2)]);
  await eventually('a ring after it', () => rings > before, 5_000);
});

test('what goes wrong is told without the password in the URL', async () => {
  const { double } = await givenEventStore();
  await double.kill();
  const url = double.url.replace('esdb://', 'esdb://user:geheim@');
  const store = closedAfterwards(openEventStoreDb({ url }));
  const error = await store.head().catch((fault: unknown) => fault);
  expect(error).toBeInstanceOf(StoreUnavailable);
  expect(String(error)).not.toContain('geheim');
});
