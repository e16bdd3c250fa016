import type { Instant } from '../../src/domain/kernel/instant.ts';
import type { Clock } from '../../src/ports/clock.ts';

/** A clock that moves only when told to. */
export interface ManualClock extends Clock {
  /** Time passes in steps of `stepMs`; at each, what was waiting for it runs. */
  pass(durationMs: number): Promise<void>;
  /** It is suddenly so much later; what was waiting for it runs at the next step. */
  jump(durationMs: number): void;
}

const startMs = Date.UTC(2026, 0, 31, 9, 30);
const stepMs = 5;

export function createManualClock(): ManualClock {
  const timers = new Set<{ readonly atMs: number; readonly ring: () => void }>();
  let elapsedMs = 0;

  return {
    now: () => new Date(startMs + elapsedMs).toISOString() as Instant,
    monotonicMs: () => elapsedMs,
    after,
    sleep: (delayMs) => new Promise((resolve) => void after(delayMs, resolve)),
    jump: (durationMs) => {
      elapsedMs += durationMs;
    },
    pass: async (durationMs) => {
      for (const endMs = elapsedMs + durationMs; elapsedMs < endMs; ) {
        elapsedMs += stepMs;
        for (const timer of timers) if (timer.atMs <= elapsedMs && timers.delete(timer)) timer.ring();
        await settle();
      }
    },
  };

  function after(delayMs: number, ring: () => void): () => void {
    const timer = { atMs: elapsedMs + delayMs, ring };
    timers.add(timer);
    return () => void timers.delete(timer);
  }
}

/** Everything that can go on without time passing has gone on. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
