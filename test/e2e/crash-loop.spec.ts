import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { contradictionsIn } from '../support/journal.ts';
import { environmentOf, useWorkspace } from '../support/process.ts';
import { onFiles } from '../support/test-servers.ts';
import { CrashDriver, type Cycle } from './support/crash-driver.ts';
import { seedOf } from './support/seeded.ts';

/** CYCLES and SEED in the environment: more of it, or the same again. */
const cycles = Number(process.env['CYCLES'] ?? (onFiles ? 20 : 5));
const cyclesPerVerify = 10;

const { directory, run, serve } = useWorkspace();

describe('kill -9 at any moment', () => {
  it.each([
    { processes: 1, count: cycles },
    { processes: 2, count: Math.ceil(cycles / 10) },
  ])(
    'loses and doubles nothing with $processes service(s) on one log, $count times',
    async ({ processes, count }) => {
      const dataDir = directory();
      const seed = seedOf(process.env);
      const driver = new CrashDriver(() => serve({ dataDir }), seed);
      await driver.open(dataDir, processes);
      const seen: Cycle[] = [];

      for (let cycle = 1; cycle <= count; cycle++) {
        seen.push(await saying(`seed ${seed}, cycle ${cycle}`, () => driver.cycle()));
        if (cycle % cyclesPerVerify === 0 || cycle === count) {
          const verified = await run(['verify'], { dataDir });
          expect(verified, `seed ${seed}, cycle ${cycle}: ${verified.stderr}`).toMatchObject({ code: 0 });
        }
      }

      await saying(`seed ${seed}, at the end`, () => driver.askAgain(driver.journal));
      expect(
        await contradictionsIn(readConfig(environmentOf(dataDir)), driver.journal),
        `seed ${seed}`,
      ).toEqual([]);
      report(seed, processes, seen);
    },
  );
});

/** A failure names the seed that leads to it. */
async function saying<T>(where: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  }
}

function report(seed: number, processes: number, seen: readonly Cycle[]): void {
  const sum = (of: (cycle: Cycle) => number) => seen.reduce((total, cycle) => total + of(cycle), 0);
  const slowest = Math.max(...seen.map(({ readyInMs }) => readyInMs));
  process.stdout.write(
    `seed ${seed}: ${seen.length} kills of ${processes} process(es), ${sum(({ acknowledged }) => acknowledged)} acknowledged and ${sum(({ unanswered }) => unanswered)} unanswered commands, ready again within ${Math.round(slowest)} ms\n`,
  );
}
