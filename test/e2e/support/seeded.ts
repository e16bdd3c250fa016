import { randomInt } from 'node:crypto';

/** Deterministic draws from a seed: what a test did can be done again. */
export interface Seeded {
  readonly seed: number;
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number;
  /** One of them. */
  pick<T>(from: readonly T[]): T;
}

/** The seed in the environment, or a new one. Tests that use it print it. @throws where what is there is no seed */
export function seedOf({ SEED: given }: Readonly<Record<string, string | undefined>>): number {
  if (given === undefined || given === '') return randomInt(1, 2 ** 31);
  if (/^[1-9]\d{0,9}$/.test(given)) return Number(given);
  throw new Error(`A seed is a whole number from 1 of at most ten digits, not ${given}.`);
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
