import { expect, test } from 'vitest';
import { noStream } from '../../src/domain/kernel/log.ts';
import type { AppendResult } from '../../src/ports/event-store.ts';
import { newEvent, newEvents, numberOf } from '../support/new-events.ts';
import { testIf } from '../support/store-rows.ts';
import type { EventStoreHarness, OpenStore } from './event-store-harness.ts';

/** One append: numbers of its events, and the revision it expects. */
type Write = readonly [events: readonly number[], expected: number];

interface Case {
  /** What EventStoreDB calls the case: `0em1` is event 0 expecting revision −1, `S … E` one append of several. */
  readonly sequence: string;
  readonly given: readonly Write[];
  readonly when: Write;
  readonly answer: Partial<AppendResult>;
}

const six: readonly Write[] = [-1, 0, 1, 2, 3, 4].map((expected) => [[expected + 1], expected]);
const pair: readonly Write[] = [[[0, 1], -1]];
const repeated = (revision: number) => ({ status: 'appended', revision, repeated: true }) as const;
const written = (revision: number) => ({ status: 'appended', revision, repeated: false }) as const;
const conflict = (actual: number) => ({ status: 'conflict', actual }) as const;

/**
 * The fourteen cases of EventStoreDB's own tests. Where those say `any`, which this port does not have, a caller repeats
 * the revision it expected the first time: that is all a caller with exact revisions can do.
 */
const cases: readonly Case[] = [
  { sequence: '0em1 1e0 2e1 3e2 4e3 5e4, 0em1', given: six, when: [[0], -1], answer: repeated(0) },
  { sequence: '0em1 1e0 2e1 3e2 4e3 5e4, 4any', given: six, when: [[4], 3], answer: repeated(4) },
  { sequence: '0em1 1e0 2e1 3e2 4e3 5e4, 0e5', given: six, when: [[0], 5], answer: written(6) },
  { sequence: '0em1 1e0 2e1 3e2 4e3 5e4, 0e6', given: six, when: [[0], 6], answer: conflict(5) },
  { sequence: '0em1 1e0 2e1 3e2 4e3 5e4, 0e4', given: six, when: [[0], 4], answer: conflict(5) },
  { sequence: '0em1, 0e0', given: [[[0], -1]], when: [[0], 0], answer: written(1) },
  { sequence: '0em1, 0any', given: [[[0], -1]], when: [[0], -1], answer: repeated(0) },
  { sequence: '0em1, 0em1', given: [[[0], -1]], when: [[0], -1], answer: repeated(0) },
  {
    sequence: '0em1 1e0 2e1 1any, 1any',
    given: [...six.slice(0, 3), [[1], 0]],
    when: [[1], 0],
    answer: repeated(1),
  },
  { sequence: 'S 0em1 1em1 E, S 0em1 E', given: pair, when: [[0], -1], answer: repeated(0) },
  { sequence: 'S 0em1 1em1 E, S 0any E', given: pair, when: [[0, 1], -1], answer: repeated(1) },
  { sequence: 'S 0em1 1em1 E, S 1e0 E', given: pair, when: [[1], 0], answer: repeated(1) },
  { sequence: 'S 0em1 1em1 E, S 1any E', given: pair, when: [[1], -1], answer: conflict(1) },
  { sequence: 'S 0em1 1em1 E, S 0em1 1em1 2em1 E', given: pair, when: [[0, 1, 2], -1], answer: conflict(1) },
];

export function idempotencyContract(harness: EventStoreHarness): void {
  test.each(cases)('$sequence → $answer.status', async ({ given, when, answer }) => {
    const opened = await harness.open();
    for (const write of given) await append(opened, write);
    const before = await numbersIn(opened);
    const result = await append(opened, when);
    expect(result).toMatchObject(answer);
    const isNew = result.status === 'appended' && !result.repeated;
    expect(await numbersIn(opened)).toEqual(isNew ? [...before, ...when[0]] : before);
  });

  test('a repeated append is answered with the position it had the first time', async () => {
    const opened = await harness.open();
    const first = await append(opened, [[0, 1], -1]);
    await append(opened, [[2], 1]);
    expect(await append(opened, [[0, 1], -1])).toEqual({ ...first, repeated: true });
  });

  test.each([
    { what: 'the same events in another order', when: [[1, 0], -1] },
    { what: 'the same events at another revision', when: [[0, 1], 0] },
    { what: 'an old event and a new one', when: [[0, 5], -1] },
  ] satisfies { what: string; when: Write }[])('$what are no repetition', async ({ when }) => {
    const opened = await harness.open();
    await append(opened, [[0, 1], -1]);
    await append(opened, [[2], 1]);
    expect(await append(opened, when)).toEqual(conflict(2));
  });

  moreOnRepetition(harness);
}

function moreOnRepetition({ open, durable }: EventStoreHarness): void {
  test('events are compared by id alone, and what was stored first stays', async () => {
    const { store, stream } = await open();
    await store.append(stream('a'), noStream, [newEvent(1)]);
    const other = newEvent(1, { type: 'OrderCancelled', data: '{"other":true}' });
    expect(await store.append(stream('a'), noStream, [other])).toMatchObject(repeated(0));
    expect(await store.readStream(stream('a'), { countMax: 9 })).toMatchObject([newEvent(1)]);
  });

  test('ids are compared within a stream: another stream takes the same event', async () => {
    const { store, stream } = await open();
    await store.append(stream('a'), noStream, [newEvent(1)]);
    expect(await store.append(stream('b'), noStream, [newEvent(1)])).toMatchObject(written(0));
  });

  test('an id that occurs twice in one append is written twice', async () => {
    const opened = await open();
    expect(await append(opened, [[7, 7], -1])).toMatchObject(written(1));
    expect(await append(opened, [[7, 7], -1])).toMatchObject(repeated(1));
    expect(await numbersIn(opened)).toEqual([7, 7]);
  });

  test('of twenty repetitions at the same moment one is written, and all hear the same', async () => {
    const { store, stream } = await open();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => store.append(stream('a'), noStream, newEvents(1, 2))),
    );
    const firsts = answers.filter((answer) => answer.status === 'appended' && !answer.repeated);
    const places = answers.map(
      (answer) => answer.status === 'appended' && [answer.revision, answer.position],
    );
    expect(firsts).toHaveLength(1);
    expect(new Set(places.map(String)).size).toBe(1);
    expect(await store.readStream(stream('a'), { countMax: 99 })).toHaveLength(2);
  });

  testIf(durable)('an append is recognised after the log was closed and opened again', async () => {
    const opened = await open();
    const first = await append(opened, [[0, 1], -1]);
    await append(opened, [[2], 1]);
    await opened.store.close();
    const store = await opened.openAgain();
    expect(await append({ ...opened, store }, [[0, 1], -1])).toEqual({ ...first, repeated: true });
  });
}

function append({ store, stream }: OpenStore, [numbers, expected]: Write): Promise<AppendResult> {
  const events = numbers.map((number) => newEvent(number));
  return store.append(stream('a'), expected, events);
}

async function numbersIn({ store, stream }: OpenStore): Promise<readonly number[]> {
  return (await store.readStream(stream('a'), { countMax: 99 })).map(numberOf);
}
