import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Seeded } from '../../e2e/support/seeded.ts';
import { pause, until } from '../../support/ledger-child.ts';
import type { Control } from './control.ts';
import type { Point } from './failpoints.ts';
import type { Host, Hosted } from './host.ts';
import type { Expected, Load } from './load.ts';
import type { Planned } from './plan.ts';
import type { Tally } from './tally.ts';

const moment = { least: 20, spread: 240 };
const earlyOneIn = 8;
const answers = { least: 45, spread: 110 };
const answersMsMax = 30_000;
const jitterMs = 30;
const pointMsMax = 20_000;
/** So often a point is passed at most before it is the last one. */
const passesMax = { append: 40, reply: 120, documents: 12, provider: 12 };
const fullMsMax = 10_000;
/** A server that cannot start within this waits for the one that hangs. */
const takeOverMsMax = 3_000;
const bytesLeft = 65_536;

export interface CycleNeeds {
  readonly dataDir: string;
  readonly host: Host;
  readonly control: Control;
  readonly load: Load;
  readonly tally: Tally;
  readonly draws: Seeded;
}

/** What happens to one server under load. @returns the one that serves afterwards */
export async function runCycle(planned: Planned, service: Hosted, needs: CycleNeeds): Promise<Hosted> {
  switch (planned.kind) {
    case 'moment':
      return killAtAnyMoment(service, needs);
    case 'point':
      return killAtPoint(planned.point, service, needs);
    case 'pause':
      return takeOver(service, needs);
    case 'no-page':
      return fillUp(service, needs, {
        fill: () => needs.control.fill(),
        makeRoom: () => needs.control.makeRoom(),
      });
    case 'no-byte':
      return fillUp(service, needs, fileSizeLimit(service, needs.dataDir));
    case 'term':
      return askToEnd(service, needs);
  }
}

/** Mostly after so many answers, however fast the machine is, and then at any millisecond; now and then early. */
async function killAtAnyMoment(service: Hosted, { host, load, draws, tally }: CycleNeeds): Promise<Hosted> {
  const expected: Expected = { breaks: 'none', later: false };
  const loading = load.run(service.url, new AbortController().signal, expected);
  if (draws.below(earlyOneIn) > 0) {
    const enough = load.journal.answered + answers.least + draws.below(answers.spread);
    await until(() => load.journal.answered >= enough, answersMsMax, 'enough commands to be answered').catch(
      (error) => tally.violated(String(error)),
    );
    await pause(draws.below(jitterMs));
  } else await anyMoment(draws);
  expected.breaks = 'any';
  await host.kill(service);
  await loading;
  return host.start();
}

async function killAtPoint(point: Point, service: Hosted, needs: CycleNeeds): Promise<Hosted> {
  const { host, load, draws, control, tally } = needs;
  const stop = new AbortController();
  control.arm(point, 1 + draws.below(passesMax[point.split('-')[0] as keyof typeof passesMax]));
  const loading = load.run(service.url, stop.signal, { breaks: 'any', later: false });
  await until(() => service.ended() !== undefined, pointMsMax, `the server to die at ${point}`).catch(
    (error) => {
      tally.violated(String(error));
    },
  );
  control.disarm();
  stop.abort();
  if (service.ended() === undefined) await host.kill(service);
  else host.gone(await service.exited);
  await loading;
  return host.start();
}

/** A server hangs, another takes over on the same files, and the first wakes up with what it had in hand. */
async function takeOver(service: Hosted, { host, load, draws, tally }: CycleNeeds): Promise<Hosted> {
  const { journal } = load;
  const stop = new AbortController();
  // What hangs may hold a file that the other one needs.
  const first: Expected = { breaks: 'none', later: true };
  const second: Expected = { breaks: 'none', later: true };
  const loadingFirst = load.run(service.url, stop.signal, first);
  await anyMoment(draws);
  process.kill(service.pid, 'SIGSTOP');
  const wake = () => process.kill(service.pid, 'SIGCONT');
  try {
    const starting = host.startBeside();
    // Where the one that hangs has a file locked, nobody can take over before it wakes.
    const started = await Promise.race([starting.catch(() => undefined), pause(takeOverMsMax)]);
    if (started === undefined) wake();
    else tally.takenOver += 1;
    const next = started ?? (await starting.catch(() => host.startBeside()));
    await load.askAgain(next.url, [...journal.open], second);
    const loadingSecond = load.run(next.url, stop.signal, second);
    await anyMoment(draws);
    wake();
    await anyMoment(draws);
    const [victim, survivor, expected] =
      draws.below(2) === 0 ? [service, next, first] : [next, service, second];
    expected.breaks = 'any';
    await host.kill(victim);
    stop.abort();
    await Promise.all([loadingFirst, loadingSecond]);
    return survivor;
  } finally {
    stop.abort();
    if (service.ended() === undefined) wake();
  }
}

interface Disk {
  fill(): void;
  makeRoom(): void;
}

/**
 * Nothing can be written any more, and then it can. Meanwhile callers are told to come again and everything can be read.
 * Afterwards the same server takes commands again, or one that was started after the first was killed.
 */
async function fillUp(service: Hosted, needs: CycleNeeds, disk: Disk): Promise<Hosted> {
  const { host, load, draws, tally } = needs;
  const known = [...load.journal.orders];
  const stop = new AbortController();
  const expected: Expected = { breaks: 'none', later: true };
  const loading = load.run(service.url, stop.signal, expected);
  try {
    await anyMoment(draws);
    const before = tally.later;
    disk.fill();
    await until(() => tally.later > before, fullMsMax, 'a caller to be told that there is no room');
    await readsGoOn(service, known, needs);
    await anyMoment(draws);
    if (draws.below(2) === 0) {
      disk.makeRoom();
      await takesCommandsAgain(needs);
    }
  } catch (error) {
    tally.violated(String(error));
  }
  expected.breaks = 'any';
  await host.kill(service);
  stop.abort();
  await loading;
  disk.makeRoom();
  return host.start();
}

async function readsGoOn(
  { url }: Hosted,
  orders: readonly string[],
  { load, draws, tally }: CycleNeeds,
): Promise<void> {
  const reader = load.reader(url);
  for (let count = 0; count < Math.min(5, orders.length); count++) {
    const { status, text } = await reader.get(`/v1/orders/${draws.pick(orders)}`);
    if (status !== 200) tally.violated(`a read on a full disk was answered ${status}: ${text}`);
  }
  reader.close();
}

/** Without a restart. */
async function takesCommandsAgain({ load }: CycleNeeds): Promise<void> {
  const { orders } = load.journal;
  const before = orders.length;
  await until(() => orders.length > before, fullMsMax, 'a command to be taken after room was made');
}

/** No file of the server may become larger than its log was a moment ago, or a little more. */
function fileSizeLimit({ pid, ended }: Hosted, dataDir: string): Disk {
  const limit = (bytes: string) => {
    if (ended() === undefined) execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`]);
  };
  return {
    fill: () => limit(String(statSync(join(dataDir, 'ledger.db-wal')).size + bytesLeft)),
    makeRoom: () => limit('unlimited'),
  };
}

/** Everything in hand is answered; who comes later is not let in; and it ends in time, and well. */
async function askToEnd(service: Hosted, { host, load, draws }: CycleNeeds): Promise<Hosted> {
  const expected: Expected = { breaks: 'none', later: false };
  const loading = load.run(service.url, new AbortController().signal, expected);
  await anyMoment(draws);
  expected.breaks = 'undone';
  expected.later = true;
  await host.stop(service);
  await loading;
  return host.start();
}

function anyMoment(draws: Seeded): Promise<void> {
  return pause(moment.least + draws.below(moment.spread));
}
