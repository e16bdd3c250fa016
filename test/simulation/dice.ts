/** Deterministic draws. What one component draws never shifts what another does: each throws dice of its own. */
export interface Dice {
  /** Uniform in [0, 1). */
  fraction(): number;
  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number;
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T;
  uuid(): string;
  /** Dice of their own, the same for the same name. */
  fork(name: string): Dice;
}

/** The generator `sfc32` (Chris Doty-Humphrey, PractRand): 128 bits of state, good and cheap. */
export function diceOf(seed: number, name = ''): Dice {
  let a = hashOf(`${seed} ${name}`, 0x9e3779b9);
  let b = hashOf(`${seed} ${name}`, 0x243f6a88);
  let c = hashOf(`${seed} ${name}`, 0xb7e15162);
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 12; round++) next();
  const hex = () => next().toString(16).padStart(8, '0');
  const below = (limit: number) => next() % limit;
  return {
    fraction: () => next() / 2 ** 32,
    below,
    chance: (share) => next() / 2 ** 32 < share,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
    uuid: () => {
      const text = hex() + hex() + hex() + hex();
      const variant = '89ab'[below(4)];
      return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-${variant}${text.slice(17, 20)}-${text.slice(20)}`;
    },
    fork: (fork) => diceOf(seed, `${name}/${fork}`),
  };
}

/** 32 bits of a text: for telling texts apart, never for secrets (MurmurHash3's mixing). */
export function hashOf(text: string, start: number): number {
  let hash = start | 0;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x85ebca6b);
    hash = (hash << 13) | (hash >>> 19);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) >>> 0;
}
