import { type Seeded, seeded } from '../../e2e/support/seeded.ts';
import { type Point, providerPoints, storePoints } from './failpoints.ts';

/** Who performs payments: callers report what their own provider did, or the ledger asks one by itself. */
export type Lane = 'reported' | 'asked';

/**
 * What happens to a server in one cycle. `moment`: it is killed at a random millisecond; `point`: at a named point;
 * `pause`: it is stopped, another takes over on the same files, it wakes, and one of the two is killed; `no-page`: the log
 * cannot grow; `no-byte`: no file can; `term`: it is asked to end.
 */
export type Planned =
  | { readonly kind: 'moment' | 'pause' | 'no-page' | 'no-byte' | 'term' }
  | { readonly kind: 'point'; readonly point: Point };
export type Kind = Planned['kind'];

export const cyclesMin = 20;

/** Share of the cycles whose ledger asks a provider. */
const askedPercent = 45;

/** So many of each named point there are at least, and of each other rare kind. */
export function rareOf(cycles: number): number {
  return Math.max(1, Math.floor(cycles / 40));
}

/** So many cycles that kill a server, in an order that follows from the seed; those that ask one to end come on top. */
export function planOf(cycles: number, seed: number): Readonly<Record<Lane, readonly Planned[]>> {
  const draws = seeded(seed);
  const rare = rareOf(cycles);
  const asked = Math.floor((cycles * askedPercent) / 100);
  return {
    reported: shuffled(
      [
        ...filled(cycles - asked, [
          ...times(rare, storePoints.map(at)),
          ...times(rare, [{ kind: 'pause' }, { kind: 'no-page' }, { kind: 'no-byte' }]),
        ]),
        ...times(rare, [{ kind: 'term' }]),
      ],
      draws,
    ),
    asked: shuffled(
      [
        ...filled(asked, [...times(rare, providerPoints.map(at)), ...times(rare, [{ kind: 'pause' }])]),
        ...times(rare, [{ kind: 'term' }]),
      ],
      draws,
    ),
  };
}

function at(point: Point): Planned {
  return { kind: 'point', point };
}

function times(count: number, planned: readonly Planned[]): readonly Planned[] {
  return Array.from({ length: count }, () => planned).flat();
}

/** The rest are kills at any moment. */
function filled(count: number, planned: readonly Planned[]): readonly Planned[] {
  return [...planned, ...times(count - planned.length, [{ kind: 'moment' }])];
}

function shuffled(planned: readonly Planned[], draws: Seeded): readonly Planned[] {
  return planned
    .map((each) => ({ each, place: draws.below(2 ** 31) }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ each }) => each);
}
