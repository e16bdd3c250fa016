import type { Seeded } from '../e2e/support/seeded.ts';
import type { BlackholeEnding, Direction, Fault } from '../support/fault-proxy.ts';

/** The servers that faults stand in front of, one lane each. */
export const lanes = ['redis', 'mongodb', 'event-store'] as const;
export type LaneName = (typeof lanes)[number];

export const faultKinds = ['refuse', 'blackhole', 'reset', 'slow', 'cut'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** One fault, and for how long. */
export interface Episode {
  readonly kind: FaultKind;
  readonly fault: Fault;
  readonly lastsMs: number;
  /** Longer than any deadline of ours: long enough for readiness to turn red and for waiting to be given up. */
  readonly isLong: boolean;
}

const shortMs = { least: 120, most: 500 };
const longMs = 2_800;
/** The first of each kind is long, and then one of so many. */
const longEvery = 20;

/** As many episodes of each kind, in an order that is drawn: a fault meets whatever the one before has left. */
export function planOf(episodesPerKind: number, draws: Seeded): readonly Episode[] {
  const planned = faultKinds.flatMap((kind) =>
    Array.from({ length: episodesPerKind }, (_, index) => episode(kind, index % longEvery === 0, draws)),
  );
  for (let left = planned.length; left > 1; left--) {
    const chosen = draws.below(left);
    const last = planned[left - 1] as Episode;
    planned[left - 1] = planned[chosen] as Episode;
    planned[chosen] = last;
  }
  return planned;
}

function episode(kind: FaultKind, isLong: boolean, draws: Seeded): Episode {
  const lastsMs = isLong ? longMs : shortMs.least + draws.below(shortMs.most - shortMs.least);
  return { kind, fault: faultOf(kind, draws), lastsMs, isLong };
}

function faultOf(kind: FaultKind, draws: Seeded): Fault {
  switch (kind) {
    case 'refuse':
      return { kind };
    case 'blackhole':
      return { kind, ...direction(draws), ending: draws.pick<BlackholeEnding>(['late', 'reset', 'silent']) };
    case 'reset':
      return { kind, ...direction(draws), bytesMax: draws.pick([0, 200, 5_000]) };
    case 'slow':
      return { kind, ...direction(draws), latencyMs: 20 + draws.below(60), jitterMs: 20 };
    case 'cut':
      return { kind, direction: 'replies', chunksMax: draws.pick([0, 3, 12]) };
  }
}

/** Requests, replies, or both. */
function direction(draws: Seeded): { readonly direction?: Direction } {
  const chosen = draws.pick<Direction | undefined>(['requests', 'replies', undefined]);
  return chosen === undefined ? {} : { direction: chosen };
}
