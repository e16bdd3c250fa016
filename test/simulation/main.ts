import { parseArgs } from 'node:util';
import { seedOf } from '../e2e/support/seeded.ts';
import { closePart } from '../trust/part-report.ts';
import { canaries, canaryVariable } from './canaries.ts';
import { crashEverywhere } from './crash-everywhere.ts';
import { runCanaries } from './run-canaries.ts';
import { simulate } from './simulate.ts';
import { worlds } from './worlds.ts';

const usage = `usage: npm run sim [-- --seeds N] [--commands N] [--workers N] [--seed S] [--report FILE]
       npm run sim -- --crashes [--points N]     a crash before and after every call of one story
       npm run sim -- --canaries [--only NAME]   planted bugs, each of which must be caught
       npm run sim -- --seed S --trace           one world, line by line

The real command handlers, processes, projections and queries on simulated stores, network, clock and provider.
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '2000' },
      commands: { type: 'string', default: '400' },
      workers: { type: 'string', default: '2' },
      seed: { type: 'string' },
      report: { type: 'string' },
      crashes: { type: 'boolean', default: false },
      points: { type: 'string' },
      canaries: { type: 'boolean', default: false },
      only: { type: 'string' },
      part: { type: 'string' },
      trace: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const [seeds, commands, workers] = [values.seeds, values.commands, values.workers].map(Number);
  const isWhole = (value: number | undefined): value is number =>
    Number.isInteger(value) && Number(value) > 0;
  if (values.help || !isWhole(seeds) || !isWhole(commands) || !isWhole(workers)) {
    process.stderr.write(usage);
    return values.help ? 0 : 2;
  }
  const seed = seedOf({ SEED: values.seed ?? process.env['SEED'] });
  if (values.part !== undefined) {
    const [from = 1, count = 1] = values.part.split(',').map(Number);
    const stops = process.env[canaryVariable] !== undefined;
    process.stdout.write(JSON.stringify(await simulate(from, count, commands, stops)));
    return 0;
  }
  if (values.trace) {
    const { trace } = await simulate(seed, 1, commands, false, true);
    process.stdout.write(`${trace.join('\n')}\n`);
    return 0;
  }
  if (values.canaries) {
    const chosen = canaries.filter(({ name }) => values.only === undefined || name === values.only);
    return closePart(await runCanaries(chosen, seed, commands), values.report);
  }
  if (values.crashes) {
    return closePart(await crashEverywhere(seed, Number(values.points ?? Infinity)), values.report);
  }
  process.stdout.write(`seed ${seed}: ${seeds} worlds of ${commands} steps, ${workers} at a time\n`);
  return closePart(await worlds({ seed, seeds, commands, workers }), values.report);
}
