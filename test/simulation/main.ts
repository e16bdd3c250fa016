import { parseArgs } from 'node:util';
import { seedOf } from '../e2e/support/seeded.ts';
import { endWhenUnread, orUsage } from '../support/or-usage.ts';
import { closePart } from '../trust/part-report.ts';
import { banTheOutsideWorld } from './bans.ts';
import { canaries, canaryVariable } from './canaries.ts';
import { crashAt, crashEverywhere } from './crash-everywhere.ts';
import { runCanaries } from './run-canaries.ts';
import { removable, shrunkWorld, worldOf } from './shrink.ts';
import { simulate } from './simulate.ts';
import { runWorld } from './world.ts';
import { worlds } from './worlds.ts';

const usage = `usage: npm run sim [-- --seeds N] [--commands N] [--workers N] [--seed S] [--report FILE]
       npm run sim -- --crashes [--every N]      a crash before and after every call of one story, or every Nth of them
       npm run sim -- --canaries [--only NAME]   planted bugs, each of which must be caught
       npm run sim -- --shrink --seed S          the least of a violated world that is still violated
       npm run sim -- --trace --seed S           one world, line by line
                      [--steps 1,2,…] [--without FAULT,…]   or what is left of it

The real command handlers, processes, projections and queries on simulated stores, network, clock and provider.
--without takes ${removable.join(', ')}.
`;

const options = {
  seeds: { type: 'string', default: '2000' },
  commands: { type: 'string', default: '450' },
  workers: { type: 'string', default: '2' },
  every: { type: 'string', default: '1' },
  seed: { type: 'string' },
  report: { type: 'string' },
  crashes: { type: 'boolean', default: false },
  canaries: { type: 'boolean', default: false },
  only: { type: 'string' },
  shrink: { type: 'boolean', default: false },
  trace: { type: 'boolean', default: false },
  steps: { type: 'string' },
  without: { type: 'string', default: '' },
  part: { type: 'string' },
  'crash-points': { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

endWhenUnread();
const { values } = orUsage(usage, () => parseArgs({ options }));
process.exitCode = await main();

async function main(): Promise<number> {
  if (values.help) {
    process.stderr.write(usage);
    return 0;
  }
  const { seeds, commands, workers, every, without, steps, seed } = orUsage(usage, read);
  if (values.part !== undefined || values['crash-points'] !== undefined) {
    await answer(values, seed, commands);
    return 0;
  }
  if (values.trace) {
    const narrowing = { without, ...(steps && { steps }) };
    const { trace, violations } = await runWorld({ ...worldOf(seed, commands, narrowing), keepsTrace: true });
    process.stdout.write(`${[...trace, ...violations].join('\n')}\n`);
    return violations.length > 0 ? 1 : 0;
  }
  if (values.shrink) {
    const lines = await shrunkWorld(seed, commands);
    process.stdout.write(`${lines?.join('\n') ?? `seed ${seed}: nothing is violated`}\n`);
    return lines === undefined ? 0 : 1;
  }
  if (values.canaries) {
    const { only } = values;
    const chosen = canaries.filter(({ name }) => only === undefined || name === only);
    return closePart(await runCanaries(chosen, seed, commands), values.report);
  }
  if (values.crashes) return closePart(await crashEverywhere(seed, every, workers), values.report);
  process.stdout.write(`seed ${seed}: ${seeds} worlds of ${commands} steps, ${workers} at a time\n`);
  return closePart(await worlds({ seed, seeds, commands, workers }), values.report);
}

/** @throws what is wrong, in words */
function read() {
  const whole = (name: 'seeds' | 'commands' | 'workers' | 'every') => {
    if (/^[1-9]\d{0,6}$/.test(values[name])) return Number(values[name]);
    throw new Error(`--${name} takes a whole number from 1, not ${values[name]}.`);
  };
  const without = values.without.split(',').filter((name) => name !== '');
  const odd = without.find((name) => !removable.includes(name));
  if (odd !== undefined) throw new Error(`--without does not know ${odd}.`);
  const steps = values.steps === undefined ? undefined : numbersIn(values.steps);
  if (steps?.some(Number.isNaN)) throw new Error(`--steps takes numbers, not ${values.steps}.`);
  if (values.only !== undefined && !canaries.some(({ name }) => name === values.only))
    throw new Error(`There is no canary ${values.only}: ${canaries.map(({ name }) => name).join(', ')}.`);
  return {
    ...{
      seeds: whole('seeds'),
      commands: whole('commands'),
      workers: whole('workers'),
      every: whole('every'),
    },
    ...{ without, steps, seed: seedOf({ SEED: values.seed ?? process.env['SEED'] }) },
  };
}

/** As a part of a greater run, in a process of its own: as JSON. */
async function answer(asked: typeof values, seed: number, commands: number): Promise<void> {
  const misuses = banTheOutsideWorld();
  const [from = 1, to = 1, step = 1] = numbersIn(asked.part ?? asked['crash-points'] ?? '');
  const stops = process.env[canaryVariable] !== undefined;
  const result =
    asked.part === undefined
      ? await crashAt(seed, from, to, step)
      : await simulate(from, to, commands, stops);
  process.stdout.write(JSON.stringify({ ...result, violations: [...result.violations, ...misuses] }));
}

function numbersIn(list: string): number[] {
  return list.split(',').map(Number);
}
