import { isDeepStrictEqual } from 'node:util';
import type { Seeded } from '../../e2e/support/seeded.ts';
import type { Sent } from '../../support/journal.ts';
import { pause } from '../../support/ledger-child.ts';
import type { Connection } from './connection.ts';
import type { Expected, Load } from './load.ts';
import type { Lane } from './plan.ts';
import type { Tally } from './tally.ts';

/** Of what one cycle sent, so many are read again. */
const readsPerCycle = 6;
/** Of all that was ever sent, so many are sent again after every cycle, beside what was not answered. */
const againPerCycle = 40;
const readersMax = 12;
const answeredMsMax = 10_000;
const settledMsMax = 60_000;
const untouched: Expected = { breaks: 'none', later: false };
/** A provider that was asked may be slow, and a store that another server holds busy. */
const patient: Expected = { breaks: 'none', later: true };

type Json = Readonly<Record<string, unknown>>;

interface OrderSeen extends Json {
  readonly orderId: string;
  readonly revision: number;
  readonly status: string;
  readonly payment: { readonly calls?: readonly { readonly status: string }[] };
}

/** Holds a server that was started again against what callers were told before. */
export class Checks {
  readonly #load: Load;
  readonly #lane: Lane;
  readonly #tally: Tally;
  readonly #draws: Seeded;
  #retries = 0;

  constructor(load: Load, lane: Lane, tally: Tally, draws: Seeded) {
    this.#load = load;
    this.#lane = lane;
    this.#tally = tally;
    this.#draws = draws;
  }

  /** Whatever is not answered is sent again under its key, until it is; then so is some of what was answered. */
  async afterCycle(url: string, sent: readonly Sent[]): Promise<void> {
    const { journal } = this.#load;
    const endMs = performance.now() + answeredMsMax;
    while (journal.open.size > 0 && performance.now() < endMs) {
      await this.#load.askAgain(url, [...journal.open], patient);
      if (journal.open.size > 0) await pause(50);
    }
    if (journal.open.size > 0)
      this.#tally.violated(`${journal.open.size} commands were not answered within ${answeredMsMax} ms`);
    await this.#askSomeAgain(url, sent, againPerCycle / 2);
    await this.#askSomeAgain(url, journal.entries, againPerCycle / 2);
    const done = sent.filter(({ answer }) => answer !== undefined && answer.status < 300);
    const some = Array.from({ length: Math.min(readsPerCycle, done.length) }, () => this.#draws.pick(done));
    await this.#read(url, some, (connection, each) => this.#readsItsWrite(connection, each));
  }

  /** Every order, held against what its last acknowledged command was answered; and every first answer given again. */
  async atTheEnd(url: string, again: number): Promise<void> {
    const { entries } = this.#load.journal;
    const latest = new Map<string, Sent>();
    for (const sent of entries) {
      if (sent.answer === undefined || sent.answer.status >= 300) continue;
      const { orderId, revision } = seenIn(sent);
      const known = latest.get(orderId);
      if (known === undefined || seenIn(known).revision < revision) latest.set(orderId, sent);
    }
    await this.#read(url, [...latest.values()], (connection, sent) =>
      this.#lane === 'asked' ? this.#asItLeftIt(connection, sent) : this.#asItStands(connection, sent),
    );
    await this.#askSomeAgain(url, entries, again);
  }

  async #askSomeAgain(url: string, sent: readonly Sent[], count: number): Promise<void> {
    const some = Array.from({ length: Math.min(count, sent.length) }, () => this.#draws.pick(sent));
    await this.#load.askAgain(url, some, untouched);
  }

  /** Waits until no payment is under way any more. @returns how many were given up on the way, and tried again */
  async settled(url: string): Promise<number> {
    const reader = this.#load.reader(url);
    const endMs = performance.now() + settledMsMax;
    let open: readonly string[] = this.#load.journal.orders;
    while (open.length > 0 && performance.now() < endMs) {
      const left: string[] = [];
      for (const orderId of open) {
        const { payment } = JSON.parse((await reader.get(`/v1/orders/${orderId}`)).text) as OrderSeen;
        const status = payment.calls?.at(-1)?.status;
        if (status !== 'open' && status !== 'parked') continue;
        left.push(orderId);
        if (status === 'parked') await this.#retry(url, orderId);
      }
      open = left;
      if (open.length > 0) await pause(100);
    }
    reader.close();
    if (open.length > 0)
      this.#tally.violated(
        `${open.length} payments are open after ${settledMsMax} ms, ${open[0]} among them`,
      );
    return this.#retries;
  }

  async #retry(url: string, orderId: string): Promise<void> {
    this.#retries += 1;
    const key = `retry-of-${orderId}-${this.#retries}`;
    const sent: Sent = {
      subject: this.#load.subject,
      key,
      path: `/v1/orders/${orderId}/payment/retry`,
      body: {},
    };
    this.#load.journal.asks(sent);
    await this.#load.askAgain(url, [sent], untouched);
  }

  async #read(
    url: string,
    sent: readonly Sent[],
    look: (connection: Connection, sent: Sent) => Promise<void>,
  ): Promise<void> {
    const waiting = [...sent];
    await Promise.all(
      Array.from({ length: readersMax }, async () => {
        const connection = this.#load.reader(url);
        try {
          for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
            await look(connection, next);
            this.#tally.statesCompared += 1;
          }
        } finally {
          connection.close();
        }
      }),
    );
  }

  /** A read that names the position of a command is at least that new; and the order is as the command left it. */
  async #readsItsWrite(connection: Connection, sent: Sent): Promise<void> {
    const { orderId, revision } = seenIn(sent);
    const position = this.#load.journal.positions.get(sent) ?? '0';
    const { status, headers, text } = await connection.get(`/v1/orders/${orderId}`, {
      'ledger-position': position,
    });
    if (status !== 200) this.#tally.violated(`${orderId} at ${position} was answered ${status}: ${text}`);
    else if (
      (JSON.parse(text) as OrderSeen).revision < revision ||
      Number(headers['ledger-position']) < Number(position)
    )
      this.#tally.violated(`${orderId} at ${position} is older than ${sent.key} was told: ${text}`);
    await this.#asItLeftIt(connection, sent);
  }

  async #asItLeftIt(connection: Connection, sent: Sent): Promise<void> {
    const { orderId, revision } = seenIn(sent);
    const { status, text } = await connection.get(`/v1/orders/${orderId}?revision=${revision}`);
    this.#compare(sent, status, text);
  }

  async #asItStands(connection: Connection, sent: Sent): Promise<void> {
    const { status, text } = await connection.get(`/v1/orders/${seenIn(sent).orderId}`);
    // Commands that were refused later are events of the order too, and change nothing else of it.
    this.#compare(sent, status, text, ['revision']);
  }

  #compare(sent: Sent, status: number, text: string, may: readonly string[] = []): void {
    const told = seenIn(sent);
    const differing =
      status === 200 ? membersApart(JSON.parse(text), told, may) : [`status ${status} ${text}`];
    if (differing.length === 0) return;
    this.#tally.violated(
      `${told.orderId} is not what ${sent.key} on ${sent.path} was told: ${differing.join('; ')}`,
    );
  }
}

/** @param may members that may differ */
function membersApart(now: Json, told: Json, may: readonly string[]): readonly string[] {
  return [...new Set([...Object.keys(now), ...Object.keys(told)])]
    .filter((name) => !may.includes(name) && !isDeepStrictEqual(now[name], told[name]))
    .map((name) => `${name} is ${JSON.stringify(now[name])}, not ${JSON.stringify(told[name])}`);
}

function seenIn(sent: Sent): OrderSeen {
  return JSON.parse(sent.answer?.text ?? '') as OrderSeen;
}
