import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { growth } from './growth.ts';
import { overHttp } from './http.ts';
import { holds, type Result } from './lib/figure.ts';
import { updateReadme } from './lib/readme.ts';
import { type Scale, scales, type Tell } from './lib/scale.ts';
import { table } from './lib/table.ts';
import { onServers } from './on-servers.ts';
import { sharedCache } from './shared-cache.ts';
import { writePath } from './write-path.ts';

const help = `npm run bench -- [--quick] [--only write|http|growth|cache] [--check]
       npm run bench -- --event-store=esdb://… [--quick] [--check]

Measures the ledger against ceilings on the same machine in the same run: medians of three runs (five over HTTP), and ratios, because
absolutes say more about the machine. Takes about ten minutes. Prints a table; a run
of everything also writes bench/results.json and the figures of the README.

  --quick   a short run of everything: shows that it works, decides nothing, writes nothing
  --only    one group
  --check   exit 1 when a figure is below its bar
  --event-store   measures on this EventStoreDB instead, against its client library used plainly. Streams that
                  begin with bench and rawbench stay on that server: use one for tests. The README does not change.
                  "double" stands for the test double of its protocol: that shows that it works, and no more.
  --cache   a Redis for the figure of the shared cache; without it one is started where redis-server is installed
`;

type Group = (scale: Scale, tell: Tell) => Promise<readonly Result[]>;

const embedded = { write: writePath, http: overHttp, growth } as const satisfies Record<string, Group>;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    check: { type: 'boolean', default: false },
    'event-store': { type: 'string' },
    cache: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const { 'event-store': eventStore, cache } = options;
const groups: Readonly<Record<string, Group>> =
  eventStore === undefined
    ? { ...embedded, cache: (scale, tell) => sharedCache(scale, tell, cache) }
    : { servers: (scale, tell) => onServers(scale, tell, eventStore) };
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
  else if (options.only === undefined && eventStore === undefined) save(results);
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
