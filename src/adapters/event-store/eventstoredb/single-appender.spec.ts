import { expect, onTestFinished, test } from 'vitest';
import { givenEventStore } from '../../../../test/support/event-store-world.ts';
import { newEvent } from '../../../../test/support/new-events.ts';
import { startEventStoreDouble } from '../../../../test/support/servers/event-store-double.ts';
import { AppendTooLarge, OutcomeUnknown, StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { noStream } from '../../../domain/kernel/log.ts';
import { BatchAppender } from './batch-appender.ts';
import { Connection } from './connection.ts';
import { WireClient } from './wire-client.ts';
import { wireEventOf } from './wire-event.ts';

/** What a server of 20.10 is asked: it does not know the call for many appends. */
function oldAppender(url: string, deadlineMs = 2_000): BatchAppender {
  const connection = new Connection(
    () => WireClient.connect({ connectionString: url, keepAliveTimeoutMs: 10_000 }),
    { deadlineMs, readsFromLeader: true },
  );
  const check = connection.check.bind(connection);
  connection.check = async () => ({ ...(await check()), batchAppend: false });
  const appender = new BatchAppender(connection, async () => {});
  onTestFinished(async () => {
    await appender.close();
    await connection.close();
  });
  return appender;
}

const append = (stream: string, expected: number, number: number) => ({
  stream,
  expected,
  events: [wireEventOf(newEvent(number))],
});

test('where the server knows no other way each append is a call, and those of a stream keep their order', async () => {
  const { double, store } = await givenEventStore();
  const appender = oldAppender(double.url);
  const numbers = Array.from({ length: 200 }, (_, index) => index);
  const replies = await Promise.all(
    numbers.flatMap((number) =>
      ['order-a', 'order-b'].map((stream) => appender.append(append(stream, number - 1, number))),
    ),
  );
  expect(replies.every(({ kind }) => kind === 'appended')).toBe(true);
  expect(await store.readStream('order-a', { countMax: 999 })).toHaveLength(200);
  expect(await appender.append(append('order-a', 5, 999))).toEqual({ kind: 'conflict', actual: 199 });
  expect(await appender.append(append('order-c', 5, 999))).toEqual({ kind: 'conflict', actual: noStream });
  // Repeated, as the server sees it.
  expect(await appender.append(append('order-a', noStream, 0))).toMatchObject({
    kind: 'appended',
    revision: 0,
  });
});

test('one without an answer has an unknown outcome; what waited for its turn until it was too late was never sent', async () => {
  const { double } = await givenEventStore();
  const appender = oldAppender(double.url, 1_000);
  await appender.append(append('order-a', noStream, 1));
  double.pauseCommits();
  const lost = appender.append(append('order-a', 0, 2));
  const waiting = appender.append(append('order-a', 1, 3));
  await expect(lost).rejects.toBeInstanceOf(OutcomeUnknown);
  await expect(waiting).rejects.toBeInstanceOf(StoreUnavailable);
  double.resumeCommits();
  expect(await appender.append(append('order-a', 1, 4))).toMatchObject({ kind: 'appended', revision: 2 });
});

test('it is refused as in a batch, and finds the leader', async () => {
  const { double } = await givenEventStore();
  const follower = await startEventStoreDouble({ leader: double });
  onTestFinished(() => follower.stop());
  const appender = oldAppender(follower.url);
  expect(await appender.append(append('order-a', noStream, 1))).toMatchObject({ kind: 'appended' });
  const large = wireEventOf(newEvent(2, { data: JSON.stringify('x'.repeat(1_100_000)) }));
  const attempt = appender.append({ stream: 'order-a', expected: 0, events: [large] });
  await expect(attempt).rejects.toBeInstanceOf(AppendTooLarge);
});
