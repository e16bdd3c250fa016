import { parseArgs } from 'node:util';
import { seedOf } from '../../e2e/support/seeded.ts';
import { canaries } from '../../simulation/canaries.ts';
import { closePart, type Figure } from '../part-report.ts';
import { operationsMin } from './plan.ts';
import { plantings } from './planted.ts';
import { type RunOptions, runHistories } from './run.ts';
import { type Server, startServer } from './servers.ts';
import type { Tally } from './tally.ts';

const usage = `usage: npm run test:linear [-- --histories N] [--operations N] [--seed S] [--only N] [--bug NAME] [--report FILE]

Plays N histories (1,000 unless told) of so many requests (50 unless told, ${operationsMin} to 60) each: 8 to 16 clients ask
conflicting things of the same one to three orders, over HTTP. Whatever they were answered must be what one order would have
answered to one client after another; and of violations planted in what was answered, none may pass. --only plays the history
of that number alone. --bug has the servers run with one of the simulator's planted bugs: then violations are what is wanted.
`;

/** Histories from which every kind of violation can be expected to have been planted. */
const historiesForPlanting = 200;

/** Of one history, on average: a server that does not answer would be found right in everything. */
const unknownMax = 4;

process.exitCode = await main();

async function main(): Promise<number> {
  const options = read();
  if (typeof options === 'number') return options;
  const { histories, operations, seed, only, report } = options;
  process.stdout.write(`seed ${seed}: ${histories} histories of ${operations} operations\n`);
  const startedMs = performance.now();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const servers: Server[] = [];
  let tally: Tally;
  const complaints: string[] = [];
  try {
    for (const paidWhen of ['captured', 'authorized'] as const)
      servers.push(await startServer(paidWhen, options.bug));
    const progress = (line: string) => process.stdout.write(`${line}\n`);
    tally = await runHistories(servers, { ...options, progress });
  } finally {
    for (const server of servers) complaints.push(...(await server.stop()));
  }
  return closePart(
    {
      name: 'linear',
      seed,
      rerun: `npm run test:linear -- --histories ${histories} --operations ${operations} --seed ${seed}`,
      tookS: Math.round((performance.now() - startedMs) / 1_000),
      figures: figuresOf(tally, only === undefined ? histories : 1, operations),
      violations: [...tally.violations, ...complaints],
    },
    report,
  );
}

type Options = Omit<RunOptions, 'progress'> & { readonly report: string | undefined; readonly bug?: string };

function read(): Options | 0 | 2 {
  try {
    const { values } = parseArgs({
      options: {
        histories: { type: 'string', default: '1000' },
        operations: { type: 'string', default: '50' },
        only: { type: 'string' },
        bug: { type: 'string' },
        seed: { type: 'string' },
        report: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
    if (values.help === true) {
      process.stdout.write(usage);
      return 0;
    }
    const histories = wholeFrom(1, 1_000_000, values.histories, '--histories');
    return {
      histories,
      operations: wholeFrom(operationsMin, 60, values.operations, '--operations'),
      seed: seedOf({ SEED: values.seed ?? process.env['SEED'] }),
      ...(values.only !== undefined && { only: wholeFrom(0, histories - 1, values.only, '--only') }),
      ...(values.bug !== undefined && { bug: bugNamed(values.bug) }),
      report: values.report,
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n${usage}`);
    return 2;
  }
}

function bugNamed(name: string): string {
  if (canaries.some((canary) => canary.name === name)) return name;
  throw new Error(`--bug takes one of ${canaries.map((canary) => canary.name).join(', ')}`);
}

function wholeFrom(min: number, max: number, text: string, name: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new Error(`${name} takes a whole number from ${min} to ${max}`);
}

function figuresOf(tally: Tally, histories: number, operations: number): readonly Figure[] {
  const planted = plantings.map(({ kind }) => tally.plantedOf(kind));
  const allPlanted = planted.reduce((sum, each) => sum + each, 0);
  const isLong = histories >= historiesForPlanting;
  const share = (part: number) => (isLong ? { atLeast: Math.floor(histories * part) } : {});
  const answered = (status: number) => tally.statuses.get(status) ?? 0;
  return [
    { name: 'histories', value: tally.histories, atLeast: histories },
    { name: 'operations', value: tally.operations, atLeast: histories * operations },
    { name: 'orders', value: tally.orders },
    { name: 'linearizable orders', value: tally.linearizable, atLeast: tally.orders },
    { name: 'pairs on one order at one time', value: tally.overlapping, ...share(100) },
    {
      name: 'operations with unknown outcome',
      value: tally.unknown,
      ...share(0.2),
      atMost: histories * unknownMax,
    },
    { name: 'answers to a key that was known', value: tally.sameKey, ...share(1) },
    { name: 'reads of what was written', value: tally.behind, ...share(1) },
    ...[200, 201, 404, 409, 412, 422].map((status) => ({
      name: `answered ${status}`,
      value: answered(status),
      ...share(status === 200 ? 10 : 0.5),
    })),
    { name: 'states explored', value: tally.states },
    { name: 'states explored, most of one order', value: tally.statesMost },
    { name: 'violations planted', value: allPlanted },
    { name: 'planted and found', value: tally.plantedFound, atLeast: allPlanted },
    { name: 'planted of the rarest kind', value: Math.min(...planted), ...(isLong && { atLeast: 5 }) },
    { name: 'states explored, most of one planted', value: tally.plantedStates },
  ];
}
