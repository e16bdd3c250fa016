import { setTimeout as sleep } from 'node:timers/promises';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Clock } from '../../ports/clock.ts';

/** The machine's clock. */
export function createSystemClock(): Clock {
  let lastMs = -1;
  let lastInstant = '' as Instant;

  return {
    now: () => {
      const ms = Date.now();
      // Many commands share a millisecond; formatting costs more than reading the clock.
      if (ms !== lastMs) {
        lastMs = ms;
        lastInstant = new Date(ms).toISOString() as Instant;
      }
      return lastInstant;
    },
    monotonicMs: () => performance.now(),
    after: (delayMs, callback) => {
      const timer = setTimeout(callback, delayMs).unref();
      return () => clearTimeout(timer);
    },
    sleep: (delayMs) => sleep(delayMs),
  };
}
