import { drawCommand } from '../../e2e/support/command-mix.ts';
import { type Seeded, seeded } from '../../e2e/support/seeded.ts';
import type { Sent } from '../../support/journal.ts';
import { tokenFor } from '../../support/process-client.ts';
import { meaningOf } from './answers.ts';
import { Broken, Connection } from './connection.ts';
import type { JournalFile } from './journal-file.ts';
import type { Lane } from './plan.ts';
import type { Tally } from './tally.ts';

const callersMax = 16;
/** How customers pay where the ledger asks the provider. */
const tokens = [
  'tok_visa',
  'tok_visa',
  'tok_timeout_then_ok',
  'tok_timeout_lost',
  'tok_technical_1',
  'tok_decline',
];

interface Caller {
  readonly subject: string;
  readonly token: string;
  readonly draws: Seeded;
  sent: number;
}

/** What may happen to those who call a server that something is done to. */
export interface Expected {
  /** No answer at all: to anybody; only to what nothing was done about, because nobody was let in; to nobody. */
  breaks: 'any' | 'undone' | 'none';
  /** To be told to come again. */
  later: boolean;
}

/** Many callers that send commands to one server for as long as it is there; all of them work on the same orders. */
export class Load {
  readonly journal: JournalFile;
  readonly #lane: Lane;
  readonly #tally: Tally;
  readonly #callers: readonly Caller[];
  /** Sent to servers that were asked to end, and did not answer: nothing may have been done about it. */
  readonly #undone = new Set<Sent>();

  private constructor(lane: Lane, journal: JournalFile, tally: Tally, callers: readonly Caller[]) {
    this.#lane = lane;
    this.journal = journal;
    this.#tally = tally;
    this.#callers = callers;
  }

  static async open(
    dataDir: string,
    lane: Lane,
    journal: JournalFile,
    tally: Tally,
    draws: Seeded,
  ): Promise<Load> {
    const callers: Caller[] = [];
    for (let index = 1; index <= callersMax; index++) {
      const subject = `${lane}-${index}`;
      const token = await tokenFor(dataDir, subject);
      callers.push({ subject, token, draws: seeded(draws.below(2 ** 31)), sent: 0 });
    }
    return new Load(lane, journal, tally, callers);
  }

  /** Loads the server until told to stop, or until it is gone. */
  async run(url: string, stop: AbortSignal, expected: Expected): Promise<void> {
    await Promise.all(this.#callers.map((caller) => this.#call(caller, url, stop, expected)));
  }

  /** Sends each of these again, under its key, until it is answered; an answer that is not the first one is a violation. */
  async askAgain(url: string, commands: readonly Sent[], expected: Expected): Promise<void> {
    const bySubject = Map.groupBy(commands, ({ subject }) => subject);
    await Promise.all(
      this.#callers.map(async ({ subject, token }) => {
        const connection = new Connection(url, token);
        try {
          for (const sent of bySubject.get(subject) ?? [])
            if (!(await this.#send(connection, sent, expected))) return;
        } finally {
          connection.close();
        }
      }),
    );
  }

  /** Somebody who may do everything. */
  get subject(): string {
    return this.#callers[0]?.subject ?? '';
  }

  /** A connection of somebody who may see every order. */
  reader(url: string): Connection {
    return new Connection(url, this.#callers[0]?.token ?? '');
  }

  async #call(caller: Caller, url: string, stop: AbortSignal, expected: Expected): Promise<void> {
    const connection = new Connection(url, caller.token);
    try {
      while (!stop.aborted) {
        const sent = this.#next(caller);
        this.journal.asks(sent);
        if (!(await this.#send(connection, sent, expected))) return;
      }
    } finally {
      connection.close();
    }
  }

  /** @returns false where nobody is there any more */
  async #send(connection: Connection, sent: Sent, expected: Expected): Promise<boolean> {
    const { key, path, body, answer: before } = sent;
    try {
      const heard = await connection.post(path, key, body);
      const meaning = meaningOf(heard);
      const { status, text } = heard;
      if (typeof meaning === 'object') this.#tally.violated(`${key} on ${path}: ${meaning.wrong}`);
      else if (meaning === 'later') {
        this.#tally.later += 1;
        if (!expected.later)
          this.#tally.violated(`${key} on ${path} was told to come again: ${status} ${text}`);
      } else if (!this.journal.answers(sent, { status, text }))
        this.#tally.violated(
          `${key} on ${path} was answered ${sent.answer?.status} ${sent.answer?.text} and then ${status} ${text}`,
        );
      else if (before !== undefined) this.#tally.replaysCompared += 1;
      if (this.#undone.delete(sent) && heard.headers['idempotent-replayed'] === 'true')
        this.#tally.violated(
          `${key} on ${path} was done by a server that was asked to end, and not answered`,
        );
      const position = heard.headers['ledger-position'];
      if (typeof position === 'string') this.journal.positions.set(sent, position);
      return true;
    } catch (error) {
      if (!(error instanceof Broken)) throw error;
      if (expected.breaks === 'undone') {
        this.#undone.add(sent);
        if (error.code !== 'ECONNREFUSED') this.#tally.turnedAway += 1;
      } else if (expected.breaks !== 'any')
        this.#tally.violated(`${key} on ${path} was not answered: ${error.message}`);
      return false;
    }
  }

  #next(caller: Caller): Sent {
    const { subject, draws } = caller;
    caller.sent += 1;
    const key = `${subject}-${caller.sent}`;
    const extra = () => ({
      ...(draws.below(8) === 0 && { customerId: `customer-${key}`, note: 'for somebody else' }),
      ...(this.#lane === 'asked' &&
        draws.below(2) === 0 && { payment: { method: { token: draws.pick(tokens) } } }),
    });
    return { subject, key, ...drawCommand(draws, this.journal.orders, key, extra) };
  }
}
