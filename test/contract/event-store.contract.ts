import { describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/domain/kernel/faults.ts';
import { noStream } from '../../src/domain/kernel/log.ts';
import { newEvent, newEvents } from '../support/new-events.ts';
import { closedAfterwards, eventually } from '../support/store-directory.ts';
import { testIf } from '../support/store-rows.ts';
import { concurrencyContract } from './event-store-concurrency.contract.ts';
import { type EventStoreHarness, everything, positionOf } from './event-store-harness.ts';
import { idempotencyContract } from './event-store-idempotency.contract.ts';
import { readingContract } from './event-store-reading.contract.ts';

/** What every event store promises; `ports/event-store.ts` says it in words. */
export function eventStoreContract(harness: EventStoreHarness): void {
  describe('appending', () => appendingContract(harness));
  describe('refusing', () => refusalContract(harness));
  describe('repeating an append', () => idempotencyContract(harness));
  describe('reading', () => readingContract(harness));
  describe('many at once', () => concurrencyContract(harness));
  describe('ringing', () => ringingContract(harness));
  describe('closing', () => closingContract(harness));
}

function appendingContract({ open }: EventStoreHarness): void {
  test('the first append to a stream expects no stream and starts at revision 0', async () => {
    const { store, stream, start } = await open();
    const result = await store.append(stream('a'), noStream, [newEvent(1)]);
    expect(result).toMatchObject({ status: 'appended', revision: 0, repeated: false });
    expect(positionOf(result)).toBeGreaterThan(start);
  });

  test('an append of several events answers revision and position of the last', async () => {
    const { store, stream, start } = await open();
    const result = await store.append(stream('a'), noStream, newEvents(1, 3));
    const log = await everything(store, start);
    expect(result).toMatchObject({ status: 'appended', revision: 2, position: log.at(-1)?.position });
    expect(log.map(({ revision }) => revision)).toEqual([0, 1, 2]);
  });

  test('the next append expects the revision of the last event, exactly', async () => {
    const { store, stream } = await open();
    await store.append(stream('a'), noStream, newEvents(1, 2));
    const result = await store.append(stream('a'), 1, [newEvent(3)]);
    expect(result).toMatchObject({ status: 'appended', revision: 2 });
  });

  test.each([
    { expected: noStream, what: 'no stream where there is one' },
    { expected: 0, what: 'a revision that is past' },
    { expected: 2, what: 'a revision that is yet to come' },
  ])('expecting $what is a conflict that says where the stream is', async ({ expected }) => {
    const { store, stream, start } = await open();
    await store.append(stream('a'), noStream, newEvents(1, 2));
    const result = await store.append(stream('a'), expected, [newEvent(9)]);
    expect(result).toEqual({ status: 'conflict', actual: 1 });
    expect(await everything(store, start)).toHaveLength(2);
  });

  test('expecting a revision of a stream that does not exist is a conflict with no stream', async () => {
    const { store, stream, start } = await open();
    const result = await store.append(stream('a'), 0, [newEvent(1)]);
    expect(result).toEqual({ status: 'conflict', actual: noStream });
    expect(await store.readStream(stream('a'), { countMax: 10 })).toEqual([]);
    expect(await everything(store, start)).toEqual([]);
  });

  test('a conflict writes none of its events, and the stream can go on', async () => {
    const { store, stream, start } = await open();
    await store.append(stream('a'), noStream, [newEvent(1)]);
    await store.append(stream('a'), 5, newEvents(10, 4));
    const next = await store.append(stream('a'), 0, newEvents(2, 2));
    expect(next).toMatchObject({ status: 'appended', revision: 2 });
    const log = await everything(store, start);
    expect(log.map(({ eventId }) => eventId)).toEqual(newEvents(1, 3).map(({ eventId }) => eventId));
  });

  test('streams do not see each other', async () => {
    const { store, stream } = await open();
    await store.append(stream('a'), noStream, newEvents(1, 3));
    const result = await store.append(stream('b'), noStream, [newEvent(4)]);
    expect(result).toMatchObject({ status: 'appended', revision: 0 });
  });
}

function refusalContract({ open }: EventStoreHarness): void {
  test('an empty append is a mistake of the caller', async () => {
    const { store, stream } = await open();
    const attempt = async () => store.append(stream('a'), noStream, []);
    await expect(attempt()).rejects.toMatchObject({ name: 'ImpossibleState' });
  });

  test.each([
    '$all',
    '$ce-order',
    'order',
    'order-',
    '-1',
    'Order-1',
    'order-a b',
    'order-a/b',
    'order-ä',
    'order-a\n',
    `order-${'x'.repeat(65)}`,
    '',
  ])('%j is not the name of a stream', async (name) => {
    const { store, start } = await open();
    const attempt = async () => store.append(name, noStream, [newEvent(1)]);
    await expect(attempt()).rejects.toMatchObject({ name: 'ImpossibleState' });
    expect(await store.head()).toBe(start);
  });

  test.each([-2, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    '%d is not a revision anybody can expect',
    async (expected) => {
      const { store, stream, start } = await open();
      await store.append(stream('a'), noStream, newEvents(1, 2));
      const attempt = async () => store.append(stream('a'), expected, newEvents(1, 2));
      await expect(attempt()).rejects.toMatchObject({ name: 'ImpossibleState' });
      expect(await everything(store, start)).toHaveLength(2);
    },
  );
}

function ringingContract({ open, shared }: EventStoreHarness): void {
  test('a listener hears that something was appended', async () => {
    const { store, stream } = await open();
    let rings = 0;
    store.onAppended(() => rings++);
    await store.append(stream('a'), noStream, [newEvent(1)]);
    await eventually('a ring', () => rings > 0);
  });

  test('every append is followed by a ring, however fast they come', async () => {
    const { store, stream } = await open();
    let heard = noStream;
    store.onAppended(() => {
      // A ring says nothing: what is there is read, as a projector does.
      store.readStream(stream('a'), { direction: 'backwards', countMax: 1 }).then((last) => {
        heard = Math.max(heard, last[0]?.revision ?? noStream);
      }, ignored);
    });
    for (let revision = noStream; revision < 200; revision++)
      await store.append(stream('a'), revision, [newEvent(revision + 2)]);
    await eventually('a ring after the last append', () => heard === 200);
  });

  test('a listener that was stopped hears nothing more, the others go on', async () => {
    const { store, stream } = await open();
    const rings = { stopped: 0, kept: 0 };
    const stop = store.onAppended(() => rings.stopped++);
    store.onAppended(() => rings.kept++);
    stop();
    await store.append(stream('a'), noStream, [newEvent(1)]);
    await eventually('a ring', () => rings.kept > 0);
    expect(rings.stopped).toBe(0);
  });

  testIf(shared)('another handle hears it too, and reads what was appended', async () => {
    const { store, stream, openAgain } = await open();
    const other = await openAgain();
    let rings = 0;
    other.onAppended(() => rings++);
    await store.append(stream('a'), noStream, [newEvent(1)]);
    await eventually('a ring', () => rings > 0);
    expect(await other.readStream(stream('a'), { countMax: 2 })).toHaveLength(1);
  });
}

function closingContract({ open, durable }: EventStoreHarness): void {
  test('a closed store says so, to those who write and to those who read', async () => {
    const { store, stream } = await open();
    await store.append(stream('a'), noStream, [newEvent(1)]);
    await store.close();
    const asked = [
      async () => store.append(stream('a'), 0, [newEvent(2)]),
      async () => store.readStream(stream('a'), { countMax: 1 }),
      async () => store.readAll({ after: 0, countMax: 1 }),
      async () => store.readAll({ before: 2, countMax: 1 }),
      async () => store.head(),
    ];
    for (const ask of asked) await expect(ask()).rejects.toBeInstanceOf(StoreUnavailable);
  });

  test('closing twice is closing once', async () => {
    const { store } = await open();
    await store.close();
    await expect(store.close()).resolves.toBeUndefined();
  });

  test('appends that wait when the store is closed are answered, and the answer is true', async () => {
    const { store, stream } = await open();
    const waiting = [1, 2, 3].map((number) =>
      store.append(stream(`s${number}`), noStream, [newEvent(number)]).then(
        ({ status }) => status,
        (error: unknown) => error,
      ),
    );
    await store.close();
    for (const answer of await Promise.all(waiting))
      if (answer !== 'appended') expect(answer).toBeInstanceOf(StoreUnavailable);
  });

  testIf(durable)('what was acknowledged is there when the log is opened again', async () => {
    const { store, stream, start, openAgain } = await open();
    await store.append(stream('a'), noStream, newEvents(1, 3));
    const before = await everything(store, start);
    await store.close();
    const again = closedAfterwards(await openAgain());
    expect(await everything(again, start)).toEqual(before);
    expect(await again.append(stream('a'), 2, [newEvent(4)])).toMatchObject({ revision: 3 });
  });
}

const ignored = () => {};
