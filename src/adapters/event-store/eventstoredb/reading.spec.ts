import { BACKWARDS, END, EventStoreDBClient, jsonEvent, NO_STREAM } from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { expect, onTestFinished, test } from 'vitest';
import { givenEventStore } from '../../../../test/support/event-store-world.ts';
import { newEvent, newEvents, numberOf } from '../../../../test/support/new-events.ts';
import type { EventStoreDouble } from '../../../../test/support/servers/event-store-double.ts';
import { DamagedData } from '../../../domain/kernel/faults.ts';
import { beginning, noStream } from '../../../domain/kernel/log.ts';
import type { EventStore } from '../../../ports/event-store.ts';
import { Connection } from './connection.ts';
import { LogProgress } from './log-progress.ts';
import { LogReader } from './log-reader.ts';
import { safe } from './our-event.ts';
import { WireClient } from './wire-client.ts';

function operator(url: string): EventStoreDBClient {
  const client = EventStoreDBClient.connectionString(url);
  onTestFinished(() => client.dispose());
  return client;
}

async function numbersOf(store: EventStore): Promise<readonly number[]> {
  return (await store.readAll({ after: beginning, countMax: 999 })).map(numberOf);
}

test('only streams of ours are read, whatever else is on the server', async () => {
  const { double, store, open } = await givenEventStore({
    parameters: '&streamPrefix=t1.',
    systemEventEvery: 2,
  });
  const client = operator(double.url);
  const foreign = [
    't1.$order-x',
    't1.order',
    't1.Order-x',
    't1.order-a b',
    't1.order-ä',
    't2.order-a',
    'order-a',
    '$x-a',
  ];
  for (const [index, name] of foreign.entries()) {
    await client.appendToStream(name, jsonEvent({ type: 'Foreign', data: {} }), {
      expectedRevision: NO_STREAM,
    });
    await store.append('order-a', index - 1, [newEvent(index)]);
  }
  await client.setStreamMetadata('t1.order-a', { maxCount: 1_000 });
  const ours = foreign.map((_, index) => index);
  expect(await numbersOf(store)).toEqual(ours);
  for (const countMax of [1, 2, 3])
    expect((await store.readAll({ after: beginning, countMax })).map(numberOf)).toEqual(
      ours.slice(0, countMax),
    );
  const head = await store.head();
  expect(await store.readAll({ after: head, countMax: 9 })).toEqual([]);
  expect((await store.readAll({ before: head + 1, countMax: 3 })).map(numberOf)).toEqual(
    ours.slice(-3).reverse(),
  );
  // Without a prefix, all that is called as ours are.
  const everyone = await open('').readAll({ after: beginning, countMax: 99 });
  expect(everyone.map((event) => event.stream)).toEqual(['order-a']);
  expect(await open('&streamPrefix=t2.').readAll({ after: beginning, countMax: 9 })).toHaveLength(1);
});

test('an event that another program wrote into a stream of ours is read as it is', async () => {
  const { double, store } = await givenEventStore();
  const { id } = await (async () => {
    const event = jsonEvent({ type: 'Ünbekannt', data: { a: [1, 'ä'] }, metadata: { $correlationId: 'x' } });
    await operator(double.url).appendToStream('order-a', event, { expectedRevision: NO_STREAM });
    return event;
  })();
  expect(await store.readStream('order-a', { countMax: 1 })).toMatchObject([
    { eventId: id, type: 'Ünbekannt', data: '{"a":[1,"ä"]}', metadata: '{"$correlationId":"x"}' },
  ]);
});

test('a place where no event begins is no mistake: what lies behind it and before it is found', async () => {
  const { store } = await givenEventStore({ parameters: '&streamPrefix=t1.' });
  for (let number = 0; number < 6; number++)
    await store.append(`order-${number}`, noStream, [newEvent(number)]);
  const log = await store.readAll({ after: beginning, countMax: 9 });
  for (const [index, { position }] of log.entries()) {
    for (const shift of [-37, -1, 0, 1, 37]) {
      const isBehind = (shift >= 0 ? index + 1 : index) as number;
      const after = await store.readAll({ after: position + shift, countMax: 2 });
      expect(after.map(numberOf), `after ${shift}`).toEqual([0, 1, 2, 3, 4, 5].slice(isBehind, isBehind + 2));
      const before = await store.readAll({ before: position + shift, countMax: 2 });
      const isBefore = shift > 0 ? index + 1 : index;
      expect(before.map(numberOf), `before ${shift}`).toEqual(
        [0, 1, 2, 3, 4, 5].slice(Math.max(0, isBefore - 2), isBefore).reverse(),
      );
    }
  }
  expect(await store.readAll({ after: Number.MAX_SAFE_INTEGER - 1, countMax: 1 })).toEqual([]);
  expect(await store.readAll({ before: Number.MAX_SAFE_INTEGER, countMax: 1 })).toMatchObject([newEvent(5)]);
});

test('positions and revisions beyond safe integers are refused, not rounded', () => {
  const event = { stream: 'order-a', type: 'OrderPlaced' };
  expect(safe(Number.MAX_SAFE_INTEGER, event)).toBe(Number.MAX_SAFE_INTEGER);
  expect(() => safe(2 ** 53, event)).toThrow(DamagedData);
  expect(() => safe(2 ** 64, event)).toThrow(/more than can be told apart/);
});

test('a position beyond safe integers stops a reader', async () => {
  const { double, store } = await givenEventStore();
  await store.append('order-a', noStream, [newEvent(1)]);
  Object.assign(recordOf(double, 'order-a'), { position: 2 ** 60, wire: undefined });
  await expect(store.head()).rejects.toBeInstanceOf(DamagedData);
  await expect(store.readStream('order-a', { countMax: 1 })).rejects.toBeInstanceOf(DamagedData);
});

test('where the server leaves nothing out, it is left out here, and a page is as full as it can be', async () => {
  const { double, store } = await givenEventStore({ parameters: '&streamPrefix=t1.' });
  const client = operator(double.url);
  for (let number = 0; number < 30; number++) {
    const foreign = Array.from({ length: 100 }, () => jsonEvent({ type: 'Foreign', data: {} }));
    await client.appendToStream(`other-${number}`, foreign, { expectedRevision: NO_STREAM });
    await store.append('order-a', number - 1, [newEvent(number)]);
  }
  const reader = oldReader(double.url);
  const first = await reader.readAll({ after: beginning, countMax: 25 });
  expect(first.map(numberOf)).toEqual(newEvents(0, 25).map(numberOf));
  const rest = await reader.readAll({ after: first.at(-1)?.position ?? 0, countMax: 25 });
  expect(rest.map(numberOf)).toEqual(newEvents(25, 5).map(numberOf));
  expect(await reader.head()).toBe(await store.head());
  expect((await reader.readAll({ before: await reader.head(), countMax: 28 })).map(numberOf)).toEqual(
    newEvents(1, 28).map(numberOf).reverse(),
  );
});

test('where the server does not say where an event of a stream is, it is not behind the end of the log', async () => {
  const { double, store } = await givenEventStore();
  await store.append('order-a', noStream, [newEvent(1)]);
  await store.append('order-b', noStream, [newEvent(2)]);
  const event = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(newEvent(1).eventId))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from('order-a')))
    .setStreamRevision('0')
    .setCommitPosition('18446744073709551615')
    .setPreparePosition('18446744073709551615');
  const reply = new streams.ReadResp().setEvent(new streams.ReadResp.ReadEvent().setEvent(event));
  Object.assign(recordOf(double, 'order-a'), { wire: Buffer.from(reply.serializeBinary()) });
  expect(await store.readStream('order-a', { countMax: 1 })).toMatchObject([
    { position: await store.head() },
  ]);
});

test('the newest event of anybody is at the end of the log', async () => {
  const { double, store } = await givenEventStore({ parameters: '&streamPrefix=t1.' });
  await store.append('order-a', noStream, [newEvent(1)]);
  const client = operator(double.url);
  await client.appendToStream('other-a', jsonEvent({ type: 'Foreign', data: {} }));
  let end = beginning;
  for await (const { event } of client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 1 }))
    end = Number(event?.position?.commit);
  expect(await oldReader(double.url).end()).toBe(end);
  expect(await store.head()).toBeLessThan(end);
});

function recordOf({ log }: EventStoreDouble, stream: string): object {
  for (let index = 0; ; index++) {
    const record = log.at(index);
    if (record === undefined) throw new Error(`${stream} has no event`);
    if (record.stream === stream) return record;
  }
}

/** A reader for a server of 20.10: one that does not know what it can leave out. */
function oldReader(url: string): LogReader {
  const connection = connectionTo(url);
  connection.abilities = async () => ({ batchAppend: false, filteredReads: false });
  return new LogReader(connection, 't1.', new LogProgress());
}

test('what others have written since is not gone through again and again by who waits for the next event of ours', async () => {
  const { double, store } = await givenEventStore({ parameters: '&streamPrefix=t1.' });
  await store.append('order-a', noStream, [newEvent(1)]);
  const client = operator(double.url);
  const foreign = jsonEvent({ type: 'Foreign', data: {} });
  const { position } = await client.appendToStream('other-a', foreign, { expectedRevision: NO_STREAM });
  const connection = connectionTo(double.url);
  const places = slowed(connection);
  const reader = new LogReader(connection, 't1.', new LogProgress());
  const head = await store.head();
  expect(await reader.head()).toBe(head);
  expect(await reader.head()).toBe(head);
  expect(await reader.readAll({ after: head, countMax: 5 })).toEqual([]);
  const end = Number(position?.commit);
  expect(places).toEqual(['end', end, end]);
  await store.append('order-a', 0, [newEvent(2)]);
  expect(await reader.readAll({ after: head, countMax: 5 })).toMatchObject([newEvent(2)]);
  expect(await reader.head()).toBe(await store.head());
  // Who begins from the beginning still gets everything.
  expect(await reader.readAll({ after: beginning, countMax: 5 })).toMatchObject([newEvent(1), newEvent(2)]);
});

function connectionTo(url: string): Connection {
  const connection = new Connection(
    () => WireClient.connect({ connectionString: url, keepAliveTimeoutMs: 10_000 }),
    { deadlineMs: 2_000, readsFromLeader: true },
  );
  onTestFinished(() => connection.close());
  return connection;
}

/** Where reads with a filter begin, each of which takes as long as one through a large log. */
function slowed(connection: Connection): readonly (number | 'end')[] {
  const places: (number | 'end')[] = [];
  const read = connection.read.bind(connection);
  connection.read = async (request, ...more) => {
    const options = streams.ReadReq.deserializeBinary(request).getOptions();
    if (options?.hasFilter()) {
      const all = options.getAll();
      places.push(all?.hasEnd() ? 'end' : Number(all?.getPosition()?.getCommitPosition() ?? 0));
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
    return read(request, ...more);
  };
  return places;
}
