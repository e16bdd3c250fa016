import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { seedOf } from '../../e2e/support/seeded.ts';
import { closePart, type PartReport } from '../part-report.ts';
import { type Attacked, startAttacked } from './service.ts';
import { makeTokens } from './tokens.ts';

const version = '4.32.5';
const usage = `usage: npm run fuzz:schemathesis [-- --seed S] [--examples N] [--seconds N] [--report FILE]

A second opinion: schemathesis ${version} reads the published document and tests the running service against it. It is
installed from PyPI into a virtual environment that is kept in the directory for temporary files. Where that cannot be
done nothing is tested, and the report says so.
`;

const options = {
  seed: { type: 'string' },
  examples: { type: 'string', default: '10' },
  seconds: { type: 'string', default: '40' },
  report: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;

/**
 * Everything schemathesis checks, less what this API promises otherwise on purpose:
 * positive_data_acceptance: what the document allows may still be impossible, as it is with revisions and positions that
 *   are not there, the currency of another order, two parameters that exclude each other, and card numbers.
 */
const excluded = ['positive_data_acceptance'];

/** 504 is the documented answer to a read that insists on a position the ledger has not reached. */
const configuration = `[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx", 504]
`;

const installMsMax = 300_000;
const run = promisify(execFile);

process.exitCode = await main();

async function main(): Promise<number> {
  const values = parsed();
  if (values?.help === true) {
    process.stdout.write(usage);
    return 0;
  }
  const examples = Number(values?.examples);
  const seconds = Number(values?.seconds);
  if (values === undefined || !isCount(examples) || !isCount(seconds)) {
    process.stderr.write(usage);
    return 2;
  }
  const seed = seedOf({ SEED: values.seed ?? process.env['SEED'] });
  process.stdout.write(`seed ${seed}: schemathesis ${version}, at most ${seconds} s\n`);
  const startedMs = performance.now();
  const program = await install();
  const found =
    typeof program === 'string' ? await test(program, { seed, examples, seconds }) : notRun(program.why);
  const tookS = Math.round((performance.now() - startedMs) / 1_000);
  const rerun = `npm run fuzz:schemathesis -- --seed ${seed} --examples ${examples} --seconds ${seconds}`;
  return closePart({ name: 'fuzz-schemathesis', seed, rerun, tookS, ...found }, values.report);
}

function parsed() {
  try {
    return parseArgs({ options }).values;
  } catch {
    return undefined;
  }
}

function isCount(count: number): boolean {
  return Number.isInteger(count) && count >= 1;
}

type Found = Pick<PartReport, 'figures' | 'violations'>;

function notRun(why: string): Found {
  process.stdout.write(`skipped: schemathesis could not be installed, nothing was tested (${why})\n`);
  return { figures: [{ name: 'ran', value: 0 }], violations: [] };
}

/** The program, installed where it is not yet; or why it cannot be. */
async function install(): Promise<string | { readonly why: string }> {
  const place = join(tmpdir(), `order-ledger-schemathesis-${version}`);
  const program = join(place, 'bin', 'schemathesis');
  try {
    if (!existsSync(program)) {
      process.stdout.write(`installing schemathesis ${version}\n`);
      await run('python3', ['-m', 'venv', place], { timeout: installMsMax });
      const pip = join(place, 'bin', 'pip');
      await run(pip, ['install', '--quiet', `schemathesis==${version}`], { timeout: installMsMax });
    }
    await run(program, ['--version']);
    return program;
  } catch (error) {
    rmSync(place, { recursive: true, force: true });
    const text = error instanceof Error ? error.message : String(error);
    return { why: text.split('\n')[0] ?? 'unknown' };
  }
}

interface Limits {
  readonly seed: number;
  readonly examples: number;
  readonly seconds: number;
}

async function test(program: string, limits: Limits): Promise<Found> {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-schemathesis-'));
  const attacked = await startAttacked('simulated:');
  try {
    const { operator } = await makeTokens(attacked.config, attacked.signingKey());
    const report = await attack(program, directory, attacked, operator, limits);
    const defects = (await attacked.stopAndVerify()).defects.map((defect) => `verify: ${defect}`);
    const failures = attacked.failures.map((failure) => `not handled: ${failure}`);
    const found = foundIn(report);
    return { ...found, violations: [...found.violations, ...defects, ...failures] };
  } finally {
    await attacked.dispose();
    rmSync(directory, { recursive: true, force: true });
  }
}

/** What `schemathesis run` writes about itself, as much as is read of it. */
interface Report {
  readonly operations: { readonly total: number; readonly tested: number };
  readonly test_cases: { readonly generated: number; readonly unique_failures: number };
  readonly failures: readonly {
    readonly code: string;
    readonly title: string;
    readonly count: number;
    readonly operations: readonly string[];
  }[];
  readonly errors: readonly unknown[];
}

async function attack(
  program: string,
  directory: string,
  { url }: Attacked,
  token: string,
  { seed, examples, seconds }: Limits,
): Promise<Report> {
  const reportFile = join(directory, 'report.json');
  const configFile = join(directory, 'schemathesis.toml');
  mkdirSync(directory, { recursive: true });
  writeFileSync(configFile, configuration);
  const words = [
    ...['--config-file', configFile, '--no-color', 'run', `${url}/openapi.json`],
    ...['--checks', 'all', '--exclude-checks', excluded.join(','), '--continue-on-failure', '--no-shrink'],
    ...['--seed', String(seed), '--max-examples', String(examples), '--max-time', String(seconds)],
    ...['--suppress-health-check', 'all', '--report-json-path', reportFile],
    ...['--header', `Authorization: Bearer ${token}`],
  ];
  const child = spawn(program, words, { cwd: directory, stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk;
  });
  await new Promise((resolve) => child.once('close', resolve));
  if (!existsSync(reportFile)) throw new Error(`schemathesis wrote no report: ${said.slice(-2_000)}`);
  const report = JSON.parse(readFileSync(reportFile, 'utf8')) as Report;
  if (report.failures.length > 0) process.stdout.write(said.slice(-20_000));
  return report;
}

function foundIn({ operations, test_cases: cases, failures, errors }: Report): Found {
  return {
    figures: [
      { name: 'ran', value: 1 },
      { name: 'operations tested', value: operations.tested, atLeast: operations.total },
      { name: 'cases', value: cases.generated },
      { name: 'failures', value: cases.unique_failures, atMost: 0 },
      { name: 'errors', value: errors.length, atMost: 0 },
      { name: 'checks excluded, with a reason', value: excluded.length },
    ],
    violations: [
      ...failures.map(
        ({ code, title, count, operations: of }) => `${code} ${title}, ${count} times: ${of.join('; ')}`,
      ),
      ...errors.map((error) => `error: ${JSON.stringify(error).slice(0, 500)}`),
    ],
  };
}
