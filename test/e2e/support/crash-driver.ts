import type { Sent } from '../../support/journal.ts';
import type { ServingLedger } from '../../support/ledger-child.ts';
import { ready } from '../../support/ledger-child.ts';
import { type Answer, Client, tokenFor } from '../../support/process-client.ts';
import { drawCommand } from './command-mix.ts';
import { type Seeded, seeded } from './seeded.ts';

const clientsPerProcess = 6;
const atOnceMax = 24;
const killAfterMs = { least: 20, most: 330 };

interface Caller {
  readonly subject: string;
  readonly token: string;
  readonly draws: Seeded;
  sent: number;
}

/** What one cycle saw. */
export interface Cycle {
  readonly acknowledged: number;
  readonly unanswered: number;
  readonly readyInMs: number;
}

/**
 * Loads one or more services on the same data with commands that touch the same orders, kills one without warning,
 * starts it again, and asks everything once more. Remembers everything it ever sent.
 */
export class CrashDriver {
  readonly journal: Sent[] = [];
  /** Orders that are known to exist; all callers work on all of them. */
  readonly #orders: string[] = [];
  readonly #start: () => Promise<ServingLedger>;
  readonly #draws: Seeded;
  readonly #callers: Caller[] = [];
  #services: ServingLedger[] = [];

  constructor(start: () => Promise<ServingLedger>, seed: number) {
    this.#start = start;
    this.#draws = seeded(seed);
  }

  async open(dataDir: string, processes: number): Promise<void> {
    for (let index = 0; index < processes * clientsPerProcess; index++) {
      const subject = `caller-${index}`;
      const draws = seeded(this.#draws.below(2 ** 31));
      this.#callers.push({ subject, token: await tokenFor(dataDir, subject), draws, sent: 0 });
    }
    this.#services = await Promise.all(Array.from({ length: processes }, () => this.#start()));
  }

  /** One load, one kill, one restart. @throws when an answer is not the one that was given before. */
  async cycle(): Promise<Cycle> {
    const from = this.journal.length;
    const victim = this.#draws.below(this.#services.length);
    const service = this.#services[victim] as ServingLedger;
    const { least, most } = killAfterMs;
    const load = new AbortController();
    const loads = this.#callers.map((caller, index) =>
      this.#load(this.#services[index % this.#services.length] as ServingLedger, caller, load.signal),
    );
    await new Promise((resolve) => setTimeout(resolve, least + this.#draws.below(most - least)));
    await service.kill('SIGKILL');
    load.abort();
    await Promise.all(loads);

    const startedMs = performance.now();
    const restarted = await this.#start();
    await ready(restarted.url);
    const readyInMs = performance.now() - startedMs;
    this.#services[victim] = restarted;
    const sent = this.journal.slice(from);
    const unanswered = sent.filter(({ answer }) => answer === undefined);
    await this.askAgain(unanswered);
    await this.askAgain(sent);
    return { acknowledged: sent.length - unanswered.length, unanswered: unanswered.length, readyInMs };
  }

  /** Sends commands again under their keys. @throws when one is not answered as before, to the byte. */
  async askAgain(sent: readonly Sent[]): Promise<void> {
    const waiting = [...sent];
    const worker = async (service: ServingLedger) => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const { subject, path, key, body, answer: before } = next;
        const caller = this.#callers.find((each) => each.subject === subject) as Caller;
        const answer = await new Client(service.url, caller.token).post(path, key, body);
        if (before !== undefined) expectSame(next, before, answer);
        else this.#acknowledge(next, answer);
      }
    };
    await Promise.all(
      Array.from({ length: atOnceMax }, (_, index) =>
        worker(this.#services[index % this.#services.length] as ServingLedger),
      ),
    );
  }

  async #load(service: ServingLedger, caller: Caller, stopped: AbortSignal): Promise<void> {
    const client = new Client(service.url, caller.token);
    while (!stopped.aborted) {
      const command = this.#next(caller);
      this.journal.push(command);
      try {
        this.#acknowledge(command, await client.post(command.path, command.key, command.body));
      } catch {
        // The process is gone, and with it the answer.
        return;
      }
    }
  }

  /** Only an answer that says what became of the command is one. */
  #acknowledge(command: Sent, { status, text }: Answer): void {
    if (status === 503) return;
    if (![200, 201, 409, 422].includes(status))
      throw new Error(`${command.path} was answered ${status}: ${text}`);
    command.answer = { status, text };
    if (status === 201) this.#orders.push((JSON.parse(text) as { orderId: string }).orderId);
  }

  #next(caller: Caller): Sent {
    const { subject, draws } = caller;
    caller.sent += 1;
    const key = `${subject}-${caller.sent}`;
    return { subject, key, ...drawCommand(draws, this.#orders, key) };
  }
}

function expectSame(sent: Sent, before: { status: number; text: string }, after: Answer): void {
  const isSame = before.status === after.status && before.text === after.text;
  if (!isSame) {
    throw new Error(
      `${sent.key} on ${sent.path} was answered ${before.status} ${before.text} and then ${after.status} ${after.text}`,
    );
  }
}
