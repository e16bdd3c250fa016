import { describe, expect, it } from 'vitest';
import { createMemoryReadModel } from '../adapters/read-model/memory/memory-read-model.ts';
import { StoreUnavailable } from '../domain/kernel/faults.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { EventCodec } from '../ports/event-codec.ts';
import type { EventStore, LogPage, RecordedEvent } from '../ports/event-store.ts';
import type { Generation, ReadModel } from '../ports/read-model.ts';
import type { AnyProjection } from './projection.ts';
import { type RebuildProgress, rebuild, rollback } from './rebuild.ts';

const orders: AnyProjection = {
  ...{ name: 'orders', version: 1, category: 'order', fields: [], indexes: [], keys: 'stream' },
  when: () => ({}),
  fieldsOf: () => ({}),
};

/** A log of so many events that no projection is about, and a read model that tells what it is asked. */
function builder({ events = 0, claimsRefused = 0 } = {}) {
  const commits: (readonly [from: number, to: number])[] = [];
  const slept: number[] = [];
  const counts = { claims: 0, closed: 0 };
  let nowMs = 7_000;
  const store = {
    head: async () => events,
    readAll: async ({ after = 0, countMax }: LogPage & { readonly after?: number }) =>
      Array.from(
        { length: Math.min(countMax, events - after) },
        (_, index) =>
          ({ stream: 'stock-1', revision: after + index, position: after + index + 1 }) as RecordedEvent,
      ),
  } as unknown as EventStore;
  const codec = { decode: async () => [] } as unknown as EventCodec;
  const memory = createMemoryReadModel();
  const watched = (inner: Generation): Generation => ({
    ...inner,
    claim: async () => {
      counts.claims += 1;
      return counts.claims > claimsRefused;
    },
    commit: async (commit) => {
      commits.push([commit.from, commit.to]);
      return inner.commit(commit);
    },
    close: async () => {
      counts.closed += 1;
    },
  });
  const readModel: ReadModel = {
    ...memory,
    open: async (shape, number) => watched(await memory.open(shape, number)),
  };
  const clock = {
    now: () => '2026-01-31T09:30:00.000Z' as Instant,
    monotonicMs: () => nowMs,
    after: () => () => {},
    sleep: async (delayMs: number) => {
      slept.push(delayMs);
      nowMs += delayMs;
    },
  };
  return { needs: { store, codec, readModel, clock }, commits, slept, counts, memory };
}

describe('a build', () => {
  it('commits every twenty thousand events, whatever they are about, and what is left at the end', async () => {
    const { needs, commits } = builder({ events: 45_000 });
    const report = await rebuild(orders, needs, {});
    expect(commits).toEqual([
      [0, 20_000],
      [20_000, 40_000],
      [40_000, 45_000],
    ]);
    expect(report).toMatchObject({ position: 45_000, head: 45_000, events: 45_000 });
  });

  it('tells how long it has taken from its own beginning on', async () => {
    const { needs } = builder({ events: 2_000 });
    const told: RebuildProgress[] = [];
    const onProgress = (progress: RebuildProgress) => void told.push(progress);
    await rebuild(orders, needs, { onProgress });
    expect(told.map(({ position, elapsedMs }) => [position, elapsedMs])).toEqual([
      [1_000, 0],
      [2_000, 0],
    ]);
  });

  it('of a generation that a dead process holds begins once that is taken for dead', async () => {
    const { needs, slept, counts } = builder({ claimsRefused: 3 });
    await rebuild(orders, needs, {});
    expect(slept).toEqual([200, 200, 200]);
    expect(counts).toEqual({ claims: 4, closed: 1 });
  });

  it('of a generation that another process builds gives up after ten seconds, and leaves it alone', async () => {
    const { needs, slept, counts } = builder({ claimsRefused: Number.POSITIVE_INFINITY });
    const given = rebuild(orders, needs, {});
    await expect(given).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(given).rejects.toThrow('another process is building orders');
    // The tenth second is waited out.
    expect(slept.reduce((sum, each) => sum + each)).toBe(10_200);
    expect(counts.closed).toBe(1);
  });
});

describe('going back', () => {
  it('is to the generation before of that projection, whatever others have', async () => {
    const { needs, memory, counts } = builder({ events: 10 });
    await rebuild({ ...orders, name: 'another' }, needs, {});
    await rebuild(orders, needs, {});
    await rebuild(orders, needs, {});
    expect(await rollback({ ...orders, name: 'another' }, needs)).toMatchObject({ done: false });
    expect(await rollback(orders, needs)).toEqual({ done: true, generation: 1 });
    expect((await memory.projections()).map(({ name, active }) => [name, active?.generation])).toEqual([
      ['another', 1],
      ['orders', 1],
    ]);
    expect(counts.closed).toBe(4);
  });
});
