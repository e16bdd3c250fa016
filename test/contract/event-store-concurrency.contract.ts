import { expect, test } from 'vitest';
import { noStream } from '../../src/domain/kernel/log.ts';
import { newEvent, newEvents, numberOf } from '../support/new-events.ts';
import { testIf } from '../support/store-rows.ts';
import { type EventStoreHarness, everything } from './event-store-harness.ts';

const thousand = Array.from({ length: 1_000 }, (_, index) => index);

export function concurrencyContract({ open, shared }: EventStoreHarness): void {
  test('a thousand appends to different streams all succeed, each with a position of its own', async () => {
    const { store, stream, start } = await open();
    const results = await Promise.all(
      thousand.map((number) => store.append(stream(`s${number}`), noStream, [newEvent(number)])),
    );
    expect(results.every(({ status }) => status === 'appended')).toBe(true);
    const log = await everything(store, start);
    expect(log.map(numberOf).toSorted((a, b) => a - b)).toEqual(thousand);
    const acknowledged = results.map((result) => result.status === 'appended' && result.position);
    expect(new Set(acknowledged)).toEqual(new Set(log.map(({ position }) => position)));
  });

  test('of a thousand appends that race for one revision exactly one wins, again and again', async () => {
    const { store, stream } = await open();
    for (let expected = noStream; expected < 4; expected++) {
      const racing = thousand.filter((number) => number % 5 === expected + 1);
      const results = await Promise.all(
        racing.map((number) => store.append(stream('a'), expected, [newEvent(number)])),
      );
      const winners = racing.filter((_, index) => results[index]?.status === 'appended');
      const losers = results.filter(({ status }) => status === 'conflict');
      expect(winners).toHaveLength(1);
      expect(losers).toHaveLength(racing.length - 1);
      expect(losers.every((loser) => loser.status === 'conflict' && loser.actual === expected + 1)).toBe(
        true,
      );
      const [last] = await store.readStream(stream('a'), { direction: 'backwards', countMax: 1 });
      expect(last && numberOf(last)).toBe(winners[0]);
    }
  });

  test('appends of one caller to one stream keep their order without being awaited', async () => {
    const { store, stream } = await open();
    const results = await Promise.all(
      thousand.map((number) => store.append(stream('a'), number - 1, [newEvent(number)])),
    );
    expect(results.map((result) => result.status === 'appended' && result.revision)).toEqual(thousand);
    const events = await store.readStream(stream('a'), { countMax: 2_000 });
    expect(events.map(numberOf)).toEqual(thousand);
  });

  test('events of one append stand together, whatever else is appended at the time', async () => {
    const { store, stream, start } = await open();
    const writes = Array.from({ length: 100 }, (_, index) => newEvents(index * 10, 1 + (index % 5)));
    await Promise.all(
      writes.map((events, index) => store.append(stream(`s${index % 20}.${index}`), noStream, events)),
    );
    const log = (await everything(store, start)).map(numberOf);
    for (const events of writes) {
      const at = log.indexOf(numberOf(events[0] ?? newEvent(0)));
      expect(log.slice(at, at + events.length)).toEqual(events.map(numberOf));
    }
    expect(log).toHaveLength(writes.flat().length);
  });

  testIf(shared)(
    'what another handle has appended is known to this one at once, wherever it stood',
    async () => {
      const { store, stream, openAgain } = await open();
      const other = await openAgain();
      await store.append(stream('a'), noStream, [newEvent(1)]);
      await other.append(stream('a'), 0, newEvents(2, 2));
      expect(await store.append(stream('a'), 0, [newEvent(9)])).toEqual({ status: 'conflict', actual: 2 });
      expect(await store.append(stream('a'), noStream, [newEvent(1)])).toMatchObject({ repeated: true });
      expect(await store.append(stream('a'), 2, [newEvent(4)])).toMatchObject({ revision: 3 });
      expect(await other.append(stream('a'), 2, [newEvent(9)])).toEqual({ status: 'conflict', actual: 3 });
      expect((await other.readStream(stream('a'), { countMax: 9 })).map(numberOf)).toEqual([1, 2, 3, 4]);
    },
  );

  test('writers that read again after a conflict lose nothing and double nothing', async () => {
    const { store, stream, openAgain } = await open();
    const handles = [store, shared ? await openAgain() : store];
    const writers = Array.from({ length: 10 }, async (_, writer) => {
      const own = handles[writer % 2] ?? store;
      let expected = noStream;
      for (let index = 0; index < 20; ) {
        const result = await own.append(stream('a'), expected, [newEvent(writer * 100 + index)]);
        if (result.status === 'appended') index += 1;
        expected = result.status === 'appended' ? result.revision : result.actual;
      }
    });
    await Promise.all(writers);
    const events = await store.readStream(stream('a'), { countMax: 999 });
    expect(events.map(({ revision }) => revision)).toEqual(thousand.slice(0, 200));
    for (let writer = 0; writer < 10; writer++) {
      const own = events.map(numberOf).filter((number) => Math.floor(number / 100) === writer);
      expect(own).toEqual(Array.from({ length: 20 }, (_, index) => writer * 100 + index));
    }
  });
}
