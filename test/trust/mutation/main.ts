import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { closePart, type Figure } from '../part-report.ts';
import { type Area, areas } from './areas.ts';

const usage = `node test/trust/mutation/main.ts [options] [area …]

Changes the code in thousands of small ways and looks whether a spec notices each. Areas: ${areas.map(({ name }) => name).join(', ')}.

  --report FILE       where to write the figures as JSON
  --score-min N       percent that have to be noticed, in every area (85)
  --concurrency N     processes that run specs (2)
  --force             run everything again, also what has not changed since the last run
  --seed N            of no effect, nothing here is random: every part of the trust run takes one
`;

interface Settings {
  readonly concurrency: number;
  readonly isForced: boolean;
}

interface Mutant {
  readonly status: string;
  readonly mutatorName: string;
  readonly replacement?: string;
  readonly location: { readonly start: Place; readonly end: Place };
}

interface Place {
  readonly line: number;
  readonly column: number;
}

interface StrykerReport {
  readonly files: Readonly<Record<string, { readonly source: string; readonly mutants: readonly Mutant[] }>>;
}

const folder = 'reports/mutation';
const noticed = new Set(['Killed', 'Timeout']);
const missed = new Set(['Survived', 'NoCoverage']);

const { values, positionals } = readArgs();
if (values.help) {
  process.stdout.write(usage);
} else {
  const startedAt = performance.now();
  const scoreMin = Number(values['score-min']);
  const settings = { concurrency: Number(values.concurrency), isForced: values.force };
  const asked = areas.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const figures: Figure[] = [];
  const violations: string[] = [];
  for (const area of asked) {
    const report = await mutate(area, settings);
    if (report === undefined) violations.push(`${area.name}: Stryker did not finish, see its output above`);
    else {
      figures.push(...figuresOf(area, report, scoreMin));
      process.stdout.write(`${missedIn(report).join('\n')}\n`);
    }
  }
  const report = {
    name: 'mutation',
    seed: Number(values.seed),
    rerun: `node test/trust/mutation/main.ts ${positionals.join(' ')}`.trimEnd(),
    tookS: Math.round((performance.now() - startedAt) / 1_000),
    figures,
    violations,
  };
  process.exitCode = closePart(report, values.report);
}

function readArgs() {
  try {
    const parsed = parseArgs({
      allowPositionals: true,
      options: {
        report: { type: 'string' },
        'score-min': { type: 'string', default: '85' },
        concurrency: { type: 'string', default: '2' },
        seed: { type: 'string', default: '1' },
        force: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const wrong = parsed.positionals.filter((asked) => !areas.some(({ name }) => name === asked));
    if (wrong.length > 0) throw new TypeError(`There is no area ${wrong.join(', ')}.`);
    for (const name of ['score-min', 'concurrency', 'seed'] as const)
      if (!/^\d{1,9}$/.test(parsed.values[name])) throw new TypeError(`--${name} takes a whole number.`);
    return parsed;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${usage}`);
    process.exit(2);
  }
}

/** Runs Stryker on one area: what has not changed since the last run is not tried again. */
async function mutate({ name, mutate: patterns, specs }: Area, settings: Settings) {
  mkdirSync(folder, { recursive: true });
  const mutated = [...patterns, '!src/**/*.spec.ts'];
  const reportFile = `${folder}/${name}.json`;
  const configFile = `${folder}/${name}.config.json`;
  const before = existsSync(configFile) ? JSON.parse(readFileSync(configFile, 'utf8')).mutate : undefined;
  const config = {
    ...JSON.parse(readFileSync('test/trust/mutation/stryker.json', 'utf8')),
    mutate: mutated,
    concurrency: settings.concurrency,
    // What the last run says of files that are not mutated any more would be counted for ever.
    force: settings.isForced || (before !== undefined && !isDeepStrictEqual(before, mutated)),
    incrementalFile: `${folder}/${name}.incremental.json`,
    jsonReporter: { fileName: reportFile },
    htmlReporter: { fileName: `${folder}/${name}.html` },
    tempDirName: `${folder}/sandbox`,
  };
  writeFileSync(configFile, JSON.stringify(config, null, 2));
  const stryker = spawn(
    process.execPath,
    ['node_modules/@stryker-mutator/core/bin/stryker.js', 'run', configFile],
    { stdio: 'inherit', env: { ...process.env, MUTATION_SPECS: specs.join(',') } },
  );
  const end = () => void stryker.kill();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
  const [exitCode] = await once(stryker, 'exit');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeListener(signal, end);
  if (exitCode !== 0) return undefined;
  const report: StrykerReport = JSON.parse(readFileSync(reportFile, 'utf8'));
  return report;
}

function figuresOf({ name }: Area, { files }: StrykerReport, scoreMin: number): readonly Figure[] {
  const mutants = Object.values(files).flatMap((file) => file.mutants);
  const count = (among: ReadonlySet<string>) => mutants.filter(({ status }) => among.has(status)).length;
  const judged = count(noticed) + count(missed);
  return [
    { name: `${name}: mutants judged`, value: judged },
    {
      name: `${name}: left out (never run, or only as a module is loaded; wording)`,
      value: count(new Set(['Ignored'])),
    },
    { name: `${name}: not noticed`, value: count(missed) },
    // Rounded down: a score is not reached before it is reached.
    {
      name: `${name}: score, percent`,
      value: judged === 0 ? 0 : Math.floor((count(noticed) / judged) * 1_000) / 10,
      atLeast: scoreMin,
    },
  ];
}

/** What no spec noticed, to be read: the place, the code, and what it was changed to. */
function missedIn({ files }: StrykerReport): readonly string[] {
  return Object.entries(files).flatMap(([path, { source, mutants }]) => {
    const lines = source.split('\n');
    return mutants
      .filter(({ status }) => missed.has(status))
      .map(({ location: { start, end }, replacement = '' }) => {
        const last = start.line === end.line ? end.column - 1 : undefined;
        const code = lines[start.line - 1]?.slice(start.column - 1, last);
        return `${path}:${start.line}: ${code} → ${replacement.replaceAll(/\s+/g, ' ')}`;
      });
  });
}
