import type { Json } from '../../src/domain/kernel/canonical-json.ts';
import { type Seeded, seeded } from '../e2e/support/seeded.ts';
import { placing, type ScriptedOrder, type Wish } from './scripted-orders.ts';

/** One command as a caller sends it. */
export interface ScriptedCommand {
  readonly kind: 'command';
  /** Which of the two command processes it is sent to: the other one's memory is then out of date. */
  readonly process: 0 | 1;
  readonly subject: string;
  readonly isOperator: boolean;
  /** As in the table of routes: `placeOrder`, `cancelOrder`, … */
  readonly operation: string;
  readonly orderId?: string;
  readonly key: string;
  readonly body: Json;
  readonly ifMatch?: string;
  /** Sent twice at the same moment. */
  readonly twin?: true;
}

/** One question; a list is followed through its pages. */
export interface ScriptedQuery {
  readonly kind: 'query';
  readonly subject: string;
  readonly isOperator: boolean;
  readonly operation: string;
  readonly orderId?: string;
  readonly query: Readonly<Record<string, string>>;
}

/** From here on, projections have everything. */
export interface ScriptedPause {
  readonly kind: 'catch-up';
}

export type Step = ScriptedCommand | ScriptedQuery | ScriptedPause;

const commandsPerRound = 500;
const queriesPerRound = 40;
const recentMax = 40;
/** What may come next, as often as it stands here. */
const kinds = [
  ...Array.from({ length: 18 }, () => 'place' as const),
  ...Array.from({ length: 46 }, () => 'next' as const),
  ...Array.from({ length: 10 }, () => 'any' as const),
  ...Array.from({ length: 9 }, () => 'replay' as const),
  ...Array.from({ length: 5 }, () => 'guarded' as const),
  ...Array.from({ length: 4 }, () => 'reuse' as const),
  ...Array.from({ length: 4 }, () => 'hammer' as const),
  ...Array.from({ length: 3 }, () => 'foreign' as const),
  'unknown' as const,
];

/** The same steps for the same seed: `commands` commands, and in between what was asked about them. */
export function* scriptOf(seed: number, commands: number): Generator<Step> {
  const writer = new ScriptWriter(seeded(seed));
  for (let written = 0; written < commands; ) {
    const round = Math.min(commandsPerRound, commands - written);
    for (let index = 0; index < round; index++) yield writer.command();
    written += round;
    yield { kind: 'catch-up' };
    for (let index = 0; index < queriesPerRound; index++) yield writer.query();
  }
}

class ScriptWriter {
  readonly #draws: Seeded;
  readonly #orders: ScriptedOrder[] = [];
  readonly #sent: ScriptedCommand[] = [];
  #count = 0;

  constructor(draws: Seeded) {
    this.#draws = draws;
  }

  command(): ScriptedCommand {
    this.#count += 1;
    const command = this.#next();
    this.#sent.push(command);
    return command;
  }

  query(): ScriptedQuery {
    const draws = this.#draws;
    const order = draws.pick(this.#orders);
    const isOperator = draws.below(2) === 0;
    const caller = {
      kind: 'query' as const,
      subject: isOperator ? 'operator-1' : order.customer,
      isOperator,
    };
    const about = { ...caller, orderId: order.id, query: {} };
    const kinds: readonly (() => ScriptedQuery)[] = [
      () => ({ ...about, operation: 'getOrder' }),
      () => ({ ...about, operation: 'getOrder' }),
      () => ({ ...about, operation: 'getOrder', query: { revision: String(draws.below(6)) } }),
      () => ({ ...about, operation: 'getOrder', query: { at: timeOf(draws.below(this.#count)) } }),
      () => ({ ...about, operation: 'getPayment' }),
      () => ({ ...about, operation: 'getHistory' }),
      () => ({ ...caller, operation: 'listOrders', query: this.#list() }),
      () => ({ ...caller, subject: 'operator-1', isOperator: true, operation: 'getStats', query: {} }),
      () => ({ ...about, subject: 'customer-of-nobody', isOperator: false, operation: 'getOrder' }),
    ];
    return draws.pick(kinds)();
  }

  #list(): Readonly<Record<string, string>> {
    const draws = this.#draws;
    const limit = String(1 + draws.below(100));
    if (draws.below(3) === 0) return { limit };
    const [one, other] = [draws.below(this.#count), draws.below(this.#count)].toSorted((a, b) => a - b);
    const filters: readonly Readonly<Record<string, string>>[] = [
      { status: draws.pick(['pending', 'paid', 'completed', 'cancelled']) },
      { customerId: draws.pick(this.#orders).customer },
      { placedFrom: timeOf(one ?? 0), placedTo: timeOf(other ?? 0) },
      { externalId: draws.pick(this.#orders).externalId },
    ];
    return { ...draws.pick(filters), limit };
  }

  #next(): ScriptedCommand {
    const draws = this.#draws;
    const kind = draws.pick(kinds);
    const [first] = this.#orders;
    if (kind === 'place' || first === undefined) return this.#place();
    const order = draws.pick(this.#orders.slice(-recentMax));
    const earlier = draws.pick(this.#sent.slice(-recentMax * 10));
    switch (kind) {
      case 'next':
        return this.#on(order, order.next());
      case 'any':
        return this.#on(draws.pick(this.#orders), order.any());
      case 'replay':
        return { ...earlier, process: this.#process() };
      case 'reuse':
        return { ...earlier, process: this.#process(), body: { ...Object(earlier.body), note: 'another' } };
      case 'hammer':
        // One order collects refusals until it takes no more of them.
        return this.#on(first, { operation: 'fulfilOrder', body: {} });
      case 'guarded':
        return { ...this.#on(order, order.any()), ifMatch: `"${draws.below(8)}"` };
      case 'foreign':
        return { ...this.#on(order, order.any()), subject: 'customer-of-nobody', isOperator: false };
      case 'unknown':
        return { ...this.#on(order, order.any()), orderId: '00000000-0000-4000-8000-000000000000' };
    }
  }

  #place(): ScriptedCommand {
    const { order, ...placed } = placing(this.#draws, this.#key(), this.#count);
    this.#orders.push(order);
    return {
      kind: 'command',
      process: this.#process(),
      ...placed,
      operation: 'placeOrder',
      key: this.#key(),
    };
  }

  #on(order: ScriptedOrder, { operation, body }: Wish): ScriptedCommand {
    return {
      kind: 'command',
      process: this.#process(),
      subject: 'operator-1',
      isOperator: true,
      operation,
      orderId: order.id,
      key: this.#key(),
      body,
      ...(this.#draws.below(40) === 0 && { twin: true as const }),
    };
  }

  #key(): string {
    return `"script-${String(this.#count).padStart(8, '0')}"`;
  }

  #process(): 0 | 1 {
    return this.#draws.below(4) === 0 ? 1 : 0;
  }
}

const startMs = Date.UTC(2026, 0, 31, 9, 30);

/** When the step with this number happens: a second after the one before it. */
export function timeOf(step: number): string {
  return new Date(startMs + step * 1_000).toISOString();
}
