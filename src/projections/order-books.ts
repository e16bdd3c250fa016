import type { Posting } from '../domain/books/posting.ts';
import { orderAggregate } from '../domain/order/aggregate.ts';
import { depositsOf, postingsOf } from '../domain/order/booking.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import type { Order } from '../domain/order/state.ts';
import { isUnbooked, postingsIn } from './books-events.ts';
import type { Projection, Recorded } from './projection.ts';

/**
 * An order beside what its events have booked. For verification alone: both must say the same, and each entry must be what
 * the one table of rules gives for the order as it was.
 */
export interface OrderBooks {
  /** Absent before it was placed. */
  readonly order?: Order;
  /** Debit − credit by code, in minor units. */
  readonly balances: readonly (readonly [code: string, balance: number])[];
  /** What is wrong with entries of the last append. */
  readonly faults: readonly string[];
  readonly commandId: string;
  /**
   * Why the balances say nothing of the order: its money is from before there were books, or a fault that was told
   * already.
   */
  readonly apart?: 'unbooked' | 'faulty';
}

export const orderBooks: Projection<OrderBooks, OrderEvent> = {
  name: 'order-books',
  version: 1,
  category: 'order',
  fields: [],
  indexes: [],
  keys: 'stream',
  when: (before = { balances: [], faults: [], commandId: '' }, event) => {
    const { commandId } = event.metadata;
    const earlier = before.commandId === commandId ? before.faults : [];
    const fault = faultIn(before.order, event);
    const apart = fault === undefined ? (isUnbooked(event) ? 'unbooked' : before.apart) : 'faulty';
    const next = { balances: booked(before.balances, postingsIn(event)), commandId, ...(apart && { apart }) };
    const order = evolved(before.order, event);
    return { ...next, ...(order && { order }), faults: fault === undefined ? earlier : [...earlier, fault] };
  },
  fieldsOf: () => ({}),
};

/** The rules that the books of an order break, by name; those of an order that stands apart are not asked. */
export function brokenBookRules({ order, balances, faults, apart }: OrderBooks): readonly string[] {
  if (order === undefined || apart !== undefined) return faults;
  const balanceOf = (code: string) => balances.find(([each]) => each === code)?.[1] ?? 0;
  const { payment, status } = order;
  const wanted = {
    'I4 9000 is what is held': [balanceOf('9000'), payment.open.capture.amount],
    'I4 9100 is what is held': [-balanceOf('9100'), payment.open.capture.amount],
    'I6 2000 is what was captured and neither earned nor given back': [
      -balanceOf('2000'),
      depositsOf(order).amount,
    ],
    'I6 2000 is empty once an order is over': [
      status === 'completed' || status === 'cancelled' ? balanceOf('2000') : 0,
      0,
    ],
    'I6 2100 is what is being refunded': [-balanceOf('2100'), payment.refunding.amount],
    'I6 1300 is what is disputed': [balanceOf('1300'), payment.disputed.amount],
    'I6 2400 is what is owed as credit': [-balanceOf('2400'), payment.credited?.amount ?? 0],
  };
  return Object.entries(wanted)
    .filter(([, [inBooks, inOrder]]) => inBooks !== inOrder)
    .map(([rule, [inBooks, inOrder]]) => `${rule}: ${inBooks} in the books, ${inOrder} in the order`);
}

/** What is wrong with the entry of an event, by I1. */
function faultIn(order: Order | undefined, event: Recorded<OrderEvent>): string | undefined {
  const entry = postingsIn(event);
  if (order === undefined)
    return entry.length === 0 ? undefined : `I1 ${event.type} books before the order is there`;
  if (isUnbooked(event)) return undefined;
  try {
    const wanted = postingsOf(order, event as never) ?? [];
    if (isSame(entry, wanted)) return undefined;
    return `I1 the entry of ${event.type} is what the rules give: ${shown(wanted)}, not ${shown(entry)}`;
  } catch {
    return `I1 the entry of ${event.type} is what the rules give: they give none for such an order`;
  }
}

function isSame(one: readonly Posting[], other: readonly Posting[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ debit, credit, amount, currency }, index) => {
      const each = other[index];
      return (
        each?.debit === debit &&
        each.credit === credit &&
        each.amount === amount &&
        each.currency === currency
      );
    })
  );
}

function shown(entry: readonly Posting[]): string {
  const postings = entry.map(
    ({ debit, credit, amount, currency }) => `${debit}/${credit} ${amount} ${currency}`,
  );
  return postings.length === 0 ? 'nothing' : postings.join(', ');
}

function booked(
  balances: OrderBooks['balances'],
  entry: readonly Posting[],
): readonly (readonly [string, number])[] {
  if (entry.length === 0) return balances;
  const sums = new Map(balances);
  for (const { debit, credit, amount } of entry) {
    sums.set(debit, (sums.get(debit) ?? 0) + amount);
    sums.set(credit, (sums.get(credit) ?? 0) - amount);
  }
  return [...sums];
}

/** What cannot be folded leaves the order as it was: the read model of orders is verified too, and names it. */
function evolved(order: Order | undefined, event: Recorded<OrderEvent>): Order | undefined {
  try {
    return orderAggregate.evolve(order, event, event);
  } catch {
    return order;
  }
}
