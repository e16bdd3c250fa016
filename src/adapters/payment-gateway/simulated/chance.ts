import { hash } from 'node:crypto';

/** Uniform in [0, 1), and the same for the same seed and words: in every process, on every machine. */
export function chance(seed: number, ...words: readonly (string | number)[]): number {
  return hash('sha256', JSON.stringify([seed, ...words]), 'buffer').readUIntBE(0, 6) / 2 ** 48;
}

/** A name for something, made of what it is about: the provider calls it the same whenever it is asked. */
export function nameFor(kind: string, about: string): string {
  return `${kind}_${hash('sha256', JSON.stringify([kind, about]), 'hex').slice(0, 24)}`;
}
