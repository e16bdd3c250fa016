import { parseArgs } from 'node:util';
import { seedOf } from '../../e2e/support/seeded.ts';
import { orUsage } from '../../support/or-usage.ts';
import { closePart } from '../part-report.ts';
import { attackOperations, lanesMax, learnAbout } from './attack.ts';
import { placeToBeGivenUp } from './given-up.ts';
import { heapAfterCollection } from './heap.ts';
import type { ComparedWithProvider } from './provider-book.ts';
import { attackSockets } from './raw.ts';
import { figuresOf, type Memory } from './report.ts';
import { type Attacked, startAttacked } from './service.ts';
import { createTally, type Tally } from './tally.ts';

const usage = `usage: npm run fuzz:api [-- --requests N] [--raw N] [--seed S] [--report FILE]

Sends the running service requests made from its own OpenAPI document, most of them wrong in one way, and bytes over raw
sockets that are no requests at all; holds every answer against the document. Exit code 1: something was not as promised.
`;

const options = {
  requests: { type: 'string', default: '50000' },
  raw: { type: 'string', default: '5000' },
  seed: { type: 'string' },
  report: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

process.exitCode = await main();

async function main(): Promise<number> {
  const values = parsed();
  if (values?.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const requests = Number(values?.requests);
  const raw = Number(values?.raw);
  if (values === undefined || !isCount(requests) || !isCount(raw)) {
    process.stderr.write(usage);
    return 2;
  }
  const seed = orUsage(usage, () => seedOf({ SEED: values.seed ?? process.env['SEED'] }));
  process.stdout.write(`seed ${seed}: ${requests} requests and ${raw} raw connections\n`);
  const startedMs = performance.now();
  const tally = createTally();
  const { memory, provider } = await attackAll({ requests, raw, seed }, tally);
  const rerun = `npm run fuzz:api -- --requests ${requests} --raw ${raw} --seed ${seed}`;
  const tookS = Math.round((performance.now() - startedMs) / 1_000);
  const figures = figuresOf(tally, { requests, raw }, memory, provider);
  return closePart(
    { name: 'fuzz-api', seed, rerun, tookS, figures, violations: tally.violations },
    values.report,
  );
}

function parsed() {
  try {
    return parseArgs({ options }).values;
  } catch {
    return undefined;
  }
}

function isCount(count: number): boolean {
  return Number.isInteger(count) && count >= 0;
}

interface Counts {
  readonly requests: number;
  readonly raw: number;
  readonly seed: number;
}

/** What is left to tell of an attack, beside what was answered to it. */
interface Attack {
  readonly memory: Memory;
  readonly provider: ComparedWithProvider;
}

/** A ledger whose callers report what their provider did, and one that asks a provider itself: half the requests each. */
async function attackAll(counts: Counts, tally: Tally): Promise<Attack> {
  const asking = await startAttacked('simulated:');
  const reported = await startAttacked('external:').catch(async (error: unknown) => {
    await asking.dispose();
    throw error;
  });
  try {
    const givenUp = await placeToBeGivenUp(asking, lanesMax);
    const { memory } = await attackOne(reported, 'reported', { ...counts, raw: 0 }, [], tally);
    const { provider } = await attackOne(asking, 'asked', counts, givenUp, tally);
    return { memory, provider };
  } finally {
    await reported.dispose();
    await asking.dispose();
  }
}

async function attackOne(
  attacked: Attacked,
  name: string,
  { requests, raw, seed }: Counts,
  givenUp: readonly string[],
  tally: Tally,
): Promise<Attack> {
  const startedMs = performance.now();
  const say = (what: string) => {
    const s = ((performance.now() - startedMs) / 1_000).toFixed(1);
    process.stdout.write(`payments are ${name}: ${what}, ${s} s, ${tally.violations.length} violations\n`);
  };
  const half = Math.ceil(requests / 2);
  // The first of them warm up what is compiled, cached and indexed.
  const warming = Math.ceil(half / 4);
  const knowledge = await learnAbout(attacked, tally);
  const attack = {
    attacked,
    knowledge,
    seed,
    tally,
    givenUp,
    progress: (done: number) => say(`${done} requests`),
  };
  await attackOperations({ ...attack, requests: warming });
  const beforeBytes = heapAfterCollection();
  await attackOperations({ ...attack, requests: half - warming, seed: seed + 1 });
  const afterBytes = heapAfterCollection();
  if (raw > 0) {
    const { judge } = knowledge;
    await attackSockets({ port: attacked.port, connections: raw, seed, judge, tally });
    say(`${raw} raw connections`);
  }
  const alive = await fetch(`${attacked.url}/readyz`);
  if (alive.status !== 200)
    tally.violation(`payments are ${name}: afterwards /readyz answers ${alive.status}`);
  const { defects, provider } = await attacked.stopAndVerify();
  for (const defect of defects) tally.violation(`payments are ${name}, verify: ${defect}`);
  for (const failure of attacked.failures) tally.violation(`payments are ${name}, not handled: ${failure}`);
  say('verified');
  return { memory: { beforeBytes, afterBytes }, provider };
}
