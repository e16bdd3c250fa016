import { canonicalJson, type Json } from '../../src/domain/kernel/canonical-json.ts';
import type { OrderCommand } from '../../src/domain/order/commands.ts';
import type { Order } from '../../src/domain/order/state.ts';
import { deepFrozen } from './given.ts';
import { type Decide, play, type Standing } from './order-play.ts';

/** Something that must not happen, and the commands that led to it. */
export interface Violation {
  readonly broken: readonly string[];
  readonly trail: readonly string[];
}

export interface Walked {
  /** Different orders that were reached, the first ones included. */
  readonly states: number;
  /** Commands that were decided, each once in every state that is not at the end. */
  readonly decisions: number;
  /** Those that recorded something. */
  readonly transitions: number;
  readonly refused: number;
  readonly violations: readonly Violation[];
  /** Every sequence of events that a command recorded at once, and every refusal. */
  readonly outcomes: ReadonlySet<string>;
  /** Every status of payment with the status of its order. */
  readonly statuses: ReadonlySet<string>;
}

interface Node extends Standing {
  /** Where it was come to from, and by what; nothing of a first one. */
  readonly from?: readonly [Node, OrderCommand];
}

interface Options {
  /** Commands one after another, at most. */
  readonly depth: number;
  readonly decide?: Decide;
  /** Goes no deeper once there are so many violations. */
  readonly stopAt?: number;
}

/**
 * Every order that can be reached from the first ones with at most `depth` commands, each looked at once. Two orders are
 * one where their canonical JSON is the same but for times and revision, and so are their books.
 */
export function walk(
  starts: readonly Standing[],
  commandsFor: (order: Order) => readonly OrderCommand[],
  { depth, decide, stopAt = 1_000 }: Options,
): Walked {
  const ground = new Ground(decide);
  let layer = starts.flatMap((start) => ground.arrive(start));
  for (let step = 0; step < depth && ground.violations.length < stopAt; step++) {
    layer = layer.flatMap((node) =>
      commandsFor(node.order).flatMap((command) => ground.arrive(ground.step(node, command))),
    );
  }
  return ground;
}

class Ground implements Walked {
  decisions = 0;
  transitions = 0;
  refused = 0;
  readonly violations: Violation[] = [];
  readonly outcomes = new Set<string>();
  readonly statuses = new Set<string>();
  readonly #seen = new Set<string>();
  readonly #decide: Decide | undefined;

  constructor(decide: Decide | undefined) {
    this.#decide = decide;
  }

  get states(): number {
    return this.#seen.size;
  }

  /** The node, where nobody has been there before. */
  arrive(node: Node | undefined): readonly Node[] {
    const key = node === undefined ? undefined : keyOf(node);
    if (node === undefined || key === undefined || this.#seen.has(key)) return [];
    this.#seen.add(key);
    deepFrozen(node.order);
    this.statuses.add(`${node.order.status} ${node.order.payment.status}`);
    return [node];
  }

  /** Where the command leads; `undefined` where it leads nowhere, or where it must not lead. */
  step(node: Node, command: OrderCommand): Node | undefined {
    this.decisions++;
    try {
      const { outcome, standing, broken } = play(node, command, this.#decide);
      this.outcomes.add(outcome);
      if (broken.length > 0) this.#violated(broken, [node, command]);
      if (standing.order !== node.order) {
        this.transitions++;
        return broken.length === 0 ? { ...standing, from: [node, command] } : undefined;
      }
      if (outcome !== 'nothing') this.refused++;
    } catch (error) {
      this.#violated([String(error)], [node, command]);
    }
    return undefined;
  }

  #violated(broken: readonly string[], last: Node['from']): void {
    const trail: string[] = [];
    for (let from = last; from !== undefined; from = from[0].from) trail.unshift(spelt(from[1]));
    this.violations.push({ broken, trail });
  }
}

function keyOf({ order, books }: Node): string {
  const { placedAt: _, updatedAt: __, revision: ___, ...rest } = order;
  const { paidAt, fulfilledAt, completedAt, cancelledAt, ...timeless } = rest;
  const happened = [paidAt, fulfilledAt, completedAt, cancelledAt].map((time) => time !== undefined);
  const balances = Object.entries(books.balances)
    .filter(([, amount]) => amount !== 0n)
    .map(([account, amount]) => `${account} ${amount}`)
    .toSorted();
  return canonicalJson({ timeless, happened, balances } as unknown as Json);
}

function spelt(command: OrderCommand): string {
  if (command.type !== 'RecordAnswer') {
    const amount = 'amount' in command ? ` ${JSON.stringify(command.amount)}` : '';
    return `${command.type}${amount}${'outcome' in command ? ` ${command.outcome}` : ''}`;
  }
  const { operation, call, answer } = command;
  return `${operation} ${call} ${answer.kind}`;
}
