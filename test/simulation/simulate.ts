import { worldOf } from './shrink.ts';
import { runWorld } from './world.ts';

/** What many worlds came to, as it crosses from one process to another. */
export interface SeedsResult {
  readonly seeds: number;
  readonly commands: number;
  readonly reads: number;
  readonly acknowledged: number;
  readonly crashes: number;
  readonly calls: number;
  readonly virtualMs: number;
  /** Worlds that were run twice, to see whether they are the same. */
  readonly repeated: number;
  readonly hits: Readonly<Record<string, number>>;
  readonly violations: readonly string[];
  /** Of the first world that is violated. */
  readonly violatedSeed?: number;
}

/** One world in so many is run twice. */
const repeatedEvery = 20;
const violationsPerSeedMax = 3;

/** Runs the worlds of `count` seeds from `from` on. @param stops at the first that is violated */
export async function simulate(
  from: number,
  count: number,
  commands: number,
  stops = false,
): Promise<SeedsResult> {
  const counted = { commands: 0, reads: 0, acknowledged: 0, crashes: 0, calls: 0, virtualMs: 0 };
  const sum = { seeds: 0, repeated: 0, ...counted };
  const hits: Record<string, number> = {};
  const violations: string[] = [];
  let violatedSeed: number | undefined;
  for (let seed = from; seed < from + count; seed++) {
    const run = worldOf(seed, commands);
    const result = await runWorld(run);
    sum.seeds += 1;
    for (const name of Object.keys(counted) as (keyof typeof counted)[]) sum[name] += result[name];
    for (const [cell, times] of result.hits) hits[cell] = (hits[cell] ?? 0) + times;
    const rerun = `npm run sim -- --seeds 1 --commands ${commands} --seed ${seed}`;
    for (const what of result.violations.slice(0, violationsPerSeedMax)) violations.push(`${rerun}: ${what}`);
    if (result.violations.length > 0) violatedSeed ??= seed;
    if (seed % repeatedEvery === 0) {
      sum.repeated += 1;
      const again = await runWorld(run);
      if (again.traceHash !== result.traceHash) violations.push(`${rerun}: two runs of it differ`);
    }
    if (stops && violations.length > 0) break;
  }
  return { ...sum, hits, violations, ...(violatedSeed !== undefined && { violatedSeed }) };
}
