import { afterEach, describe, expect, it } from 'vitest';
import { createMemoryReadModel } from '../adapters/read-model/memory/memory-read-model.ts';
import { StoreUnavailable } from '../domain/kernel/faults.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { EventCodec } from '../ports/event-codec.ts';
import type { EventStore, RecordedEvent } from '../ports/event-store.ts';
import type { AnyProjection } from './projection.ts';
import { Projector } from './runner.ts';

const orders: AnyProjection = {
  ...{ name: 'orders', version: 1, category: 'order', fields: [], indexes: [], keys: 'stream' },
  when: () => ({}),
  fieldsOf: () => ({}),
};

/** So many events that no projection is about, after this position. */
function others(count: number, after = 0): readonly RecordedEvent[] {
  return Array.from(
    { length: count },
    (_, index) => ({ stream: `stock-${index}`, revision: 0, position: after + index + 1 }) as RecordedEvent,
  );
}

const running: Projector[] = [];

afterEach(async () => {
  for (const projector of running.splice(0)) await projector.stop().catch(() => {});
});

/**
 * A projector over a log that answers these, one after the other, and then that there is nothing new. Time stands still
 * unless it is told to pass; whoever sleeps is written down and woken at once.
 */
async function startOver(...answers: readonly (readonly RecordedEvent[] | Error)[]) {
  const left = [...answers];
  const seen = { reads: 0, looks: 0, nowMs: 5_000, decoded: 0 };
  const sleptMs: number[] = [];
  const warned: object[] = [];
  const timers = new Set<() => void>();
  let ring = () => {};
  const store = {
    readAll: async () => {
      seen.reads += 1;
      const answer = left.shift() ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
    head: async () => Number.MAX_SAFE_INTEGER,
    onAppended: (listener: () => void) => {
      ring = listener;
      return () => {};
    },
  } as unknown as EventStore;
  const codec = {
    decode: async (events: readonly RecordedEvent[]) => {
      seen.decoded += events.length;
      return [];
    },
  } as unknown as EventCodec;
  const memory = createMemoryReadModel();
  const projector = new Projector({
    store,
    codec,
    readModel: {
      ...memory,
      projections: async () => {
        seen.looks += 1;
        return memory.projections();
      },
    },
    projections: [orders],
    clock: {
      now: () => '2026-01-31T09:30:00.000Z' as Instant,
      monotonicMs: () => seen.nowMs,
      after: (_delayMs, callback) => {
        timers.add(callback);
        return () => void timers.delete(callback);
      },
      sleep: async (delayMs) => void sleptMs.push(delayMs),
    },
    ids: { uuid: () => '00000000-0000-4000-8000-000000000000', fraction: () => 0 },
    logger: { info: () => {}, warn: (fields: object) => void warned.push(fields), error: () => {} } as never,
    onCommitted: () => {},
  });
  await projector.start();
  running.push(projector);
  const idle = () => expect.poll(() => timers.size).toBe(1);
  return { projector, seen, sleptMs, warned, timers, idle, ring: () => ring() };
}

const away = new StoreUnavailable('event store', 'no connection', 'Start it.');

describe('a projector', () => {
  it.each([
    ['one event', 1, []],
    ['a few events', 15, []],
    ['a crowd of events', 16, [20]],
    ['almost a page of events', 999, [20]],
    ['a whole page, after which there is more', 1_000, []],
  ])('after %s gives others time to gather, or does not', async (_what, count, slept) => {
    const { sleptMs, idle, seen } = await startOver(others(count));
    await idle();
    expect(sleptMs).toEqual(slept);
    expect(seen).toMatchObject({ reads: 2, decoded: 0 });
  });

  it('that has nothing to do looks again when it is rung for, and at times by itself', async () => {
    const { seen, idle, ring, timers, projector } = await startOver();
    await idle();
    expect(seen.reads).toBe(1);
    ring();
    await expect.poll(() => seen.reads).toBe(2);
    await idle();
    for (const callback of timers) {
      timers.delete(callback);
      callback();
    }
    await expect.poll(() => seen.reads).toBe(3);
    await idle();
    await projector.stop();
    expect(timers.size).toBe(0);
  });

  it('waits for a store that is away, longer each time until it answers', async () => {
    const { sleptMs, idle, warned } = await startOver(away, away, others(1), away);
    await idle();
    expect(sleptMs).toEqual([25, 50, 25]);
    expect(warned[0]).toEqual({ error: 'event store: no connection', remedy: 'Start it.', retryMs: 25 });
  });

  it('looks for another generation once a second at most', async () => {
    const { seen, idle, ring } = await startOver();
    await idle();
    const { looks } = seen;
    const stepAt = async (nowMs: number) => {
      seen.nowMs = nowMs;
      const { reads } = seen;
      ring();
      await expect.poll(() => seen.reads).toBe(reads + 1);
      await idle();
    };
    await stepAt(5_999);
    expect(seen.looks).toBe(looks);
    await stepAt(6_000);
    expect(seen.looks).toBe(looks + 1);
    await stepAt(6_999);
    expect(seen.looks).toBe(looks + 1);
  });

  it('says what it died of', async () => {
    const { projector } = await startOver(new TypeError('a bug'));
    await expect(projector.ended).rejects.toThrow('a bug');
  });

  it('that was never started has ended', async () => {
    const { projector } = await startOver();
    await projector.stop();
    await expect(projector.ended).resolves.toBeUndefined();
  });
});
