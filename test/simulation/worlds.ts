import type { Figure, PartReport } from '../trust/part-report.ts';
import { type Call, calls } from './faults.ts';
import { abreast, inProcess } from './in-parts.ts';
import { shrunkWorld } from './shrink.ts';
import type { SeedsResult } from './simulate.ts';

type Counted = Exclude<keyof SeedsResult, 'hits' | 'violations' | 'violatedSeed'>;

export interface Extent {
  readonly seed: number;
  readonly seeds: number;
  readonly commands: number;
  readonly workers: number;
}

/** Long enough for the engine to have compiled what it runs. */
const chunk = 250;
/** Every kind of call has met every kind of fault at least so often, where there were worlds enough. */
const hitsMin = 20;
const seedsForCoverage = 200;

/** Many worlds, side by side, as a part of the trust run. */
export async function worlds({ seed, seeds, commands, workers }: Extent): Promise<PartReport> {
  const startedMs = performance.now();
  const starts = Array.from({ length: Math.ceil(seeds / chunk) }, (_, index) => index * chunk);
  let done = 0;
  const results = await abreast(starts, workers, async (start) => {
    const count = Math.min(chunk, seeds - start);
    const result = await inProcess(seed + start, count, commands);
    done += count;
    process.stdout.write(`  ${done} of ${seeds} worlds\n`);
    return result;
  });
  const tookS = (performance.now() - startedMs) / 1_000;
  const sum = (of: Counted) => results.reduce((total, result) => total + result[of], 0);
  const hits = new Map<string, number>();
  for (const result of results)
    for (const [cell, count] of Object.entries(result.hits)) hits.set(cell, (hits.get(cell) ?? 0) + count);
  process.stdout.write(`\n${coverageTable(hits)}\n\n`);
  const least = Math.min(...cells().map((cell) => hits.get(cell) ?? 0));
  const figures: Figure[] = [
    { name: 'worlds', value: seeds },
    { name: 'commands sent', value: sum('commands') },
    { name: 'reads sent', value: sum('reads') },
    { name: 'acknowledged', value: sum('acknowledged') },
    { name: 'calls over the network', value: sum('calls') },
    { name: 'crashes', value: sum('crashes') },
    { name: 'virtual hours', value: Math.round(sum('virtualMs') / 3_600_000) },
    { name: 'worlds run twice, the same', value: sum('repeated') },
    { name: 'kinds of call × fault', value: cells().length },
    { name: 'hits of the rarest', value: least, ...(seeds >= seedsForCoverage && { atLeast: hitsMin }) },
    {
      name: 'commands and reads per second and core',
      value: Math.round((sum('commands') + sum('reads')) / tookS / workers),
    },
  ];
  const rerun = `npm run sim -- --seeds ${seeds} --commands ${commands} --seed ${seed}`;
  const violatedSeed = results.find((result) => result.violatedSeed !== undefined)?.violatedSeed;
  if (violatedSeed !== undefined) {
    process.stdout.write(`seed ${violatedSeed} is violated; the least of it that still is:\n`);
    process.stdout.write(`${(await shrunkWorld(violatedSeed, commands))?.join('\n')}\n\n`);
  }
  return {
    ...{ name: 'simulation', seed, rerun, figures, tookS: Math.round(tookS) },
    violations: results.flatMap(({ violations }) => violations),
  };
}

function cells(): readonly string[] {
  return (Object.keys(calls) as Call[]).flatMap((call) => calls[call].map((fault) => `${call} ${fault}`));
}

function coverageTable(hits: ReadonlyMap<string, number>): string {
  return (Object.keys(calls) as Call[])
    .map(
      (call) =>
        `${call.padEnd(16)} ${calls[call].map((fault) => `${fault} ${hits.get(`${call} ${fault}`) ?? 0}`).join(' · ')}`,
    )
    .join('\n');
}
