import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seedOf } from '../e2e/support/seeded.ts';
import { orUsage } from '../support/or-usage.ts';
import { writeFigures } from './document.ts';
import { keeps, type PartReport } from './part-report.ts';
import { type Part, parts } from './parts.ts';

const usage = `usage: npm run trust [-- --cut] [--only PART] [--seed S] [--document]

Runs every part that looks for what is lost, doubled or misstated: ${parts.map(({ name }) => name).join(', ')}.
Writes reports/trust.json. Exit code 1: something was found, or less was tried than there should be.

  --cut        a few minutes of everything
  --only PART  one of them
  --seed S     a whole number: the same seed asks the same again; one of its own, which it prints, unless told
  --document   writes the figures into docs/TRUST.md too
`;

const options = {
  cut: { type: 'boolean', default: false },
  only: { type: 'string' },
  seed: { type: 'string' },
  document: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const;

const root = fileURLToPath(new URL('../..', import.meta.url));
const reports = join(root, 'reports');

process.exitCode = await main();

async function main(): Promise<number> {
  const { values } = orUsage(usage, () => parseArgs({ options }));
  if (values.help) {
    process.stderr.write(usage);
    return 0;
  }
  const { only } = values;
  const chosen = parts.filter(({ name }) => only === undefined || name === only);
  const seed = orUsage(usage, () => {
    if (chosen.length === 0) throw new Error(`There is no part ${only}.`);
    return seedOf({ SEED: values.seed ?? process.env['SEED'] });
  });
  process.stdout.write(`seed ${seed}\n`);
  mkdirSync(reports, { recursive: true });
  const startedMs = performance.now();
  const found: PartReport[] = [];
  const failed: string[] = [];
  for (const part of chosen) {
    const report = await run(part, values.cut ? part.cut : part.full, seed);
    if (report === undefined) failed.push(part.name);
    else found.push(report);
    if (report !== undefined && (report.violations.length > 0 || !report.figures.every(keeps)))
      failed.push(part.name);
  }
  const tookS = Math.round((performance.now() - startedMs) / 1_000);
  const summary = {
    at: new Date().toISOString(),
    commit: commit(),
    machine: machine(),
    seed,
    cut: values.cut,
    tookS,
    parts: found,
  };
  writeFileSync(join(reports, 'trust.json'), `${JSON.stringify(summary, null, 2)}\n`);
  if (values.document) writeFigures(summary);
  const verdict = failed.length === 0 ? 'nothing was found' : `failed: ${failed.join(', ')}`;
  process.stdout.write(
    `\n${found.length} of ${chosen.length} parts in ${tookS} s, seed ${seed}: ${verdict}\n`,
  );
  return failed.length === 0 ? 0 : 1;
}

/** Runs a part as its own command; `undefined` where it ended without a report. */
async function run(part: Part, options: readonly string[], seed: number): Promise<PartReport | undefined> {
  const file = join(reports, `${part.name}.json`);
  rmSync(file, { force: true });
  process.stdout.write(`\n=== ${part.name}\n`);
  const child = spawn(process.execPath, [part.main, ...options, '--seed', String(seed), '--report', file], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => resolve());
  });
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as PartReport) : undefined;
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

function machine(): string {
  return `${cpus().length} cores (${cpus()[0]?.model ?? 'unknown'}), Node ${process.version.slice(1)}`;
}
