import { EventStoreDBClient } from '@eventstore/db-client';
import { expect, onTestFinished, test, vi } from 'vitest';
import { givenEventStore } from '../../../../test/support/event-store-world.ts';
import { newEvent, newEvents } from '../../../../test/support/new-events.ts';
import {
  AppendTooLarge,
  DamagedData,
  OutcomeUnknown,
  StoreUnavailable,
  StreamGone,
} from '../../../domain/kernel/faults.ts';
import { noStream } from '../../../domain/kernel/log.ts';
import { ProtobufReader } from './protobuf-reader.ts';

function operator(url: string): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(url);
  onTestFinished(() => client.dispose());
  return client;
}

test('an append that is committed and never answered has an unknown outcome after its deadline, and is found by reading', async () => {
  const { double, store } = await givenEventStore({ parameters: '&deadlineMs=1000' });
  await store.append('order-a', noStream, [newEvent(1)]);
  double.dropNextReplies(1);
  const lost = store.append('order-a', 0, [newEvent(2)]);
  await expect(lost).rejects.toBeInstanceOf(OutcomeUnknown);
  await expect(lost).rejects.toThrow('append to order-a: no answer within 1000 ms');
  expect(await store.readStream('order-a', { countMax: 9 })).toMatchObject([newEvent(1), newEvent(2)]);
  expect(await store.append('order-a', 0, [newEvent(2)])).toMatchObject({ revision: 1, repeated: true });
});

test('an answer that comes after the deadline is let go by, and what is appended next gets its own', async () => {
  const { double, store } = await givenEventStore({ parameters: '&deadlineMs=1000' });
  await store.append('order-a', noStream, [newEvent(1)]);
  double.pauseCommits();
  const late = store.append('order-a', 0, [newEvent(2)]);
  // Answered at once, so that the call is known to be alive and stays open.
  expect(await store.append('order-a', 9, [newEvent(9)])).toMatchObject({ status: 'conflict' });
  await expect(late).rejects.toBeInstanceOf(OutcomeUnknown);
  double.resumeCommits();
  expect(await store.append('order-b', noStream, [newEvent(3)])).toMatchObject({ revision: 0 });
  expect(await store.append('order-a', 1, [newEvent(4)])).toMatchObject({ revision: 2, repeated: false });
});

test('one append without an answer leaves the others alone', async () => {
  const { double, store } = await givenEventStore({ parameters: '&deadlineMs=1000' });
  await store.append('order-a', noStream, [newEvent(1)]);
  double.dropNextReplies(1);
  const lost = store.append('order-a', 0, [newEvent(2)]).catch((error: unknown) => error);
  for (let number = 0; number < 50; number++)
    expect(await store.append(`order-b${number}`, noStream, [newEvent(3)])).toMatchObject({ revision: 0 });
  expect(await lost).toBeInstanceOf(OutcomeUnknown);
  expect(await store.append('order-a', 1, [newEvent(4)])).toMatchObject({ revision: 2 });
});

test('identical appends under way are one: the server answers only the first of them', async () => {
  const { double, store, open } = await givenEventStore({ parameters: '&deadlineMs=1000' });
  double.delayCommits(50);
  const answers = await Promise.all([1, 2, 3].map(() => store.append('order-a', noStream, newEvents(1, 2))));
  expect(answers.map((answer) => answer.status === 'appended' && answer.repeated)).toEqual([
    false,
    true,
    true,
  ]);
  // What they are joined for: from another process it is left without an answer.
  const others = [store, open()].map((each) => each.append('order-b', noStream, [newEvent(3)]));
  const outcomes = (await Promise.allSettled(others)).map(({ status }) => status);
  expect(outcomes.toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('the same ids with other content, from another process, are never told that they were written', async () => {
  const { store, open } = await givenEventStore();
  const other = open();
  // It knows the log as it was before the first of them.
  await other.append('order-b', noStream, [newEvent(9)]);
  const first = newEvent(1);
  const second = newEvent(1, { data: '{"note":"other"}', metadata: '{"fingerprint":"other"}' });
  const written = await store.append('order-a', noStream, [first]);
  expect(await other.append('order-a', noStream, [second])).toEqual({ ...written, repeated: true });
  expect(await other.readStream('order-a', { countMax: 9 })).toMatchObject([first]);
});

test('of the same ids with different content at the same moment one is written, and the other is told of a repetition', async () => {
  const { store, open } = await givenEventStore();
  const handles = [store, open()];
  for (let number = 1; number <= 20; number++) {
    const stream = `order-${number}`;
    const answers = await Promise.all(
      handles.map((handle, index) =>
        handle.append(stream, noStream, [newEvent(number, { data: JSON.stringify({ by: index }) })]),
      ),
    );
    const writer = answers.findIndex((answer) => answer.status === 'appended' && !answer.repeated);
    expect(answers[1 - writer]).toEqual({ ...answers[writer], repeated: true });
    const [stored] = await store.readStream(stream, { countMax: 9 });
    expect(stored?.data).toBe(JSON.stringify({ by: writer }));
  }
});

test('an append that is larger than the server takes is refused as that, whether the server says so or we', async () => {
  const { store } = await givenEventStore();
  for (const characters of [1_100_000, 5_000_000]) {
    const event = newEvent(1, { data: JSON.stringify('x'.repeat(characters)) });
    await expect(store.append('order-a', noStream, [event])).rejects.toBeInstanceOf(AppendTooLarge);
  }
  expect(await store.readStream('order-a', { countMax: 1 })).toEqual([]);
  expect(await store.append('order-a', noStream, [newEvent(2)])).toMatchObject({ revision: 0 });
});

test('a stream that was deleted for ever is gone, to those who append and to those who read', async () => {
  const { double, store } = await givenEventStore({ parameters: '&streamPrefix=t1.' });
  await store.append('order-a', noStream, [newEvent(1)]);
  await operator(double.url).tombstoneStream('t1.order-a');
  await expect(store.append('order-a', 0, [newEvent(2)])).rejects.toBeInstanceOf(StreamGone);
  await expect(store.readStream('order-a', { countMax: 1 })).rejects.toBeInstanceOf(StreamGone);
  expect(await store.append('order-b', noStream, [newEvent(3)])).toMatchObject({ revision: 0 });
});

test('a stream whose events were hidden is not taken for a new one in silence', async () => {
  const { double, store } = await givenEventStore();
  await store.append('order-a', noStream, newEvents(1, 2));
  await operator(double.url).deleteStream('order-a');
  const again = store.append('order-a', noStream, [newEvent(3)]);
  await expect(again).rejects.toBeInstanceOf(DamagedData);
  await expect(again).rejects.toThrow(/Remove \$tb/);
});

test('without the right to append nothing is sent', async () => {
  const { double, open } = await givenEventStore();
  const reader = open('', true);
  await double.stop();
  const attempt = reader.append('order-a', noStream, [newEvent(1)]);
  await expect(attempt).rejects.toThrow('was opened without the right to append');
  await expect(attempt).rejects.toBeInstanceOf(StoreUnavailable);
});

test('closing waits for what is under way, and answers it', async () => {
  const { double, store } = await givenEventStore();
  double.delayCommits(100);
  const answers = newEvents(1, 20).map((event, index) => store.append(`order-${index}`, noStream, [event]));
  await store.close();
  expect(await Promise.all(answers)).toMatchObject(Array(20).fill({ status: 'appended', revision: 0 }));
});

test('closing does not wait longer than a deadline for a server that says nothing', async () => {
  const { double, store } = await givenEventStore({ parameters: '&deadlineMs=1000' });
  await store.append('order-a', noStream, [newEvent(1)]);
  double.pauseCommits();
  const waiting = store.append('order-a', 0, [newEvent(2)]).catch((error: unknown) => error);
  const startedMs = performance.now();
  await store.close();
  expect(performance.now() - startedMs).toBeLessThan(3_000);
  expect(await waiting).toBeInstanceOf(OutcomeUnknown);
});

test('events are JSON in the store, as its own tools show them', async () => {
  const { double, store } = await givenEventStore({ parameters: '&streamPrefix=t1.' });
  await store.append('order-a', noStream, [newEvent(1)]);
  const found: unknown[] = [];
  for await (const { event } of operator(double.url).readStream('t1.order-a')) found.push(event);
  const metadata = { eventId: newEvent(1).eventId, ...JSON.parse(newEvent(1).metadata) };
  expect(found).toMatchObject([{ isJson: true, type: 'OrderNoteAdded', data: { note: 'note 1' }, metadata }]);
});

test('a reply that is none leaves the outcomes unknown, and the process alive', async () => {
  const { double, store } = await givenEventStore();
  await store.append('order-a', noStream, [newEvent(1)]);
  double.pauseCommits();
  const read = vi.spyOn(ProtobufReader.prototype, 'varint').mockImplementationOnce(() => {
    throw new RangeError('a message ends before it should');
  });
  const waiting = [
    store.append('order-b', noStream, [newEvent(2)]),
    store.append('order-a', 9, [newEvent(3)]),
  ];
  for (const { reason } of (await Promise.allSettled(waiting)) as PromiseRejectedResult[])
    expect(reason).toBeInstanceOf(OutcomeUnknown);
  read.mockRestore();
  double.resumeCommits();
  expect(await store.append('order-a', 0, [newEvent(4)])).toMatchObject({ revision: 1 });
});
