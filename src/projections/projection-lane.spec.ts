import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../test/support/http-manual-clock.ts';
import { createProjectionLedger } from '../../test/support/projection-ledger.ts';
import { createMemoryReadModel } from '../adapters/read-model/memory/memory-read-model.ts';
import { StoreUnavailable } from '../domain/kernel/faults.ts';
import type { DomainEvent } from '../ports/event-codec.ts';
import type { Generation, ReadModel } from '../ports/read-model.ts';
import type { AnyProjection } from './projection.ts';
import { ProjectionLane } from './projection-lane.ts';
import type { CommittedPage } from './runner.ts';

interface Tally {
  readonly sum: number;
}

/** Adds up what the events of a stream say; not a number is poison. */
const tallies: AnyProjection = {
  ...{ name: 'tallies', version: 1, category: 'order', fields: [], indexes: [], keys: 'stream' },
  when: (document: never, { data, revision }: { readonly data: number; readonly revision: number }) => {
    if (Number.isNaN(data)) throw new TypeError('it has no amount');
    return { sum: ((document as Tally | undefined)?.sum ?? 0) + data, revision };
  },
  fieldsOf: () => ({}),
};

function event(place: string, position: number, data: number): DomainEvent {
  const [stream, revision] = place.split('@');
  return { stream, revision: Number(revision), position, type: 'Added', data } as unknown as DomainEvent;
}

/** One lane over a read model in memory whose generations do as told. */
async function openLane(projection = tallies, memory = createMemoryReadModel()) {
  const told: CommittedPage[] = [];
  const logged: (readonly [level: string, fields: object])[] = [];
  const does = { mayWrite: true, commitFails: undefined as Error | undefined };
  const counts = { claims: 0, closed: 0 };
  const clock = createManualClock();
  const log = (level: string) => (fields: object) => void logged.push([level, fields]);
  const watched = (inner: Generation): Generation => ({
    ...inner,
    documents: () => inner.documents(),
    claim: async () => {
      counts.claims += 1;
      return does.mayWrite;
    },
    commit: async (commit) => {
      if (does.commitFails !== undefined) throw does.commitFails;
      return inner.commit(commit);
    },
    close: async () => {
      counts.closed += 1;
      await inner.close();
    },
  });
  const readModel: ReadModel = {
    ...memory,
    open: async (shape, number) => watched(await memory.open(shape, number)),
  };
  const { store, codec } = createProjectionLedger();
  const lane = await ProjectionLane.open(projection, {
    ...{ store, codec, readModel, clock, projections: [projection] },
    ids: { uuid: () => '00000000-0000-4000-8000-000000000000', fraction: () => 0 },
    logger: { info: log('info'), warn: log('warn'), error: log('error') } as never,
    onCommitted: (page) => void told.push(page),
  });
  /** Another projector writes: one document, at the position it leads to. */
  const other = async (from: number, position: number, sum: number, revision: number) => {
    const generation = await memory.open(projection, 1);
    const body = JSON.stringify({ sum, revision });
    const writes = [{ id: 'a', body, position, fields: {}, isNew: false }];
    await generation.commit({ from, to: position, writes, deletes: [] });
  };
  const recordOf = async () => (await memory.projections()).find(({ name }) => name === projection.name);
  return { lane, told, logged, does, counts, clock, memory, other, recordOf };
}

const away = new StoreUnavailable('read model', 'no connection', 'Start it.');

describe('a lane that writes', () => {
  it('commits page after page, the first of them without vouching for what was before', async () => {
    const { lane, told, logged } = await openLane();
    expect(await lane.isReady()).toBe(true);
    await lane.advance([event('order-a@0', 1, 2), event('stock-a@0', 2, 9)], 3);
    await lane.advance([event('order-a@1', 4, 5)], 4);
    expect(told).toMatchObject([
      { projection: 'tallies', version: 1, from: 3, position: 3, writes: [{ id: 'a', position: 1 }] },
      { from: 3, position: 4, writes: [{ body: '{"sum":7,"revision":1}' }] },
    ]);
    expect(lane.unchanged).toMatchObject({ from: 4, position: 4, writes: [], deletes: [] });
    expect([lane.position, lane.runs, lane.name, logged]).toEqual([4, true, 'tallies', []]);
  });

  it('commits nothing where it stands already', async () => {
    const { lane, told } = await openLane();
    await lane.advance([event('order-a@0', 1, 2)], 3);
    await lane.advance([event('order-a@0', 1, 2)], 3);
    await lane.advance([event('order-a@0', 1, 2)], 2);
    expect(told).toHaveLength(1);
    expect(lane.position).toBe(3);
  });

  it('writes no more to a generation that another has taken over from', async () => {
    const { lane, told, recordOf } = await openLane();
    lane.compareWith(undefined);
    lane.compareWith({ name: 'tallies' });
    lane.compareWith(await recordOf());
    await lane.advance([event('order-a@0', 1, 2)], 1);
    lane.compareWith({ name: 'tallies', active: { generation: 2, version: 1, position: 0 } });
    await lane.advance([event('order-a@1', 2, 2)], 2);
    await lane.halt({ position: 2, type: 'Added' }, new Error('not its business any more'));
    expect(told).toHaveLength(1);
    expect((await recordOf())?.active).toEqual({ generation: 1, version: 1, position: 1 });
    expect(await lane.isReady()).toBe(true);
    expect(lane.runs).toBe(true);
  });

  it('dies of what no store explains', async () => {
    const { lane, does } = await openLane();
    does.commitFails = new TypeError('a bug');
    await expect(lane.advance([event('order-a@0', 1, 2)], 1)).rejects.toThrow('a bug');
  });
});

describe('a lane whose store fails', () => {
  it('starts over after a while, longer each time until the store answers', async () => {
    const { lane, does, logged, clock, told, counts } = await openLane();
    const waits = async (delayMs: number) => {
      does.commitFails = away;
      await lane.advance([event('order-a@0', 1, 2)], 1);
      does.commitFails = undefined;
      expect(logged.at(-1)).toEqual([
        'warn',
        { projection: 'tallies', error: String(away), retryMs: delayMs },
      ]);
      clock.jump(delayMs - 1);
      expect(await lane.isReady()).toBe(false);
      clock.jump(1);
      expect(await lane.isReady()).toBe(true);
    };
    await waits(25);
    await waits(50);
    expect(counts.closed).toBe(2);
    await lane.advance([event('order-a@0', 1, 2)], 1);
    expect(told).toMatchObject([{ position: 1, writes: [{ body: '{"sum":2,"revision":0}' }] }]);
    does.commitFails = away;
    await lane.advance([event('order-a@1', 2, 2)], 2);
    expect(logged.at(-1)).toMatchObject(['warn', { retryMs: 25 }]);
  });
});

describe('a lane that another projector writes', () => {
  it('follows it, asks now and then, and takes over once it may, from where the other stood', async () => {
    const { lane, does, logged, clock, counts, told, other } = await openLane();
    await lane.advance([event('order-a@0', 1, 2)], 1);
    does.mayWrite = false;
    expect(await lane.isReady()).toBe(false);
    expect(logged).toEqual([['info', { projection: 'tallies' }]]);
    await other(1, 2, 10, 1);

    const { claims } = counts;
    clock.jump(199);
    expect(await lane.isReady()).toBe(false);
    expect([counts.claims, lane.position]).toEqual([claims, 1]);
    clock.jump(1);
    expect(await lane.isReady()).toBe(false);
    expect([counts.claims, lane.position]).toEqual([claims + 1, 2]);

    await other(2, 3, 20, 2);
    does.mayWrite = true;
    clock.jump(200);
    expect(await lane.isReady()).toBe(true);
    expect(await lane.isReady()).toBe(true);
    expect(lane.position).toBe(3);
    expect(logged).toHaveLength(2);
    expect(logged.at(-1)).toEqual(['info', { projection: 'tallies' }]);
    await lane.advance([event('order-a@3', 4, 1)], 4);
    expect(told.at(-1)).toMatchObject({ from: 4, writes: [{ body: '{"sum":21,"revision":3}' }] });
  });
});

describe('a lane that cannot take an event in', () => {
  it('commits all before it, and then stands still', async () => {
    const { lane, told, logged, recordOf } = await openLane();
    await lane.advance([event('order-a@0', 1, 2), event('order-a@1', 5, Number.NaN)], 9);
    const halted = { position: 5, type: 'Added', error: 'it has no amount' };
    expect(told).toMatchObject([{ position: 4, writes: [{ body: '{"sum":2,"revision":0}' }] }]);
    expect((await recordOf())?.active).toMatchObject({ position: 4, halted });
    expect(logged).toEqual([['error', { projection: 'tallies', ...halted }]]);
    expect([lane.runs, await lane.isReady()]).toEqual([false, false]);
  });

  it('asks once more for what is missing before it, and commits nothing meanwhile', async () => {
    const { lane, told, logged, clock, recordOf } = await openLane();
    const gap = [event('order-a@0', 1, 2), event('order-a@2', 5, 3)];
    await lane.advance(gap, 9);
    expect([lane.runs, told, logged.map(([level]) => level)]).toEqual([true, [], ['warn']]);
    expect(await lane.isReady()).toBe(false);
    clock.jump(25);
    expect(await lane.isReady()).toBe(true);

    await lane.advance(gap, 9);
    expect([lane.runs, told, logged.map(([level]) => level)]).toEqual([false, [], ['warn', 'error']]);
    expect((await recordOf())?.active).toMatchObject({ position: 0, halted: { position: 5 } });
  });

  it('goes on where what was missing has arrived', async () => {
    const { lane, told, clock } = await openLane();
    await lane.advance([event('order-a@0', 1, 2), event('order-a@2', 5, 3)], 9);
    clock.jump(25);
    expect(await lane.isReady()).toBe(true);
    await lane.advance([event('order-a@0', 1, 2), event('order-a@1', 3, 1), event('order-a@2', 5, 3)], 9);
    expect(told).toMatchObject([{ position: 9, writes: [{ body: '{"sum":6,"revision":2}' }] }]);
  });
});

it('a lane of a newer version lets the old documents answer until its own are built', async () => {
  const memory = createMemoryReadModel();
  await openLane(tallies, memory);
  const { lane, logged, recordOf } = await openLane({ ...tallies, version: 2 }, memory);
  expect([lane.runs, await lane.isReady()]).toEqual([false, false]);
  expect(logged).toEqual([['info', { projection: 'tallies', from: 1, to: 2 }]]);
  await expect.poll(() => lane.isReady()).toBe(true);
  expect((await recordOf())?.active).toMatchObject({ version: 2 });
  expect(lane.runs).toBe(true);
  await lane.close();
});
