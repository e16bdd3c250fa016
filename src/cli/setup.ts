import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { openLedger } from '../main.ts';
import type { ReadModel } from '../ports/read-model.ts';
import { projections } from '../projections/registry.ts';
import { roles } from '../service.ts';
import { type CliCommand, UsageError } from './command.ts';
import { dependenciesOf } from './doctor/dependencies.ts';
import { type Diagnoses, verdictOf } from './doctor/diagnosis.ts';
import { examineStores } from './doctor/examine-store.ts';
import { conclude } from './doctor/report.ts';
import { settingFindings } from './doctor/setting-findings.ts';
import type { Terminal } from './terminal.ts';

const waitSDefault = 60;
const waitSMax = 3_600;
const pauseMs = 1_000;

export const setup: CliCommand = {
  summary: 'wait for the stores, and make what is missing in them',
  usage: '[--wait SECONDS]',
  help: `Waits until every dependency is up, makes the files, collections and indexes that are not there yet, and then looks at all
of it as \`ledger doctor\` does, but for how far projections are. What is there is left alone: run it before every start.

  --wait SECONDS   how long to wait for what is down, ${waitSDefault} by default

Exit codes: 0 the ledger can be started; 1 something has to be mended first; 3 a dependency stayed down.`,
  options: { wait: { type: 'string' } },
  words: [0, 0],
  run: async ({ options, config, terminal }) => {
    const waitS = Number(options['wait'] ?? waitSDefault);
    if (!Number.isInteger(waitS) || waitS < 0 || waitS > waitSMax) {
      throw new UsageError(`--wait must be 0 to ${waitSMax} seconds`);
    }
    const found = await whenUp(config, waitS, terminal);
    if (verdictOf(found) === 'down') return conclude(found, terminal);
    await makeWhatIsMissing(config, terminal);
    return conclude(await diagnose(config), terminal);
  },
};

/** Looks again and again until nothing is down, or the time is over. */
async function whenUp(config: Config, waitS: number, terminal: Terminal): Promise<Diagnoses> {
  const deadlineMs = performance.now() + waitS * 1_000;
  let told = '';
  for (;;) {
    const found = await diagnose(config);
    const down = found.dependencies.filter(({ state }) => state === 'down').map(({ name }) => name);
    if (down.length === 0 || performance.now() > deadlineMs) return found;
    const awaited = `waiting for ${down.join(', ')}`;
    if (awaited !== told) terminal.line(awaited);
    told = awaited;
    await sleep(pauseMs);
  }
}

/** Queries may have settings of their own, which are not asked for here. */
const preparing = new Set(roles.filter((role) => role !== 'query'));

async function diagnose(config: Config): Promise<Diagnoses> {
  const dependencies = dependenciesOf(config, { roles: preparing, projectionsMustRun: false });
  return {
    ...(await examineStores(dependencies)),
    settings: settingFindings(config, preparing),
  };
}

/** Opening the stores with every right makes what they need themselves; projections get a generation each. */
async function makeWhatIsMissing(config: Config, terminal: Terminal): Promise<void> {
  const ledger = await openLedger(config, { append: true, documents: 'write' });
  try {
    const made = await startProjections(ledger.readModel);
    terminal.line(made.length === 0 ? 'nothing was missing' : `made ${made.join(', ')}`);
  } finally {
    await ledger.close();
  }
}

/** An empty generation can answer at once: a projector fills it from the beginning of the log. */
async function startProjections(readModel: ReadModel): Promise<readonly string[]> {
  const active = new Set((await readModel.projections()).flatMap((each) => (each.active ? each.name : [])));
  const missing = projections.filter(({ name }) => !active.has(name));
  for (const projection of missing) {
    const generation = await readModel.startBuild(projection);
    await readModel.activate(projection, generation, async () => {});
  }
  return missing.map(({ name }) => name);
}
