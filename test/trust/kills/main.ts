import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { seedOf } from '../../e2e/support/seeded.ts';
import { closePart, type Figure } from '../part-report.ts';
import { providerPoints, storePoints } from './failpoints.ts';
import { runLane } from './lane.ts';
import { cyclesMin, type Lane, planOf, rareOf } from './plan.ts';
import { Tally } from './tally.ts';

const usage = `usage: npm run crash [-- --cycles N] [--seed S] [--report FILE]

Kills the server N times (${cyclesMin} or more, 200 unless told), at random moments, at named points, while it hangs and while
its disk is full; asks some to end under load; and holds whatever callers were told against the log.
`;
const cyclesDefault = '200';
/** Of 200 cycles and more. */
const acknowledgedPerCycle = 100;
const restartMsMax = 2_000;
const stopMsMax = 10_000;
/** Servers that were just killed may still be at work in it. */
const removal = { recursive: true, force: true, maxRetries: 10, retryDelay: 50 };

process.exitCode = await main();

async function main(): Promise<number> {
  const options = read();
  if (typeof options === 'number') return options;
  const { cycles, seed, report } = options;
  process.stdout.write(`seed ${seed}: ${cycles} kills, of two ledgers side by side\n`);
  const startedMs = performance.now();
  const tally = new Tally(seed);
  const directory = mkdtempSync(join(tmpdir(), 'ledger-kills-'));
  process.once('exit', () => rmSync(directory, removal));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const plan = planOf(cycles, seed);
  const progress = (line: string) => process.stdout.write(`${line}\n`);
  const lanes = (Object.keys(plan) as Lane[]).map((lane) =>
    runLane({ lane, plan: plan[lane], seed, directory, progress }),
  );
  for (const seen of await Promise.all(lanes)) tally.add(seen);
  return closePart(
    {
      name: 'kills',
      seed,
      rerun: `npm run crash -- --cycles ${cycles} --seed ${seed}`,
      tookS: Math.round((performance.now() - startedMs) / 1_000),
      figures: figuresOf(tally, cycles),
      violations: tally.violations,
    },
    report,
  );
}

function read(): { cycles: number; seed: number; report: string | undefined } | 0 | 2 {
  try {
    const { values } = parseArgs({
      options: {
        cycles: { type: 'string', default: cyclesDefault },
        seed: { type: 'string' },
        report: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help === true) {
      process.stdout.write(usage);
      return 0;
    }
    const cycles = Number(values.cycles);
    if (!Number.isInteger(cycles) || cycles < cyclesMin)
      throw new Error(`--cycles takes a number from ${cyclesMin}`);
    return { cycles, seed: seedOf({ SEED: values.seed ?? process.env['SEED'] }), report: values.report };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}`);
    return 2;
  }
}

function figuresOf(tally: Tally, cycles: number): readonly Figure[] {
  const rare = rareOf(cycles);
  const counted = (name: string) => tally.cycles.get(name) ?? 0;
  const kinds = ['pause', 'no-page', 'no-byte', 'term', ...storePoints, ...providerPoints];
  return [
    { name: 'kills', value: tally.kills, atLeast: cycles },
    { name: 'at a random moment', value: counted('moment') },
    ...kinds.map((name) => ({ name, value: counted(name), atLeast: rare })),
    {
      name: 'acknowledged commands',
      value: tally.acknowledged,
      atLeast: cycles * acknowledgedPerCycle,
    },
    { name: 'unanswered, sent again', value: tally.unanswered },
    { name: 'told to come again', value: tally.later },
    { name: 'turned away while ending', value: tally.turnedAway },
    { name: 'replays compared', value: tally.replaysCompared },
    { name: 'states compared', value: tally.statesCompared },
    { name: 'taken over from one that hung', value: tally.takenOver, atLeast: 1 },
    { name: 'restart, worst ms', value: Math.round(tally.restartMsMax), atMost: restartMsMax },
    { name: 'end when asked, worst ms', value: Math.round(tally.stopMsMax), atMost: stopMsMax },
    { name: 'verify runs', value: tally.verifyRuns, atLeast: 2 },
    { name: 'acknowledged and lost', value: tally.lost, atLeast: 0, atMost: 0 },
    { name: 'done twice', value: tally.doubled, atLeast: 0, atMost: 0 },
  ];
}
