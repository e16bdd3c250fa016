import type { Instant } from '../../src/domain/kernel/instant.ts';
import type { Clock } from '../../src/ports/clock.ts';

export interface SetClock extends Clock {
  set(now: Instant): void;
}

/** Time stands still between two steps, and nobody who waits waits long. */
export function createSetClock(): SetClock {
  let instant = '2026-01-31T09:30:00.000Z' as Instant;
  return {
    set: (now) => {
      instant = now;
    },
    now: () => instant,
    monotonicMs: () => performance.now(),
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs);
      return () => clearTimeout(timer);
    },
    sleep: () => new Promise((resolve) => setImmediate(resolve)),
  };
}
