import type { Dice } from './dice.ts';

/** What can become of one call of a node to something outside it. */
export const faults = [
  'ok',
  'slow',
  'refused',
  'lost-request',
  'lost-reply',
  'late',
  'twice',
  'crash-before',
  'crash-after',
] as const;
export type Fault = (typeof faults)[number];

/** Every call that leaves a node, and the faults that can meet it. Reads change nothing: nothing of them comes late or twice. */
const reading = ['ok', 'slow', 'refused', 'lost-reply', 'crash-before', 'crash-after'] as const;
export const calls = {
  append: faults,
  readStream: reading,
  readAll: reading,
  head: reading,
  load: reading,
  commit: faults,
  position: reading,
  get: reading,
  list: reading,
  projections: reading,
  'gateway.call': faults,
  'gateway.inquire': reading,
  request: ['ok', 'slow', 'refused', 'lost-request', 'lost-reply', 'late', 'twice'],
  webhook: ['ok', 'slow', 'refused', 'lost-request', 'lost-reply', 'late', 'twice'],
} as const satisfies Readonly<Record<string, readonly Fault[]>>;
export type Call = keyof typeof calls;

/** What a seed makes of its world: which faults there are and how often, and how much of everything. */
export interface Swarm {
  readonly rates: Readonly<Partial<Record<Fault, number>>>;
  readonly nodes: number;
  readonly callers: number;
  readonly orders: number;
  readonly customers: number;
  readonly commands: number;
  /** What share of the steps only asks. */
  readonly reads: number;
  /** Whether orders are paid by a provider that the ledger asks. */
  readonly asksProvider: boolean;
  readonly pauses: boolean;
  /** By how much the clocks of nodes may differ, and jump. */
  readonly skewMs: number;
  readonly doorbellLoss: number;
  readonly cacheEntries: number;
  readonly rebuilds: boolean;
  readonly streamsCached: number;
}

const rateMax = 0.3;
const crashRateMax = 0.01;

/** Draws a world. Many worlds with few kinds of faults find more than one with all of them (swarm testing, Groce 2012). */
export function swarmOf(dice: Dice, commands: number): Swarm {
  const rates: Partial<Record<Fault, number>> = {};
  for (const fault of faults) {
    if (fault === 'ok' || !dice.chance(0.4)) continue;
    const most = fault.startsWith('crash') ? crashRateMax : rateMax / 3;
    rates[fault] = dice.fraction() * most;
  }
  return {
    rates,
    nodes: 1 + dice.below(3),
    callers: 1 + dice.below(dice.chance(0.2) ? 50 : 12),
    orders: 1 + dice.below(dice.chance(0.3) ? 4 : 50),
    customers: 1 + dice.below(4),
    commands,
    reads: dice.pick([0.1, 0.1, 0.5]),
    asksProvider: dice.chance(0.5),
    pauses: dice.chance(0.3),
    skewMs: dice.chance(0.3) ? dice.below(dice.chance(0.1) ? 3_600_000 : 60_000) : 0,
    doorbellLoss: dice.chance(0.3) ? dice.fraction() : 0,
    cacheEntries: dice.pick([1, 8, 1_000]),
    rebuilds: dice.chance(0.3),
    streamsCached: dice.pick([1, 4, 1_000]),
  };
}
