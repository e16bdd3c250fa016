import { performance } from 'node:perf_hooks';
import { commandIdOf, createdIdOf } from '../../../src/commands/idempotency.ts';
import { digest } from '../../../src/main.ts';
import { answerOf } from './answer.ts';
import { bodyOf, type Operation, type OrderHistory, pathOf, type Subject, subjects } from './operation.ts';
import { type Draft, type HistoryPlan, placesPerOrder, placingKey } from './plan.ts';
import type { Sending, Wire } from './wire.ts';

/** Where histories are played. */
export interface Stage {
  readonly paidWhen: OrderHistory['paidWhen'];
  readonly tokens: Readonly<Record<Subject, string>>;
  /** As many as a history may have clients. */
  readonly wires: readonly Wire[];
}

/** Plays a history on orders of its own. @returns by order, what was asked and answered */
export async function playHistory(
  stage: Stage,
  plan: HistoryPlan,
  name: string,
): Promise<readonly OrderHistory[]> {
  return new Play(stage, plan, name).run();
}

/** The newest anybody has heard of an order, and of the log. */
interface Board {
  readonly revisions: number[];
  position: number;
}

class Play {
  readonly #stage: Stage;
  readonly #plan: HistoryPlan;
  readonly #name: string;
  readonly #ids: readonly string[];
  readonly #board: Board;
  readonly #operations: Operation[][];
  #next = 0;

  constructor(stage: Stage, plan: HistoryPlan, name: string) {
    this.#stage = stage;
    this.#plan = plan;
    this.#name = name;
    const orders = Array.from({ length: plan.orders }, (_, order) => order);
    this.#ids = orders.map((order) => orderIdOf(placingKey(name, order)));
    this.#board = { revisions: orders.map(() => 0), position: 0 };
    this.#operations = orders.map(() => []);
  }

  async run(): Promise<readonly OrderHistory[]> {
    const { clients, last, isHasty, orders } = this.#plan;
    const all = Array.from({ length: clients }, (_, client) => client);
    if (!isHasty) {
      const places = this.#plan.drafts.slice(0, orders * placesPerOrder);
      this.#next = places.length;
      await Promise.all(places.map((draft, client) => this.#ask(draft, client)));
    }
    await Promise.all(all.map((client) => this.#client(client)));
    for (const draft of last) await this.#ask(draft, 0);
    const { paidWhen } = this.#stage;
    return this.#operations.map((operations, order) => ({
      name: `${this.#name}, order ${order}`,
      paidWhen,
      operations,
    }));
  }

  async #client(client: number): Promise<void> {
    for (;;) {
      const draft = this.#plan.drafts[this.#next];
      this.#next += 1;
      if (draft === undefined) return;
      await this.#ask(draft, client);
    }
  }

  async #ask(draft: Draft, client: number): Promise<void> {
    const { order, cutAfterMs } = draft;
    const request = this.#bound(draft);
    const operations = this.#operations[order] ?? [];
    const at = operations.length;
    const sending = { ...this.#sending(request, order), ...(cutAfterMs !== undefined && { cutAfterMs }) };
    const invokedMs = performance.now();
    // It has its place from the start: one that is never answered is in the history too.
    operations.push({ number: at, client, request, invokedMs, respondedMs: Number.POSITIVE_INFINITY });
    const heard = await this.#stage.wires[client]?.send(sending);
    const respondedMs = performance.now();
    if (heard === undefined || heard.status === 503 || heard.status === 504) return;
    const answer = answerOf(heard, request);
    operations[at] = { number: at, client, request, invokedMs, respondedMs, answer };
    this.#board.position = Math.max(this.#board.position, answer.position ?? 0);
    this.#board.revisions[order] = Math.max(this.#board.revisions[order] ?? 0, answer.etag ?? 0);
  }

  #bound({ order, request, isBound }: Draft): Operation['request'] {
    if (!isBound) return request;
    if (request.type === 'command') return { ...request, ifMatch: this.#board.revisions[order] ?? 0 };
    return request.of === 'revision' ? request : { ...request, atLeast: this.#board.position };
  }

  #sending(request: Operation['request'], order: number): Sending {
    const id = this.#ids[order] ?? '';
    const { tokens } = this.#stage;
    if (request.type === 'command') {
      const body = JSON.stringify(bodyOf(request.action));
      const isPlacing = request.action.kind === 'place';
      return {
        method: 'POST',
        path: isPlacing ? '/v1/orders' : `/v1/orders/${id}${pathOf(request.action)}`,
        body,
        headers: {
          authorization: `Bearer ${tokens[request.subject]}`,
          'content-type': 'application/json',
          'content-length': String(Buffer.byteLength(body)),
          'idempotency-key': `"${request.key}"`,
          ...(request.ifMatch !== undefined && { 'if-match': `"${request.ifMatch}"` }),
        },
      };
    }
    const { of, revision, atLeast } = request;
    const ending = { order: '', payment: '/payment', history: '/history', revision: `?revision=${revision}` };
    return {
      method: 'GET',
      path: `/v1/orders/${id}${ending[of]}`,
      headers: {
        authorization: `Bearer ${tokens[subjects[0]]}`,
        ...(atLeast !== undefined && { 'ledger-position': String(atLeast) }),
      },
    };
  }
}

/** An order is found under its key before anybody has placed it. */
function orderIdOf(key: string): string {
  return createdIdOf(digest, commandIdOf(digest, subjects[0], 'POST', '/v1/orders', key));
}
