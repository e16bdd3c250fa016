import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../../../src/config.ts';
import { reportOn } from '../../e2e/support/provider-report.ts';
import { type Seeded, seeded } from '../../e2e/support/seeded.ts';
import { findContradictions } from '../../support/journal.ts';
import { Checks } from './checks.ts';
import { Control } from './control.ts';
import { runCycle } from './cycles.ts';
import { Host } from './host.ts';
import { JournalFile, readJournal } from './journal-file.ts';
import { Load } from './load.ts';
import type { Lane, Planned } from './plan.ts';
import { Tally } from './tally.ts';

const cyclesPerVerify = 40;
const cyclesPerLine = 10;
/** Of all that was ever sent, so many are sent again at the end. */
const againAtTheEnd = 1_500;

export interface LaneNeeds {
  readonly lane: Lane;
  readonly plan: readonly Planned[];
  readonly seed: number;
  /** An empty directory of the caller's, who removes it. */
  readonly directory: string;
  readonly progress: (line: string) => void;
}

/** One ledger, through all its cycles, and what is left of it in the end. What breaks it off is a violation. */
export async function runLane(needs: LaneNeeds): Promise<Tally> {
  const tally = new Tally(needs.seed);
  await run({ ...needs, tally }).catch((error: unknown) => {
    tally.violated(`broken off: ${error instanceof Error ? error.stack : String(error)}`);
  });
  return tally;
}

type Counted = LaneNeeds & { readonly tally: Tally };

async function run(needs: Counted): Promise<void> {
  const { lane, directory, tally } = needs;
  const dataDir = join(directory, `${lane}-data`);
  mkdirSync(dataDir);
  const draws = seeded(needs.seed);
  const environment = {
    DATA_DIR: dataDir,
    NODE_COMPILE_CACHE: join(directory, 'compiled'),
    ...(lane === 'asked' && {
      PAYMENT_GATEWAY: `simulated:?seed=${needs.seed}&timeoutRate=0.1&failRate=0.05&latencyMs=4`,
    }),
  };
  const control = new Control(join(directory, `${lane}-control`));
  const host = new Host(environment, control, tally);
  const path = join(directory, `${lane}-journal.ndjson`);
  const journal = new JournalFile(path);
  try {
    tally.at(`${lane}, before the first cycle`);
    // A server that ends by itself leaves its code compiled for all that are killed.
    await host.stop(await host.start());
    tally.restartMsMax = 0;
    const load = await Load.open(dataDir, lane, journal, tally, draws);
    const checks = new Checks(load, lane, tally, draws);
    const service = await cycle(needs, { dataDir, host, control, load, checks, draws });
    tally.at(`${lane}, at the end`);
    const parked = lane === 'asked' ? await checks.settled(service.url) : 0;
    await checks.atTheEnd(service.url, againAtTheEnd);
    await host.stop(service);
    await host.verify();
    journal.sync();
    await judge(needs, environment, path, parked);
  } finally {
    await host.end();
    journal.close();
  }
}

interface Parts {
  readonly dataDir: string;
  readonly host: Host;
  readonly control: Control;
  readonly load: Load;
  readonly checks: Checks;
  readonly draws: Seeded;
}

async function cycle({ lane, plan, tally, progress }: Counted, { checks, ...parts }: Parts) {
  const { host, load } = parts;
  const { journal } = load;
  let service = await host.start();
  for (const [index, planned] of plan.entries()) {
    const number = index + 1;
    const name = planned.kind === 'point' ? planned.point : planned.kind;
    tally.at(`${lane}, cycle ${number} of ${plan.length}, ${name}`);
    tally.counts(planned);
    const from = journal.entries.length;
    service = await runCycle(planned, service, { ...parts, tally });
    journal.sync();
    const sent = journal.entries.slice(from);
    tally.unanswered += journal.open.size;
    await checks.afterCycle(service.url, sent);
    if (number % cyclesPerVerify === 0) await host.verify();
    if (number % cyclesPerLine === 0)
      progress(
        `${lane}: ${number} of ${plan.length} cycles, ${tally.kills} kills, ${journal.entries.length} commands, ${tally.violations.length} violations`,
      );
  }
  return service;
}

/** Holds the log against the journal, from nothing but their files; and both books of who asks a provider. */
async function judge(
  { lane, tally }: Counted,
  environment: Readonly<Record<string, string>>,
  path: string,
  parked: number,
): Promise<void> {
  const sent = readJournal(path);
  tally.acknowledged += sent.filter(({ answer }) => answer !== undefined).length;
  for (const { kind, text } of await findContradictions(readConfig(environment), sent)) {
    if (kind === 'lost') tally.lost += 1;
    if (kind === 'doubled') tally.doubled += 1;
    tally.violated(`${kind}: ${text}`);
  }
  if (lane === 'reported') return;
  const { contradictions, balances } = await reportOn(environment, { open: [], parked });
  for (const text of contradictions) tally.violated(`the provider says otherwise: ${text}`);
  if (JSON.stringify(balances.ledger) !== JSON.stringify(balances.gateway))
    tally.violated(`the books differ from those of the provider: ${JSON.stringify(balances)}`);
}
