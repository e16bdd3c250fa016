import type { Instant } from '../domain/kernel/instant.ts';

/** The only source of time. */
export interface Clock {
  /** Wall-clock time; may jump. */
  now(): Instant;
  /** Milliseconds from an arbitrary start; never goes back. For durations, deadlines and lifetimes. */
  monotonicMs(): number;
  /** Calls back once after at least `delayMs`; returns the way to cancel it. Does not keep the process alive. */
  after(delayMs: number, callback: () => void): () => void;
  /** Resolves after at least `delayMs`. */
  sleep(delayMs: number): Promise<void>;
}
