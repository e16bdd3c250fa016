import { BACKWARDS, END, NO_STREAM, START } from '@eventstore/db-client';
import { describe, expect, it } from 'vitest';
import { all, type DoubleWorld, event, eventually, givenDouble, namesOf } from './double-world.ts';
import { readFiltered } from './filtered-read.ts';

/** Three events of orders and one of a foreign stream between them, and what the server has written itself. */
async function givenHistory(): Promise<DoubleWorld & { readonly positions: readonly bigint[] }> {
  const world = await givenDouble();
  const { client } = world;
  await client.appendToStream('order-1', [event('A'), event('B')], { expectedRevision: NO_STREAM });
  await client.appendToStream('foreign', event('X'), { expectedRevision: NO_STREAM });
  await client.appendToStream('order-2', event('C'), { expectedRevision: NO_STREAM });
  const found = await all(client.readAll());
  const ours = found.filter(({ event: stored }) => stored?.streamId.startsWith('order-'));
  return { ...world, positions: ours.map(({ event: stored }) => stored?.position?.commit ?? 0n) };
}

const at = (position: bigint | undefined) => ({ commit: position ?? 0n, prepare: position ?? 0n });

describe('a read of a stream', () => {
  it('goes forwards and backwards, from a revision with the event there, and stops at its count', async () => {
    const { client } = await givenDouble();
    const events = ['A', 'B', 'C', 'D'].map((type) => event(type));
    await client.appendToStream('s', events, { expectedRevision: NO_STREAM });
    const read = (options: Parameters<typeof client.readStream>[1]) =>
      all(client.readStream('s', options)).then((found) => found.map((each) => each.event?.type).join(''));
    expect(await read({})).toBe('ABCD');
    expect(await read({ fromRevision: 2n })).toBe('CD');
    expect(await read({ fromRevision: 1n, maxCount: 2 })).toBe('BC');
    expect(await read({ direction: BACKWARDS, fromRevision: END })).toBe('DCBA');
    expect(await read({ direction: BACKWARDS, fromRevision: 1n })).toBe('BA');
    expect(await read({ direction: BACKWARDS, fromRevision: END, maxCount: 1 })).toBe('D');
    expect(await read({ direction: BACKWARDS, fromRevision: START })).toBe('A');
  });

  it('that begins behind the last event is empty', async () => {
    const { client } = await givenDouble();
    await client.appendToStream('s', event('A'), { expectedRevision: NO_STREAM });
    expect(await namesOf(client.readStream('s', { fromRevision: 1n }))).toEqual([]);
    expect(await namesOf(client.readStream('s', { fromRevision: 99n }))).toEqual([]);
  });

  it('that is not there fails and names it', async () => {
    const { client } = await givenDouble();
    await expect(namesOf(client.readStream('nöwhere'))).rejects.toMatchObject({
      type: 'stream-not-found',
      streamName: 'nöwhere',
    });
  });
});

describe('a read of all streams', () => {
  it('gives every event in order, with events of the server and of others between ours', async () => {
    const { client } = await givenHistory();
    const names = await namesOf(client.readAll());
    expect(names.filter((name) => !name.includes('$'))).toEqual([
      '0@order-1 A',
      '1@order-1 B',
      '0@foreign X',
      '0@order-2 C',
    ]);
    expect(names.filter((name) => name.includes('@$')).length).toBeGreaterThan(0);
    expect(await namesOf(client.readAll({ direction: BACKWARDS, fromPosition: END }))).toEqual(
      names.reverse(),
    );
  });

  it('gives positions that grow by the size of what lies between, each event its own', async () => {
    const { client } = await givenDouble();
    const sizes = [10, 10, 5_010, 10].map((size) => event('E', 'x'.repeat(size)));
    await client.appendToStream('s', sizes, { expectedRevision: NO_STREAM });
    const positions = (await all(client.readStream('s'))).map((each) => Number(each.event?.position?.commit));
    const steps = positions.slice(1).map((position, index) => position - (positions[index] ?? 0));
    expect(steps[0]).toBeGreaterThan(10);
    expect((steps[2] ?? 0) - (steps[1] ?? 0)).toBe(5_000);
  });

  it('from a position includes the event there forwards, and leaves it out backwards', async () => {
    const { client, positions } = await givenHistory();
    const forwards = await namesOf(client.readAll({ fromPosition: at(positions[1]) }));
    expect(forwards).toEqual(['1@order-1 B', '0@foreign X', '0@order-2 C']);
    const options = { direction: BACKWARDS, fromPosition: at(positions[1]), maxCount: 1 } as const;
    expect(await namesOf(client.readAll(options))).toEqual(['0@order-1 A']);
  });

  it('from a position inside an event fails, in either direction', async () => {
    const { client, positions } = await givenHistory();
    const fromPosition = at((positions[1] ?? 0n) + 1n);
    for (const direction of ['forwards', BACKWARDS] as const)
      await expect(namesOf(client.readAll({ direction, fromPosition }))).rejects.toMatchObject({
        type: 'unknown',
        code: 2,
      });
  });

  it('from behind the last event, or from the end, is empty', async () => {
    const { client, positions } = await givenHistory();
    expect(await namesOf(client.readAll({ fromPosition: at((positions[2] ?? 0n) + 7n) }))).toEqual([]);
    expect(await namesOf(client.readAll({ fromPosition: END }))).toEqual([]);
    expect(await namesOf(client.readAll({ direction: BACKWARDS, fromPosition: START }))).toEqual([]);
  });

  it('does not show what is not committed yet', async () => {
    const { client, double } = await givenHistory();
    double.pauseCommits();
    const append = client.appendToStream('late', event('D'), { expectedRevision: NO_STREAM });
    await eventually(() => double.unanswered).toBe(1);
    expect((await namesOf(client.readAll())).at(-1)).toBe('0@order-2 C');
    double.resumeCommits();
    await append;
    expect((await namesOf(client.readAll())).at(-1)).toBe('0@late D');
  });
});

describe('a filtered read of all streams', () => {
  it.each([
    ['prefixes of stream names', { streams: ['order-', 'fore'] }, ['A', 'B', 'X', 'C']],
    ['one prefix', { streams: ['order-'] }, ['A', 'B', 'C']],
    ['an expression over stream names', { streamsRegex: '^order-[12]$' }, ['A', 'B', 'C']],
    ['prefixes of event types', { types: ['B', 'C'] }, ['B', 'C']],
    ['an expression over event types', { typesRegex: '^[^$A].*' }, ['B', 'X', 'C']],
  ])('by %s gives what matches, in either direction', async (_case, filter, types) => {
    const { double } = await givenHistory();
    expect(await readFiltered(double.port, filter)).toEqual(types);
    expect(await readFiltered(double.port, { ...filter, isBackwards: true })).toEqual(types.toReversed());
  });

  it('counts what matches, and looks past its window', async () => {
    const { double } = await givenHistory();
    expect(await readFiltered(double.port, { streams: ['order-'], count: 2 })).toEqual(['A', 'B']);
    expect(await readFiltered(double.port, { streams: ['order-2'], window: 1 })).toEqual(['C']);
  });

  it('begins at a position, with the event there', async () => {
    const { double, positions } = await givenHistory();
    const from = Number(positions[1]);
    expect(await readFiltered(double.port, { streams: ['order-'], from })).toEqual(['B', 'C']);
  });
});
