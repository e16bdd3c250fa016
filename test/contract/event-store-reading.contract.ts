import fc from 'fast-check';
import { expect, test } from 'vitest';
import { beginning, noStream } from '../../src/domain/kernel/log.ts';
import { newEvent, newEvents, numberOf } from '../support/new-events.ts';
import { type EventStoreHarness, everything, positionOf } from './event-store-harness.ts';

export function readingContract(harness: EventStoreHarness): void {
  streamReads(harness);
  logReads(harness);
  storedTexts(harness);
}

function streamReads({ open }: EventStoreHarness): void {
  test('a stream that does not exist reads as empty, both ways', async () => {
    const { store, stream } = await open();
    expect(await store.readStream(stream('a'), { countMax: 5 })).toEqual([]);
    expect(await store.readStream(stream('a'), { countMax: 5, direction: 'backwards' })).toEqual([]);
  });

  test.each([
    { page: { countMax: 99 }, numbers: [0, 1, 2, 3, 4] },
    { page: { countMax: 5 }, numbers: [0, 1, 2, 3, 4] },
    { page: { countMax: 2 }, numbers: [0, 1] },
    { page: { from: 0, countMax: 1 }, numbers: [0] },
    { page: { from: 3, countMax: 99 }, numbers: [3, 4] },
    { page: { from: 4, countMax: 99 }, numbers: [4] },
    { page: { from: 5, countMax: 99 }, numbers: [] },
    { page: { from: 99, countMax: 99 }, numbers: [] },
    { page: { direction: 'forwards', from: 1, countMax: 2 }, numbers: [1, 2] },
    { page: { direction: 'backwards', countMax: 2 }, numbers: [4, 3] },
    { page: { direction: 'backwards', countMax: 99 }, numbers: [4, 3, 2, 1, 0] },
  ] as const)('of five events $page reads $numbers', async ({ page, numbers }) => {
    const { store, stream } = await open();
    await store.append(stream('other'), noStream, newEvents(50, 2));
    await store.append(stream('a'), noStream, newEvents(0, 3));
    await store.append(stream('other'), 1, newEvents(52, 2));
    await store.append(stream('a'), 2, newEvents(3, 2));
    const events = await store.readStream(stream('a'), page);
    expect(events.map(numberOf)).toEqual(numbers);
    expect(events.map(({ revision }) => revision)).toEqual(numbers);
    expect(events.every((event) => event.stream === stream('a'))).toBe(true);
  });
}

function logReads({ open }: EventStoreHarness): void {
  test('an empty log ends where it begins', async () => {
    const { store, start } = await open();
    expect(await store.head()).toBe(start);
    expect(await store.readAll({ after: start, countMax: 10 })).toEqual([]);
    if (start === beginning) {
      expect(await store.readAll({ before: 1, countMax: 10 })).toEqual([]);
    }
  });

  test('the head is the position of the last event', async () => {
    const { store, stream } = await open();
    const first = await store.append(stream('a'), noStream, newEvents(1, 2));
    expect(await store.head()).toBe(positionOf(first));
    const second = await store.append(stream('b'), noStream, [newEvent(3)]);
    expect(await store.head()).toBe(positionOf(second));
  });

  test('the log gives events of all streams in the order they were appended', async () => {
    const { store, stream, start } = await open();
    await store.append(stream('a'), noStream, newEvents(1, 2));
    await store.append(stream('b'), noStream, newEvents(3, 1));
    await store.append(stream('a'), 1, newEvents(4, 2));
    const log = await everything(store, start);
    const positions = log.map(({ position }) => position);
    expect(log.map(numberOf)).toEqual([1, 2, 3, 4, 5]);
    expect(log.map((event) => event.stream)).toEqual(['a', 'a', 'b', 'a', 'a'].map(stream));
    expect(positions).toEqual([...new Set(positions)].toSorted((a, b) => a - b));
    expect(positions.every((position) => position > start && Number.isSafeInteger(position))).toBe(true);
  });

  test.each([1, 2, 3, 7, 10, 11])(
    'pages of %d give every event once, forwards and back',
    async (countMax) => {
      const { store, stream, start } = await open();
      for (let index = 0; index < 5; index++)
        await store.append(stream(`s${index}`), noStream, newEvents(index * 2, 2));
      const forwards: number[] = [];
      for (let after = start; ; ) {
        const page = await store.readAll({ after, countMax });
        expect(page.length).toBeLessThanOrEqual(countMax);
        if (page.length === 0) break;
        forwards.push(...page.map(numberOf));
        if (forwards.length > 10) break;
        after = page.at(-1)?.position ?? after;
      }
      const backwards: number[] = [];
      for (let before = (await store.head()) + 1; ; ) {
        const page = (await store.readAll({ before, countMax })).filter(({ position }) => position > start);
        if (page.length === 0) break;
        backwards.push(...page.map(numberOf));
        if (backwards.length > 10) break;
        before = page.at(-1)?.position ?? before;
      }
      expect(forwards).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
      expect(backwards).toEqual(forwards.toReversed());
    },
  );

  test('`after` and `before` leave out the position they name', async () => {
    const { store, stream, start } = await open();
    await store.append(stream('a'), noStream, newEvents(1, 3));
    const [first, second, third] = (await everything(store, start)).map(({ position }) => position);
    const after = await store.readAll({ after: second ?? 0, countMax: 9 });
    const before = await store.readAll({ before: second ?? 0, countMax: 1 });
    expect(after.map(({ position }) => position)).toEqual([third]);
    expect(before.map(({ position }) => position)).toEqual([first]);
  });

  test('a reader at the end gets what comes next, and only that', async () => {
    const { store, stream } = await open();
    await store.append(stream('a'), noStream, newEvents(1, 2));
    const end = await store.head();
    expect(await store.readAll({ after: end, countMax: 9 })).toEqual([]);
    await store.append(stream('b'), noStream, [newEvent(3)]);
    expect((await store.readAll({ after: end, countMax: 9 })).map(numberOf)).toEqual([3]);
  });
}

const awkward = [
  '{}',
  '{"a":1.0,"a":2,  "b" :\t"spaces stay"}',
  '{"quotes":"\\"\'`","slash":"\\/","nul":"\\u0000","lone":"\\ud800"}',
  '{"text":"Ärger, 你好, مرحبا, 👩‍👩‍👧‍👦, e\u0301, \u2028\u2029, \ufeff, \uffff"}',
  '{"big":12345678901234567890,"tiny":1e-400,"minus":-0}',
];

function storedTexts({ open }: EventStoreHarness): void {
  test.each(awkward)('data and metadata come back to the byte: %s', async (text) => {
    const { store, stream } = await open();
    const event = newEvent(1, { data: text, metadata: text });
    await store.append(stream('a'), noStream, [event]);
    expect(await store.readStream(stream('a'), { countMax: 1 })).toMatchObject([event]);
  });

  test('a megabyte of data comes back to the byte', async () => {
    const { store, stream, start } = await open();
    const event = newEvent(1, { data: JSON.stringify({ text: '€uro '.repeat(142_800) }) });
    await store.append(stream('a'), noStream, [event]);
    const [stored] = await store.readAll({ after: start, countMax: 1 });
    expect(stored?.data === event.data).toBe(true);
  });

  test('whatever JSON is stored comes back to the byte, from the stream and from the log', async () => {
    const { store, stream, start } = await open();
    let after = start;
    let revision = noStream;
    await fc.assert(
      fc.asyncProperty(
        fc.json(),
        fc.json({ stringUnit: fc.constantFrom('a', '"', '\\', '\n', 'é', '你', '🔑', '\ud800') }),
        async (data, metadata) => {
          const event = newEvent(revision + 1, { data, metadata });
          after = positionOf(await store.append(stream('a'), revision, [event]));
          revision += 1;
          const [fromStream] = await store.readStream(stream('a'), { from: revision, countMax: 1 });
          const [fromLog] = await store.readAll({ before: after + 1, countMax: 1 });
          const where = { stream: stream('a'), revision, position: after };
          expect(fromStream).toEqual({ ...event, ...where });
          expect(fromLog).toEqual({ ...event, ...where });
        },
      ),
      { numRuns: 40, endOnFailure: true },
    );
  });
}
