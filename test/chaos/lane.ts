import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config.ts';
import { type Seeded, seeded } from '../e2e/support/seeded.ts';
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts';
import { contradictionsIn, type Sent } from '../support/journal.ts';
import { orderBody, tokenFor } from '../support/process-client.ts';
import {
  addressOf,
  cacheAt,
  eventStoreAt,
  readModelAt,
  type Servers,
  throughPort,
  uniqueNameIn,
} from '../support/server-places.ts';
import { Caller, type CallerWorld } from './caller.ts';
import { runLedger, type ServingProcess, serveLedger } from './ledger-process.ts';
import { type Episode, type LaneName, planOf } from './plan.ts';
import { type Condition, Tally } from './tally.ts';
import { Watch } from './watch.ts';

export type AllServers = Required<Servers>;

export interface LaneOptions {
  readonly name: LaneName;
  readonly servers: AllServers;
  readonly episodes: number;
  readonly seed: number;
  /** Whether other work goes on beside it: reads may then wait longer for a stand-in that is slow. */
  readonly isBusy?: boolean;
  readonly progress: (line: string) => void;
}

export interface LaneReport {
  readonly name: LaneName;
  readonly tally: Tally;
  readonly commandsUnaffected: boolean;
  /** The end of what the ledger logged. */
  readonly log: string;
}

const callers = 3;
const recoveryMsMax = 5_000;
const quietMs = 150;
const warmMs = 2_000;
/** As a supervisor would: what is under way is answered first, and then it ends. */
const stopMsMax = 12_000;
const subject = 'chaos';
const settings = { readModel: 'READ_MODEL', cache: 'CACHE', eventStore: 'EVENT_STORE' } as const;
const faulty = { redis: 'cache', mongodb: 'readModel', 'event-store': 'eventStore' } as const;

/** One ledger, with faults in front of one of its servers, from its start to the comparison with what its log says. */
export async function runLane(options: LaneOptions): Promise<LaneReport> {
  const { name, servers, seed } = options;
  const dataDir = mkdtempSync(join(tmpdir(), 'ledger-chaos-'));
  const proxy = await startFaultProxy({ to: addressOf(servers[faulty[name]]), seed });
  try {
    return await new Lane(options, proxy, dataDir).run();
  } finally {
    await proxy.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

class Lane {
  readonly #options: LaneOptions;
  readonly #proxy: FaultProxy;
  readonly #direct: Readonly<Record<string, string>>;
  readonly #draws: Seeded;
  readonly #tally = new Tally();
  readonly #journal: Sent[] = [];
  #condition: Condition = 'quiet';

  constructor(options: LaneOptions, proxy: FaultProxy, dataDir: string) {
    const { servers, seed } = options;
    const place = uniqueNameIn(servers);
    this.#options = options;
    this.#proxy = proxy;
    this.#draws = seeded(seed);
    this.#direct = {
      DATA_DIR: dataDir,
      ...(options.isBusy === true && { READ_WAIT_MS_MAX: '4000' }),
      EVENT_STORE: eventStoreAt(servers.eventStore, place),
      READ_MODEL: readModelAt(servers.readModel, place),
      CACHE: cacheAt(servers.cache, place),
    };
  }

  async run(): Promise<LaneReport> {
    const { name } = this.#options;
    const server = faulty[name];
    const through = this.#throughProxy(settings[server]);
    const ledger = await serveLedger({ ...this.#direct, [settings[server]]: through });
    let isDone = false;
    const commandsUnaffected = name !== 'event-store';
    try {
      const world = await this.#world(ledger, commandsUnaffected);
      await this.#recovered(new Caller(world, 'beginner'), 'quiet', 15_000);
      const loops = Array.from({ length: callers }, (_, index) =>
        new Caller(world, `caller-${index}`).loop(() => isDone),
      );
      await pause(warmMs);
      await this.#episodes(ledger, new Caller(world, 'prober'));
      isDone = true;
      await Promise.all(loops);
      await this.#ends(ledger);
    } finally {
      isDone = true;
      await ledger.stop(0);
    }
    await this.#compare();
    return { name, tally: this.#tally, commandsUnaffected, log: ledger.log() };
  }

  /** A replica set would tell its clients to go elsewhere; those of one server have no such choice. */
  #throughProxy(setting: string): string {
    const url = throughPort(this.#direct[setting] ?? '', this.#proxy.port);
    if (setting !== 'READ_MODEL') return url;
    return `${url}${url.includes('?') ? '&' : '?'}directConnection=true`;
  }

  async #world({ url }: ServingProcess, commandsUnaffected: boolean): Promise<CallerWorld> {
    return {
      url,
      subject,
      token: await tokenFor(this.#direct['DATA_DIR'] ?? '', subject),
      draws: this.#draws,
      tally: this.#tally,
      journal: this.#journal,
      condition: () => this.#condition,
      commandsUnaffected,
      readsUnaffected: this.#options.name === 'redis',
    };
  }

  async #episodes(ledger: ServingProcess, prober: Caller): Promise<void> {
    const { name, progress, episodes } = this.#options;
    const plan = planOf(episodes, this.#draws);
    const watch = new Watch(ledger.url, this.#tally, name !== 'redis');
    for (const [index, episode] of plan.entries()) {
      await this.#suffer(episode, watch, prober);
      const how = ledger.ended();
      if (how !== undefined) throw new Error(`the ledger ended (${how}): ${ledger.log()}`);
      if ((index + 1) % 25 === 0) progress(`${name}: ${index + 1} of ${plan.length} episodes`);
    }
  }

  async #suffer({ kind, fault, lastsMs, isLong }: Episode, watch: Watch, prober: Caller): Promise<void> {
    this.#condition = kind;
    this.#tally.of(kind).episodes += 1;
    await this.#proxy.suffer(fault);
    const silences = kind === 'refuse' || (fault.kind === 'blackhole' && fault.direction === undefined);
    await Promise.all([pause(lastsMs), isLong ? watch.during(kind, silences) : undefined]);
    await this.#proxy.heal();
    await this.#recovered(prober, kind, recoveryMsMax);
    if (isLong) await watch.after(kind);
    this.#condition = 'quiet';
    await pause(quietMs);
  }

  /** After healing, a new command and a read that knows of it are answered soon. */
  async #recovered(prober: Caller, kind: Condition, msMax: number): Promise<void> {
    const startedMs = performance.now();
    const tookMs = () => performance.now() - startedMs;
    const often = { least: 10, spread: 20 };
    const placed = await prober.command('/v1/orders', orderBody(), often);
    if (placed === undefined) return;
    while (!(await prober.read(placed)) && tookMs() < 4 * msMax) await pause(often.spread);
    const figures = this.#tally.of(kind);
    figures.worstRecoveryMs = Math.max(figures.worstRecoveryMs, tookMs());
    if (tookMs() > msMax) this.#tally.violated(kind, `recovery took ${Math.round(tookMs())} ms`);
  }

  /** A server that says nothing does not keep the process from ending. */
  async #ends(ledger: ServingProcess): Promise<void> {
    await this.#proxy.suffer({ kind: 'blackhole', ending: 'reset' });
    const { how, tookMs } = await ledger.stop(stopMsMax);
    if (how !== 'exit 0')
      this.#tally.violated('blackhole', `SIGTERM ended with ${how} after ${Math.round(tookMs)} ms`);
    await this.#proxy.heal();
  }

  /** What was acknowledged is in the log once, and nothing else is; and all read models are what the log says. */
  async #compare(): Promise<void> {
    const found = await contradictionsIn(readConfig(this.#direct), this.#journal);
    for (const what of found) this.#tally.violated('quiet', what);
    const { how, said } = await runLedger(['verify'], this.#direct);
    if (how !== 'exit 0') this.#tally.violated('quiet', `ledger verify: ${how}: ${said}`);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
