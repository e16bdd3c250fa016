import { randomInt } from 'node:crypto';

/** Deterministic draws from a seed: what a test did can be done again. */
export interface Seeded {
  readonly seed: number;
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  /** One of them. */
  pick<T>(from: readonly T[]): T;
}

/** The seed in the environment, or a new one. Tests that use it print it. */
export function seedOf(environment: Readonly<Record<string, string | undefined>>): number {
  const given = Number(environment['SEED']);
  return Number.isInteger(given) && given > 0 ? given : randomInt(1, 2 ** 31);
}

/** The generator `mulberry32`: small, and good enough to choose moments and commands. */
export function seeded(seed: number): Seeded {
  let state = seed >>> 0;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return { seed, below, pick: (from) => from[below(from.length)] as (typeof from)[number] };
}
