import { isDeepStrictEqual, parseArgs } from 'node:util';
import { inParallel } from '../../demo/in-parallel.ts';
import { type Combination, combinations, isThere } from '../combinations/combination.ts';
import { alignedTable } from '../support/aligned-table.ts';
import { startServers } from '../support/servers/start-all.ts';
import { playOn } from './equivalence.ts';
import type { Outcome } from './run-script.ts';

const usage = `usage: npm run test:equiv -- [--commands N] [--seed N] [--only TEXT]

Plays one script of commands and questions on every event store with every read model and every cache, and compares what
they answered, what their documents say and what their logs hold. Exit 1 when any two differ.
`;

/** So many combinations at once: one waits for its disk or its server while another one computes. */
const atOnce = 2;

interface Played {
  readonly combination: Combination;
  readonly outcome: Outcome;
  readonly elapsedMs: number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      commands: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '1' },
      only: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  const [commands, seed] = [Number(values.commands), Number(values.seed)];
  if (
    values.help ||
    !(Number.isSafeInteger(commands) && commands > 0 && Number.isSafeInteger(seed) && seed > 0)
  ) {
    process.stderr.write(usage);
    return 2;
  }
  const { servers, stop } = await startServers(process.env);
  try {
    const startedMs = performance.now();
    const chosen = combinations.filter((each) => each.title.includes(values.only) && isThere(each, servers));
    const played = await inParallel(chosen, atOnce, async (combination): Promise<Played> => {
      const beganMs = performance.now();
      const outcome = await playOn(combination, servers, { seed, commands });
      return { combination, outcome, elapsedMs: performance.now() - beganMs };
    });
    return report(played, seed, performance.now() - startedMs);
  } finally {
    await stop();
  }
}

function report(played: readonly Played[], seed: number, elapsedMs: number): number {
  const [first] = played;
  if (first === undefined) {
    process.stderr.write('there is no such combination here\n');
    return 2;
  }
  const rows = played.map(({ combination, outcome, elapsedMs: tookMs }) => [
    combination.title,
    outcome.replies,
    outcome.documents,
    outcome.events,
    isDeepStrictEqual(outcome, first.outcome) ? 'equal' : 'DIFFERS',
    String(outcome.commands),
    String(outcome.queries),
    (tookMs / 1_000).toFixed(1),
  ]);
  const head = ['stores', 'replies', 'documents', 'events', '', 'commands', 'queries', 'seconds'];
  const { counts, statuses } = first.outcome;
  process.stdout.write(`${alignedTable([head, ...rows], 5)}\n\n`);
  process.stdout.write(`commands: ${textOf(counts)}\nanswers: ${textOf(statuses)}\n`);
  const differing = rows.filter((row) => row.includes('DIFFERS')).length;
  process.stdout.write(
    `seed ${seed}: ${played.length} of ${combinations.length} combinations, ${differing} differ, in ${(elapsedMs / 1_000).toFixed(0)} s\n`,
  );
  return differing === 0 ? 0 : 1;
}

function textOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

process.exitCode = await main();
