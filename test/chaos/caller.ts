import type { Seeded } from '../e2e/support/seeded.ts';
import type { Sent } from '../support/journal.ts';
import { Client, orderBody } from '../support/process-client.ts';
import type { Condition, Tally } from './tally.ts';

/** What callers share: who they speak to, what they remember, and what they are told of the network. */
export interface CallerWorld {
  readonly url: string;
  readonly token: string;
  readonly subject: string;
  readonly draws: Seeded;
  readonly tally: Tally;
  readonly journal: Sent[];
  readonly condition: () => Condition;
  /** No fault in front of this server may be felt by a command. */
  readonly commandsUnaffected: boolean;
  readonly readsUnaffected: boolean;
}

interface Acknowledged {
  readonly orderId: string;
  readonly revision: number;
  readonly position: string;
}

/** Nothing takes longer than this, whatever is wrong. */
const attemptMsMax = 5_000;
const answerMsMax = 3_500;
const patienceMsMax = 20_000;
const retryMs = { least: 20, spread: 80 };
const restMs = { least: 20, spread: 60 };

/** A client that places orders, pays them, and reads them back; it sends again, with the same key, until it knows. */
export class Caller {
  readonly #world: CallerWorld;
  readonly #client: Client;
  readonly #name: string;
  #sent = 0;

  constructor(world: CallerWorld, name: string) {
    this.#world = world;
    this.#client = new Client(world.url, world.token, attemptMsMax);
    this.#name = name;
  }

  /** Orders and pays until it is stopped; finishes the command at hand, so that it knows of all it has sent. */
  async loop(isStopped: () => boolean): Promise<void> {
    while (!isStopped()) {
      const placed = await this.command('/v1/orders', orderBody());
      if (placed === undefined) continue;
      await this.read(placed);
      const path = `/v1/orders/${placed.orderId}/payment`;
      for (const [step, body] of payment) {
        if (isStopped()) return;
        await this.#rest(restMs);
        const paid = await this.command(`${path}/${step}`, body);
        if (paid !== undefined) await this.read(paid);
      }
      await this.#rest(restMs);
    }
  }

  /** Sends a command until it is acknowledged. */
  async command(path: string, body: object, pauseMs = retryMs): Promise<Acknowledged | undefined> {
    const { journal, subject } = this.#world;
    this.#sent += 1;
    const sent: Sent = { subject, path, key: `${this.#name}-${this.#sent}`, body };
    journal.push(sent);
    const endMs = performance.now() + patienceMsMax;
    for (let attempt = 1; performance.now() < endMs; attempt++) {
      const acknowledged = await this.#attempt(sent, attempt);
      if (acknowledged !== undefined) return acknowledged;
      await this.#rest(pauseMs);
    }
    this.#violated(`${sent.key} on ${path} was not acknowledged within ${patienceMsMax} ms`);
    return undefined;
  }

  /** Reads an order at the position that was acknowledged. Answers whether it was served. */
  async read({ orderId, revision, position }: Acknowledged): Promise<boolean> {
    const { tally, readsUnaffected } = this.#world;
    const before = this.#world.condition();
    const startedMs = performance.now();
    const answer = await this.#client
      .get(`/v1/orders/${orderId}`, { 'ledger-position': position })
      .catch((error: unknown) => String(error));
    const tookMs = performance.now() - startedMs;
    const condition = worse(before, this.#world.condition());
    tally.of(condition).reads += 1;
    if (typeof answer === 'string') this.#violated(`a read got no answer (${answer})`, condition);
    else if (answer.status === 200) {
      const read = JSON.parse(answer.text) as { readonly revision: number };
      const asOf = Number(answer.headers.get('ledger-position'));
      if (read.revision < revision || asOf < Number(position))
        this.#violated(`a read at ${position} answered revision ${read.revision} as of ${asOf}`, condition);
      return true;
    } else if (![503, 504].includes(answer.status))
      this.#violated(`a read was answered ${answer.status}: ${answer.text}`, condition);
    else if (readsUnaffected || condition === 'quiet')
      this.#violated(`a read was answered ${answer.status} after ${Math.round(tookMs)} ms`, condition);
    tally.of(condition).readsFailed += 1;
    return false;
  }

  async #attempt(sent: Sent, attempt: number): Promise<Acknowledged | undefined> {
    const { tally, commandsUnaffected } = this.#world;
    const before = this.#world.condition();
    const startedMs = performance.now();
    const answer = await this.#client
      .post(sent.path, sent.key, sent.body)
      .catch((error: unknown) => String(error));
    const tookMs = performance.now() - startedMs;
    const condition = worse(before, this.#world.condition());
    const figures = tally.of(condition);
    if (attempt === 1) {
      figures.sent += 1;
      figures.tookMs.push(tookMs);
    }
    if (typeof answer === 'string') {
      this.#violated(`${sent.path} got no answer (${answer})`, condition);
      return undefined;
    }
    if (tookMs > answerMsMax)
      this.#violated(`${sent.path} was answered ${answer.status} after ${Math.round(tookMs)} ms`, condition);
    if (answer.status === 503) {
      figures.unavailable += 1;
      if (commandsUnaffected || condition === 'quiet')
        this.#violated(`${sent.path} was answered 503: ${answer.text}`, condition);
      if (!answer.headers.has('retry-after')) this.#violated('a 503 had no Retry-After', condition);
      return undefined;
    }
    if (answer.status !== (sent.path === '/v1/orders' ? 201 : 200)) {
      this.#violated(`${sent.path} was answered ${answer.status}: ${answer.text}`, condition);
      return undefined;
    }
    figures.acknowledged += 1;
    if (answer.headers.has('idempotent-replayed')) figures.replayed += 1;
    const { orderId, revision } = JSON.parse(answer.text) as { orderId: string; revision: number };
    // Not the whole answer: there are very many of them.
    sent.answer = { status: answer.status, text: JSON.stringify({ orderId, revision }) };
    return { orderId, revision, position: answer.headers.get('ledger-position') ?? '' };
  }

  #violated(what: string, condition: Condition = this.#world.condition()): void {
    this.#world.tally.violated(condition, what);
  }

  #rest({ least, spread }: { readonly least: number; readonly spread: number }): Promise<void> {
    return new Promise((done) => setTimeout(done, least + this.#world.draws.below(spread)));
  }
}

const payment: readonly (readonly [string, object])[] = [
  ['authorize', { method: { token: 'tok_visa' } }],
  ['capture', {}],
];

/** What was asked before a fault and answered during it, or the other way round, was under that fault. */
function worse(before: Condition, after: Condition): Condition {
  return after === 'quiet' ? before : after;
}
