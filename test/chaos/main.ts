import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { seedOf } from '../e2e/support/seeded.ts';
import { startServers } from '../support/servers/start-all.ts';
import { runChaos } from './chaos.ts';
import { lanes } from './plan.ts';
import { tableOf, violationsOf } from './report.ts';

const usage = `usage: npm run chaos:proxy [-- --episodes N] [--only redis|mongodb|event-store] [--seed S] [--report FILE]`;
const episodesDefault = '100';
const violationsShownMax = 40;

process.exitCode = await main();

/** Faults in front of every server the ledger uses, while callers order, pay and read. Exit code 1: something broke. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      episodes: { type: 'string', default: episodesDefault },
      only: { type: 'string' },
      seed: { type: 'string' },
      report: { type: 'string' },
    },
  });
  const only = lanes.filter((name) => values.only === undefined || values.only === name);
  const episodes = Number(values.episodes);
  if (only.length === 0 || !Number.isInteger(episodes) || episodes < 1) {
    process.stderr.write(`${usage}\n`);
    return 2;
  }
  const seed = seedOf({ SEED: values.seed ?? process.env['SEED'] });
  process.stdout.write(`seed ${seed}: ${episodes} episodes of each fault in front of ${only.join(', ')}\n`);
  const startedMs = performance.now();
  const { servers, stop } = await startServers({ ...process.env, CI: 'true' });
  const { eventStore, readModel, cache, run } = servers;
  try {
    if (eventStore === undefined || readModel === undefined || cache === undefined)
      throw new Error('all three servers are needed');
    const reports = await runChaos({
      servers: { eventStore, readModel, cache, run },
      only,
      episodes,
      seed,
      progress: (line) => process.stdout.write(`${line}\n`),
    });
    const violations = violationsOf(reports);
    const tookS = Math.round((performance.now() - startedMs) / 1_000);
    const verdict = `seed ${seed}: ${violations.length} violations in ${tookS} s`;
    const text = `${tableOf(reports)}\n\n${verdict}\n`;
    process.stdout.write(text);
    for (const what of violations.slice(0, violationsShownMax)) process.stdout.write(`  ${what}\n`);
    if (values.report !== undefined) {
      mkdirSync(dirname(values.report), { recursive: true });
      const logs = reports.map(({ name, log }) => `${name} logged last:\n${log}`);
      writeFileSync(values.report, [text, ...violations, ...logs].join('\n'));
    }
    return violations.length === 0 ? 0 : 1;
  } finally {
    await stop();
  }
}
