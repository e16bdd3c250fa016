import type { PartReport } from '../trust/part-report.ts';
import type { Canary } from './canaries.ts';
import { abreast, inProcess } from './in-parts.ts';

const seedsMax = 200;
const seedsAtOnce = 10;
const workers = 2;

/** Plants every bug by itself, and looks for it until it is found. One that is not found in so many worlds is a violation. */
export async function runCanaries(
  chosen: readonly Canary[],
  seed: number,
  commands: number,
): Promise<PartReport> {
  const startedMs = performance.now();
  const found = await abreast(chosen, workers, async (canary) => {
    const { name } = canary;
    for (let from = 0; from < seedsMax; from += seedsAtOnce) {
      const { seeds, violations } = await inProcess(seed + from, seedsAtOnce, commands, name);
      if (violations.length === 0) continue;
      process.stdout.write(`  ${name}: caught in world ${from + seeds}: ${violations[0]?.slice(0, 160)}\n`);
      return from + seeds;
    }
    process.stdout.write(`  ${name}: NOT caught\n`);
    return undefined;
  });
  const caught = found.filter((worlds) => worlds !== undefined);
  return {
    name: 'canaries',
    seed,
    rerun: `npm run sim -- --canaries --seed ${seed}`,
    tookS: Math.round((performance.now() - startedMs) / 1_000),
    figures: [
      { name: 'planted bugs', value: chosen.length },
      { name: 'caught', value: caught.length, atLeast: chosen.length },
      { name: 'worlds that the hardest took', value: Math.max(0, ...caught), atMost: seedsMax },
    ],
    violations: chosen.flatMap(({ name, mistake }, index) =>
      found[index] === undefined ? [`${name} was not caught in ${seedsMax} worlds: ${mistake}`] : [],
    ),
  };
}
