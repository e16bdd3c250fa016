import { expect, onTestFinished, test } from 'vitest';
import { givenEventStore, givenFaultyEventStore } from '../../../../test/support/event-store-world.ts';
import { newEvent, newEvents } from '../../../../test/support/new-events.ts';
import { eventually } from '../../../../test/support/store-directory.ts';
import { beginning, noStream } from '../../../domain/kernel/log.ts';
import { Connection } from './connection.ts';
import { Doorbell } from './doorbell.ts';
import { LogProgress } from './log-progress.ts';
import { LogReader } from './log-reader.ts';
import { WireClient } from './wire-client.ts';

const timing = { pauseMs: 5, deafMs: 100, silentMs: 60_000, retryMsMax: 100 };

function doorbellAt(url: string, changes: Partial<typeof timing> = {}) {
  const connection = new Connection(
    () => WireClient.connect({ connectionString: url, keepAliveTimeoutMs: 10_000 }),
    { deadlineMs: 300, readsFromLeader: true },
  );
  const progress = new LogProgress();
  const doorbell = new Doorbell(connection, new LogReader(connection, '', progress), progress, {
    ...timing,
    ...changes,
  });
  onTestFinished(async () => {
    doorbell.close();
    await connection.close();
  });
  let opened = 0;
  const openRead = connection.openRead.bind(connection);
  connection.openRead = (...read) => {
    opened += 1;
    return openRead(...read);
  };
  return { doorbell, progress, subscriptions: () => opened };
}

test('an append by another process is heard soon, and one after another', async () => {
  const { store, open } = await givenEventStore();
  const listener = open();
  let heard = beginning;
  listener.onAppended(() => {
    listener.head().then((head) => {
      heard = head;
    }, failed);
  });
  for (let number = 0; number < 30; number++) {
    await store.append(`order-${number}`, noStream, [newEvent(number)]);
    const head = await store.head();
    await eventually('the append to be heard', () => heard === head, 2_000);
  }
});

test('a busy log is heard forty times a second and no more, and its last event is heard too', async () => {
  const { store, open } = await givenEventStore({ parameters: '&deadlineMs=20000' });
  const listener = open();
  let rings = 0;
  let heard = beginning;
  listener.onAppended(() => {
    rings += 1;
    listener.head().then((head) => {
      heard = head;
    }, failed);
  });
  const startedMs = performance.now();
  for (let burst = 0; burst < 20; burst++)
    await Promise.all(
      newEvents(0, 50).map((event, index) => store.append(`order-${burst}.${index}`, noStream, [event])),
    );
  const tookMs = performance.now() - startedMs;
  const head = await store.head();
  await eventually('the last event to be heard', () => heard === head);
  expect(rings).toBeLessThanOrEqual((tookMs / 1_000) * 40 + 20);
});

test('nobody subscribes while nobody listens', async () => {
  const { double, store } = await givenEventStore();
  const { doorbell, subscriptions } = doorbellAt(double.url);
  const stop = doorbell.listen(() => {});
  await eventually('a subscription', () => subscriptions() === 1);
  stop();
  await store.append('order-a', noStream, [newEvent(1)]);
  await store.append('order-a', 0, [newEvent(2)]);
  expect(subscriptions()).toBe(1);
  let rings = 0;
  doorbell.listen(() => rings++);
  await eventually('a ring for what was missed', () => rings > 0);
});

test('a subscription that has not told what was seen elsewhere is renewed', async () => {
  const { double } = await givenEventStore();
  const { doorbell, progress, subscriptions } = doorbellAt(double.url);
  let rings = 0;
  doorbell.listen(() => rings++);
  await eventually('the first ring', () => rings > 0 && subscriptions() === 1);
  const before = rings;
  // Another call has read an event that no subscription tells of.
  progress.see(double.log.at(double.log.committed - 1)?.position ?? 0);
  await eventually('a ring', () => rings > before);
  await eventually('another subscription', () => subscriptions() === 2);
});

test('a subscription on which nothing comes is renewed', async () => {
  const { double } = await givenEventStore();
  const { doorbell, subscriptions } = doorbellAt(double.url, { silentMs: 50 });
  doorbell.listen(() => {});
  await eventually('several subscriptions', () => subscriptions() > 3);
});

test('where the server does not answer, it is tried again until it does, and then rings for what may have been missed', async () => {
  const { double, store, proxy } = await givenFaultyEventStore();
  await proxy.suffer({ kind: 'blackhole', ending: 'silent' });
  const { doorbell, subscriptions } = doorbellAt(`esdb://127.0.0.1:${proxy.port}?tls=false`);
  let rings = 0;
  doorbell.listen(() => rings++);
  await eventually('another attempt', () => subscriptions() > 1);
  expect(rings).toBe(0);
  await proxy.heal();
  await eventually('a ring', () => rings > 0);
  const before = rings;
  await store.append('order-a', noStream, [newEvent(1)]);
  await eventually('a ring for the append', () => rings > before);
  expect(double.log.committed).toBeGreaterThan(0);
});

test('a listener that is given twice is two', async () => {
  const { store } = await givenEventStore();
  let rings = 0;
  const listener = () => rings++;
  const stops = [store.onAppended(listener), store.onAppended(listener)];
  stops[0]?.();
  await store.append('order-a', noStream, [newEvent(1)]);
  await eventually('a ring', () => rings > 0);
  stops[1]?.();
});

function failed(error: unknown): void {
  expect(error).toBeUndefined();
}
