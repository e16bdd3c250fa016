import { judge, LogView } from './auditor.ts';
import { Callers, type Exchange } from './callers.ts';
import { diceOf } from './dice.ts';
import { digestOf, eventsOf, judgeDocuments, judgeProvider } from './ending.ts';
import type { Fault, Swarm } from './faults.ts';
import { judgeMoney, judgePostings } from './money.ts';
import { type Caller, Network, type Told } from './network.ts';
import { SimulatedNode } from './node.ts';
import { openOutside } from './outside.ts';
import type { Step } from './script.ts';
import { Silence } from './silence.ts';
import { Timeline } from './timeline.ts';
import { Trace } from './trace.ts';

export interface Run {
  readonly seed: number;
  readonly swarm: Swarm;
  readonly script: readonly Step[];
  /** Decides what becomes of a call instead of chance. */
  readonly fate?: (call: number) => Fault | undefined;
  /** Whether nothing is sent before all that came of what was sent before has happened. */
  readonly isCalm?: boolean;
  readonly keepsTrace?: boolean;
}

/** What became of one run. */
export interface RunResult {
  readonly violations: readonly string[];
  readonly traceHash: string;
  /** Of everything that is left when all is done: the log's meaning and every document. */
  readonly digest: string;
  readonly commands: number;
  readonly reads: number;
  readonly acknowledged: number;
  readonly crashes: number;
  readonly calls: number;
  readonly virtualMs: number;
  readonly hits: ReadonlyMap<string, number>;
  readonly trace: readonly string[];
}

const crashedMsMax = 2_000;
const faultyMsMax = 120_000;
const healedMsMax = 7_200_000;
const checkMs = 1_000;
const checks = 4;
const calmCheckMs = 250;
const calmChecks = 2;

/** Runs one world to its end: faults until all was said or long enough, then healing, then silence, then every check. */
export async function runWorld(run: Run): Promise<RunResult> {
  const world = new World(run);
  await world.play();
  return world.result();
}

class World {
  readonly #run: Run;
  readonly #timeline = new Timeline();
  readonly #trace: Trace;
  readonly #network: Network;
  readonly #callers: Callers;
  readonly #exchanges: Exchange[] = [];
  readonly #violations: string[] = [];
  readonly #outside;
  readonly #nodes: SimulatedNode[] = [];
  readonly #dice;
  #crashes = 0;
  #started = 0;
  #digest = '';

  constructor(run: Run) {
    this.#run = run;
    const { seed, swarm, script, fate } = run;
    this.#dice = diceOf(seed, 'world');
    this.#trace = new Trace(run.keepsTrace);
    const timeline = this.#timeline;
    this.#network = new Network({
      ...{ timeline, swarm, trace: this.#trace, dice: diceOf(seed, 'network') },
      ...(fate && { script: fate }),
    });
    const deliver = (headers: Readonly<Record<string, string>>, body: string) => this.#deliver(headers, body);
    this.#outside = openOutside(timeline, diceOf(seed, 'outside'), swarm, deliver);
    this.#callers = new Callers({
      ...{ timeline, network: this.#network, swarm, script, dice: diceOf(seed, 'callers') },
      nodes: () => this.#nodes,
      ...(run.isCalm && { calm: () => this.#calm() }),
      heard: (exchange) => {
        this.#exchanges.push(exchange);
        const { reply, step } = exchange;
        this.#trace.add(
          timeline.nowMs,
          `step ${step.number}`,
          `${reply.status} ${reply.headers['ledger-position']}`,
        );
      },
    });
  }

  async play(): Promise<void> {
    const { swarm } = this.#run;
    for (let slot = 0; slot < swarm.nodes; slot++) this.#start(slot);
    this.#callers.start();
    this.#disturb();
    await this.#timeline.run(() => this.#isOver, faultyMsMax);
    this.#heal();
    const heard = await this.#timeline.run(() => this.#isOver, healedMsMax);
    if (!heard) this.#violations.push('callers are not answered although everything is healed');
    await this.#silence();
    try {
      await this.#check();
    } catch (error) {
      // A history that cannot even be folded is the worst answer there is.
      this.#violations.push(`the log makes no sense: ${String(error)}`);
    }
    // It waits for reports under way, and they for time that passes no more.
    void this.#outside.gateway.close();
  }

  /** All was said, or enough is wrong. */
  get #isOver(): boolean {
    return this.#callers.isDone || this.#violations.length > 0;
  }

  result(): RunResult {
    return {
      violations: this.#violations,
      traceHash: this.#trace.hash,
      digest: this.#digest,
      ...this.#callers.sent,
      acknowledged: this.#exchanges.filter(({ reply }) => reply.status < 300).length,
      crashes: this.#crashes,
      calls: this.#network.count,
      virtualMs: this.#timeline.nowMs,
      hits: this.#network.hits,
      trace: this.#trace.lines,
    };
  }

  #start(slot: number): void {
    this.#started += 1;
    const name = `node-${slot}.${this.#started}`;
    this.#trace.add(this.#timeline.nowMs, name, 'starts');
    this.#nodes[slot] = new SimulatedNode(name, {
      ...{ outside: this.#outside, timeline: this.#timeline, network: this.#network, swarm: this.#run.swarm },
      dice: diceOf(this.#run.seed, name),
      violated: (what) => this.#violations.push(what),
      crashed: () => {
        this.#crashes += 1;
        const afterMs = this.#network.isHealed ? 0 : this.#dice.below(crashedMsMax);
        this.#timeline.after(afterMs, () => this.#start(slot));
      },
    });
  }

  /** What happens to nodes whatever they do: they are stopped for a while, their clocks jump, projections are rebuilt. */
  #disturb(): void {
    const { pauses, skewMs, rebuilds } = this.#run.swarm;
    this.#timeline.after(50 + this.#dice.below(500), () => {
      if (this.#network.isHealed) return;
      const node = this.#dice.pick(this.#nodes);
      if (pauses && this.#dice.chance(0.3)) node.pause(this.#dice.below(10_000));
      if (skewMs > 0 && this.#dice.chance(0.1)) node.setClock(this.#dice.below(2 * skewMs) - skewMs);
      if (rebuilds && node.isAlive && this.#dice.chance(0.1)) node.rebuild();
      this.#disturb();
    });
  }

  #heal(): void {
    this.#network.heal();
    for (const node of this.#nodes) {
      node.pausedUntilMs = 0;
      node.setClock(0);
    }
  }

  async #deliver(headers: Readonly<Record<string, string>>, body: string): Promise<number> {
    const node = this.#dice.pick(this.#nodes);
    const request = { operation: 'receiveWebhook', params: {}, query: {}, headers: lowered(headers), body };
    const principal = { subject: 'signer', scopes: new Set<never>() };
    const answered = this.#network.call(
      provider,
      'webhook',
      () => node.handle({ ...request, principal }),
      webhookTold,
    );
    const late = new Promise<never>((_, reject) => {
      this.#timeline.after(webhookTold.deadlineMs, () => reject(new Error('not heard of')));
    });
    return (await Promise.race([answered, late])).status;
  }

  async #silence(): Promise<void> {
    // What is wrong already is not worth the wait.
    if (this.#violations.length > 0) return;
    const deadlineMs = this.#timeline.nowMs + healedMsMax;
    const silence = new Silence(this.#outside, this.#run.swarm.asksProvider, checks);
    while (!(await silence.look(this.#timeline.nowMs))) {
      if (this.#timeline.nowMs >= deadlineMs) {
        this.#violations.push(`not settled after ${healedMsMax} ms without faults`);
        return;
      }
      await this.#timeline.run(() => false, checkMs);
    }
  }

  async #calm(): Promise<void> {
    const silence = new Silence(this.#outside, this.#run.swarm.asksProvider, calmChecks);
    while (!(await silence.look(this.#timeline.nowMs)))
      await new Promise<void>((resolve) => void this.#timeline.after(calmCheckMs, resolve));
  }

  async #check(): Promise<void> {
    const { asksProvider } = this.#run.swarm;
    const events = await eventsOf(this.#outside);
    const log = new LogView(events);
    this.#violations.push(
      ...judge(this.#exchanges, log, this.#callers.firstSent),
      ...judgePostings(events),
      ...(await judgeDocuments(this.#outside, events)),
      ...(asksProvider
        ? await judgeProvider(this.#outside, events)
        : judgeMoney(events, this.#exchanges, log)),
    );
    this.#digest = digestOf(log);
  }
}

const provider: Caller = { name: 'provider', isAlive: true, pausedUntilMs: 0, crash: () => {} };
const webhookTold: Told = {
  refused: () => new Error('refused'),
  unheard: () => new Error('not heard of'),
  deadlineMs: 5_000,
};

function lowered(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
