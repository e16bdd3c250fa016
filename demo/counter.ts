import type { Board, Lane, Tone, TrialKind, Verdict } from './board.ts';
import {
  isGranted,
  isRecorded,
  judgeDouble,
  judgeLateRetry,
  judgeOutsider,
  judgeRace,
  judgeReadYourWrite,
  judgeRefusal,
  reasonOf,
} from './checks/verdicts.ts';
import type { Answer, Client } from './client.ts';
import { DemoFailure } from './demo-failure.ts';
import type { Journal } from './journal.ts';
import type { Pace } from './pace.ts';
import type { Command, Sale } from './sale.ts';

interface CounterNeeds {
  readonly client: Client;
  readonly board: Board;
  readonly journal: Journal;
  readonly pace: Pace;
}

/** An id that no order has: ids are made from keys, never by counting. */
const unknownOrder = '00000000-0000-4000-8000-000000000000';

/** Where one order is dealt with: sends its commands in every way, proper and improper, and judges the answers. */
export class Counter {
  readonly #needs: CounterNeeds;
  readonly #sale: Sale;
  readonly #lane: Lane;

  constructor(needs: CounterNeeds, sale: Sale, lane: Lane) {
    this.#needs = needs;
    this.#sale = sale;
    this.#lane = lane;
  }

  /** A command that must be granted. */
  async grant(command: Command): Promise<void> {
    const answer = await this.#needs.client.send(command.request);
    this.#accept(command, answer);
    if (command.name === 'place' || command.name === 'capture') await this.#readBack(answer);
    await this.#needs.pace.pause();
  }

  /** The same command twice at the same moment, and once more after the answer: one effect. */
  async grantTwice(once: Command): Promise<void> {
    const { client } = this.#needs;
    const command = { ...once, done: `${once.done} (sent 3×)` };
    const atOnce = await Promise.all([client.send(command.request), client.send(command.request)]);
    const answers = [...atOnce, await client.send(command.request)];
    this.#accept(command, answers.find(({ replayed }) => !replayed) ?? answers[0]);
    this.#judge('double submit', judgeDouble(this.#unlessInterrupted(command, answers)), command.name);
    await this.#needs.pace.pause();
  }

  /** A command that must be refused, for this reason. */
  async refuse(command: Command, expected: { readonly status: number; readonly reason: string }) {
    const { client, journal } = this.#needs;
    const answer = await client.send(command.request);
    const verdict = judgeRefusal(answer, expected);
    if (isGranted(answer)) this.#accept(command, answer);
    else if (isRecorded(answer)) journal.refused.push({ sale: this.#sale, command, answer });
    else journal.traceless.add(command.request.key);
    const kind = expected.status === 412 ? 'stale revision' : 'refusal';
    this.#judge(kind, verdict, command.name, `✗ ${expected.reason}`);
    await this.#needs.pace.pause();
  }

  /**
   * Long after: the order is placed once more with its old key, and whatever was refused is asked for once more. Both
   * are answered as they were then, though the order has moved on since.
   */
  async retryLate(): Promise<void> {
    const { client, journal } = this.#needs;
    const placed = journal.accepted.find(
      ({ sale, command }) => sale === this.#sale && command.name === 'place',
    );
    if (placed !== undefined) {
      const again = await client.send(placed.command.request);
      this.#judge('late retry', judgeLateRetry(placed.answer, again), 'place');
    }
    for (const { command, answer } of journal.refused.filter(({ sale }) => sale === this.#sale)) {
      const again = await client.send(command.request);
      this.#judge('late retry', judgeLateRetry(answer, again), command.name);
    }
  }

  /** The key of a command that was granted, on another request. */
  async reuseKey(command: Command, body: object): Promise<void> {
    const answer = await this.#needs.client.send({ ...command.request, body });
    const verdict = judgeRefusal(answer, { status: 422, reason: 'idempotency-key-reused' });
    this.#judge('reused key', verdict, command.name, '✗ key reused');
    await this.#needs.pace.pause();
  }

  /** Two commands at the same moment, of which the order can bear one. Answers the one that was granted. */
  async race(commands: readonly [Command, Command], reasons: readonly string[]): Promise<Command> {
    const { client, journal } = this.#needs;
    const answers = await Promise.all(commands.map(({ request }) => client.send(request)));
    const rivals = commands.map((command, index) => ({ command, answer: answers[index] }));
    for (const { command, answer } of rivals) {
      if (answer === undefined) continue;
      if (isGranted(answer)) this.#accept(command, answer);
      else journal.refused.push({ sale: this.#sale, command, answer });
    }
    const verdict = judgeRace(answers, reasons);
    const names = commands.map(({ name }) => name).join(' and ');
    this.#judge('race', verdict, `${names} at once:`, '✗ the other one');
    await this.#needs.pace.pause();
    const winner = rivals.find(({ answer }) => answer !== undefined && isGranted(answer));
    if (winner === undefined) throw new DemoFailure(`${names} on ${this.#lane.externalId}: both refused.`);
    return winner.command;
  }

  /** Another customer looks at the order, and tries to write on it. */
  async showToOutsider(command: Command): Promise<void> {
    const { client, journal } = this.#needs;
    const as = this.#sale.order.outsider;
    const seen = await client.read(`/v1/orders/${this.#sale.id}`, { as });
    this.#judge('outsider', judgeOutsider(seen, await client.read(`/v1/orders/${unknownOrder}`, { as })), as);
    const request = { ...command.request, as };
    const path = request.path.replace(this.#sale.id, unknownOrder);
    journal.traceless.add(request.key);
    const answers = [await client.send(request), await client.send({ ...request, path })] as const;
    this.#judge('outsider', judgeOutsider(...answers), as, '✗ outsider');
    await this.#needs.pace.pause();
  }

  #accept(command: Command, answer: Answer | undefined): void {
    const { board, journal } = this.#needs;
    const sale = this.#sale;
    if (answer === undefined || !isGranted(answer)) {
      const why = answer === undefined ? 'no answer' : `${answer.status} ${reasonOf(answer)}`;
      throw new DemoFailure(`${command.name} on ${this.#lane.externalId} should have been granted: ${why}`);
    }
    if (command.name === 'place') sale.id = (JSON.parse(answer.body) as { readonly orderId: string }).orderId;
    if (command.name === 'amend') sale.lines = sale.order.otherLines;
    journal.accept({ sale, command, answer });
    sale.granted(command);
    board.moved(sale.order.currency, command.moves);
    this.#lane.total = sale.total;
    this.#step(command.done, command.moves.length > 0 ? 'money' : 'done');
  }

  async #readBack(write: Answer): Promise<void> {
    const { client } = this.#needs;
    const options = { as: this.#sale.order.customer, atLeast: write.position };
    const read = await client.read(`/v1/orders/${this.#sale.id}`, options);
    this.#judge('read your write', judgeReadYourWrite(write, read), '');
  }

  /**
   * A command that was cut off by the kill and had been recorded is answered as a replay from then on: the answer
   * that called it new never arrived.
   */
  #unlessInterrupted({ request }: Command, answers: readonly Answer[]): readonly Answer[] {
    const [first, ...rest] = answers;
    const isLost =
      this.#needs.client.interrupted.has(request.key) && answers.every(({ replayed }) => replayed);
    return isLost && first !== undefined ? [{ ...first, replayed: false }, ...rest] : answers;
  }

  #judge(kind: TrialKind, verdict: Verdict, subject: string, step?: string): void {
    const said = [this.#lane.externalId, subject, verdict.said].filter((part) => part !== '').join(' ');
    this.#needs.board.tried(kind, { held: verdict.held, said });
    if (step !== undefined) this.#step(verdict.held ? step : 'WRONG ANSWER', 'refused');
  }

  #step(text: string, tone: Tone): void {
    this.#lane.steps.push({ text, tone });
  }
}
