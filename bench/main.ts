import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { growth } from './growth.ts';
import { overHttp } from './http.ts';
import { holds, type Result } from './lib/figure.ts';
import { updateReadme } from './lib/readme.ts';
import { type Scale, scales, type Tell } from './lib/scale.ts';
import { table } from './lib/table.ts';
import { writePath } from './write-path.ts';

const help = `npm run bench -- [--quick] [--only write|http|growth] [--check]

Measures the ledger against ceilings on the same machine in the same run: medians of three runs (five over HTTP), and ratios, because
absolutes say more about the machine. Takes about ten minutes. Prints a table; a run
of everything also writes bench/results.json and the figures of the README.

  --quick   a short run of everything: shows that it works, decides nothing, writes nothing
  --only    one group
  --check   exit 1 when a figure is below its bar
`;

const groups = { write: writePath, http: overHttp, growth } as const satisfies Record<
  string,
  (scale: Scale, tell: Tell) => Promise<readonly Result[]>
>;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const chosen = Object.entries(groups).filter(([name]) => options.only === undefined || options.only === name);

if (options.help) {
  process.stdout.write(help);
} else if (chosen.length === 0) {
  process.stderr.write(`There is no group ${options.only}; use one of ${Object.keys(groups).join(', ')}.\n`);
  process.exitCode = 2;
} else {
  const results = await measure(options.quick ? scales.quick : scales.full);
  if (options.check && !results.every(holds)) process.exitCode = 1;
}

async function measure(scale: Scale): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const [, group] of chosen)
    results.push(...(await group(scale, (what) => void process.stderr.write(`  ${what}\n`))));
  process.stdout.write(`\n${table(results, !options.quick)}\n`);
  if (options.quick) process.stdout.write('A quick run: it shows that the benchmark works, and no more.\n');
  else if (options.only === undefined) save(results);
  return results;
}

function save(results: readonly Result[]): void {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const report = { at: new Date().toISOString(), machine, results };
  writeFileSync(new URL('results.json', import.meta.url), `${JSON.stringify(report, null, 2)}\n`);
  updateReadme(results, `${machine.cores} cores (${machine.cpu}), Node ${machine.node.slice(1)}`);
}
