import { orderAggregate } from '../../src/domain/order/aggregate.ts';
import type { OrderCommand } from '../../src/domain/order/commands.ts';
import type { Order } from '../../src/domain/order/state.ts';
import { actor, instantOf } from './given.ts';
import { type Books, booksAfter, brokenBy, noBooks, refusalsChangeNothing } from './order-books.ts';

/** An order with its books, and its JSON as it was when the order came to stand there. */
export interface Standing {
  readonly order: Order;
  readonly books: Books;
  readonly json: string;
}

/** What a command led to. */
export interface Step {
  /** The refusal, `nothing` where it was so already, or what was recorded. */
  readonly outcome: string;
  readonly standing: Standing;
  /** Names of the six invariants that are broken now. */
  readonly broken: readonly string[];
}

export type Decide = typeof orderAggregate.decide;

const at = instantOf(0);

/** A new order; it is refused only where the command is not one that places an order. */
export function placedBy(command: OrderCommand, decide: Decide = orderAggregate.decide): Standing {
  const decision = decide(command, undefined);
  if (!decision.ok) throw new TypeError(`${command.type} is refused: ${decision.code}`);
  const order = decision.events.reduce<Order | undefined>(
    (state, event, revision) => orderAggregate.evolve(state, event, { at, revision, actor }),
    undefined,
  );
  if (order === undefined) throw new TypeError(`${command.type} leads to no order`);
  return { order, books: booksAfter(noBooks, decision.events), json: JSON.stringify(order) };
}

/** Decides the command on the order as it stands, records what follows and holds the result against the six invariants. */
export function play(
  standing: Standing,
  command: OrderCommand,
  decide: Decide = orderAggregate.decide,
): Step {
  const { order, books, json } = standing;
  const decision = decide(command, order);
  // What is frozen throws where somebody writes into it.
  const isSame = Object.isFrozen(order) || JSON.stringify(order) === json;
  const spoilt = isSame ? [] : [refusalsChangeNothing];
  if (!decision.ok) return { outcome: decision.code, standing, broken: spoilt };
  if (decision.events.length === 0) return { outcome: 'nothing', standing, broken: spoilt };
  const after = decision.events.reduce<Order>((state, event) => {
    const { success } = orderAggregate.events[event.type]?.data.safeParse(event.data) ?? { success: false };
    if (!success) throw new TypeError(`${event.type} has not the shape its catalogue gives it`);
    const facts = { at, revision: state.revision + 1, actor };
    return orderAggregate.evolve(state, event, facts) ?? state;
  }, order);
  const kept = booksAfter(books, decision.events);
  return {
    outcome: decision.events.map(({ type }) => type).join(' + '),
    standing: { order: after, books: kept, json: JSON.stringify(after) },
    broken: [...spoilt, ...brokenBy(after, kept)],
  };
}
