import { describe, expect, it } from 'vitest';
import {
  documentAfter,
  eur,
  event,
  lineOf,
  orderIdOf,
  placed,
  recorded,
} from '../../test/support/projection-history.ts';
import type { ActorId } from '../domain/kernel/ids.ts';
import { orderAggregate } from '../domain/order/aggregate.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import { type Handlers, handleWith, type Projection } from './projection.ts';
import { projections } from './registry.ts';

type Type = OrderEvent['type'];

/** For every event a history in which it comes last. A new event does not compile until it is here. */
const histories: { readonly [T in Type]: readonly OrderEvent[] } = {
  OrderPlaced: [placed()],
  OrderLinesAmended: [
    placed(),
    event('OrderLinesAmended', {
      lines: [lineOf(5, 1_000)],
      total: eur(5_000),
      previousTotal: eur(3_000),
      priority: 'high',
    }),
  ],
  OrderNoteAdded: [placed(), event('OrderNoteAdded', { note: 'ring twice', addedBy: 'clerk' as ActorId })],
  OrderPaid: [placed(), event('OrderPaid', { total: eur(3_000) })],
  OrderFulfilled: [placed(), event('OrderFulfilled', {})],
  OrderCompleted: [placed(), event('OrderCompleted', { total: eur(3_000) })],
  OrderCancelled: [
    placed(),
    event('OrderCancelled', { reason: 'late', total: eur(3_000), previousStatus: 'pending' }),
  ],
  CommandRefused: [
    placed(),
    event('CommandRefused', { command: 'FulfilOrder', code: 'order-not-paid', detail: '' }),
  ],
  PaymentAuthorized: [placed(), authorized()],
  PaymentCaptured: [placed(), authorized(), captured()],
  AuthorizationReleased: [placed(), authorized(), event('AuthorizationReleased', { amount: eur(500) })],
  PaymentVoided: [placed(), authorized(), event('PaymentVoided', { amount: eur(3_000) })],
  RefundRequested: [placed(), authorized(), captured(), refundRequested()],
  RefundSettled: [
    ...[placed(), authorized(), captured(), refundRequested()],
    event('RefundSettled', { refund: 1, amount: eur(700) }),
  ],
  ChargebackOpened: [placed(), authorized(), captured(), disputed()],
  ChargebackWon: [placed(), authorized(), captured(), disputed(), event('ChargebackWon', { amount: eur(1) })],
  ChargebackLost: [
    placed(),
    authorized(),
    captured(),
    disputed(),
    event('ChargebackLost', { amount: eur(1) }),
  ],
};

/** What an event does to a document: everything an event can mean to a projection. */
type Effect =
  | 'creates'
  | 'changes'
  | 'only moves its revision and time'
  | 'only moves its revision'
  | 'nothing';

const moves = 'only moves its revision and time';

/** What every projection makes of every event: each says so, and none can forget one. */
const effects: Readonly<Record<string, { readonly [T in Type]: Effect }>> = {
  'order-details': {
    ...all('changes'),
    OrderPlaced: 'creates',
    CommandRefused: 'only moves its revision',
  },
  'order-list': {
    ...all(moves),
    OrderPlaced: 'creates',
    OrderLinesAmended: 'changes',
    OrderPaid: 'changes',
    OrderCompleted: 'changes',
    OrderCancelled: 'changes',
    CommandRefused: 'only moves its revision',
  },
  'payment-details': {
    ...all('changes'),
    OrderPlaced: 'creates',
    OrderNoteAdded: 'only moves its revision',
    OrderPaid: 'only moves its revision',
    OrderFulfilled: 'only moves its revision',
    OrderCompleted: 'only moves its revision',
    CommandRefused: 'only moves its revision',
  },
  stats: {
    ...all('changes'),
    OrderPlaced: 'creates',
    OrderNoteAdded: 'nothing',
    OrderFulfilled: 'nothing',
    CommandRefused: 'nothing',
    RefundRequested: 'nothing',
  },
};

const types = Object.keys(orderAggregate.events) as Type[];

describe.each(projections.map((projection) => ({ name: projection.name, projection })))(
  'the projection $name',
  ({ name, projection }) => {
    it.each(types)('says what %s means to it', (type) => {
      const events = recorded(histories[type]);
      const before = documentAfter(projection as never, events.slice(0, -1)) as object | undefined;

      const after = documentAfter(projection as never, events) as object | undefined;

      expect(effectOf(before, after)).toBe(effects[name]?.[type]);
    });

    it('gives the same document for the same events, and leaves the one it was given as it was', () => {
      for (const type of types) {
        const events = recorded(histories[type]);
        const before = documentAfter(projection as never, events.slice(0, -1)) as object | undefined;
        const frozen = deepFreeze(structuredClone(before));
        const last = deepFreeze(structuredClone(events.at(-1)));

        const [once, again] = [0, 1].map(() => projection.when(frozen as never, last as never));

        expect(JSON.stringify(once)).toBe(JSON.stringify(again));
        expect(frozen).toEqual(before);
      }
    });

    it('says the same of a document it has just made and of one that was read back', () => {
      for (const type of types) {
        const events = recorded(histories[type]);
        const inMemory = documentAfter(projection as never, events);
        let stored: string | undefined;
        for (const each of events) {
          const document = stored === undefined ? undefined : (JSON.parse(stored) as object);
          stored = JSON.stringify(projection.when(document as never, each as never));
        }

        expect(stored).toBe(JSON.stringify(inMemory));
      }
    });

    it('indexes only what it declares as a field, and fills every field that its documents have', () => {
      const document = documentAfter(projection as never, recorded(histories.OrderPlaced));

      const values = projection.fieldsOf(document as never);

      expect(Object.keys(values).toSorted()).toEqual([...projection.fields].toSorted());
      expect(projection.indexes.flat().filter((field) => !projection.fields.includes(field))).toEqual([]);
    });
  },
);

it('names every projection once, and states a position on every one that is registered', () => {
  const names = projections.map(({ name }) => name);

  expect(new Set(names).size).toBe(names.length);
  expect(Object.keys(effects).toSorted()).toEqual(names.toSorted());
});

it('does not compile where a projection leaves an event out, or handles one that does not exist', () => {
  type Counted = { readonly count: number };
  type Pair = Extract<OrderEvent, { readonly type: 'OrderPaid' | 'OrderFulfilled' }>;
  const same = (document: Counted) => document;
  // @ts-expect-error OrderFulfilled is left out.
  const incomplete: Handlers<Counted, Pair> = { OrderPaid: same };
  // @ts-expect-error OrderLost is no event.
  const misspelt: Handlers<Counted, Pair> = { OrderPaid: same, OrderFulfilled: same, OrderLost: same };

  expect(Object.keys(incomplete)).not.toEqual(Object.keys(misspelt));
});

it('hands each handler its own event', () => {
  const seen: string[] = [];
  const [paid] = recorded([event('OrderPaid', { total: eur(1) })]);
  const handlers = new Proxy({} as Handlers<object, OrderEvent>, {
    get: (_target, type) => (document: object) => {
      seen.push(String(type));
      return document;
    },
  });

  if (paid !== undefined) handleWith(handlers, {}, paid);

  expect(seen).toEqual(['OrderPaid']);
});

it('keeps the documents of one order under its id', () => {
  const keyed = projections.filter(({ keys }) => keys === 'stream') as Projection<{ orderId: string }>[];

  for (const projection of keyed) {
    const document = documentAfter(projection as never, recorded(histories.OrderPlaced));
    expect(document).toMatchObject({ orderId: orderIdOf(1) });
  }
  expect(keyed).toHaveLength(3);
});

function effectOf(before: object | undefined, after: object | undefined): Effect {
  if (before === undefined) return 'creates';
  const names = [...new Set([...Object.keys(before), ...Object.keys(after ?? {})])];
  const changed = names.filter(
    (name) => JSON.stringify(get(before, name)) !== JSON.stringify(get(after, name)),
  );
  if (changed.length === 0) return 'nothing';
  if (changed.every((name) => name === 'revision')) return 'only moves its revision';
  return changed.every((name) => name === 'revision' || name === 'updatedAt') ? moves : 'changes';
}

function get(document: object | undefined, name: string): unknown {
  return (document as Readonly<Record<string, unknown>> | undefined)?.[name];
}

function all(effect: Effect): { readonly [T in Type]: Effect } {
  // Object.fromEntries forgets its keys; these are exactly the types of the catalogue.
  return Object.fromEntries(Object.keys(orderAggregate.events).map((type) => [type, effect])) as never;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    Object.freeze(value);
    for (const member of Object.values(value)) deepFreeze(member);
  }
  return value;
}

function authorized(): OrderEvent {
  return event('PaymentAuthorized', { authorization: 1, amount: eur(3_000), method: { token: 'tok-1' } });
}

function captured(): OrderEvent {
  return event('PaymentCaptured', { capture: 1, amount: eur(3_000) });
}

function refundRequested(): OrderEvent {
  return event('RefundRequested', { refund: 1, amount: eur(700), reason: 'broken' });
}

function disputed(): OrderEvent {
  return event('ChargebackOpened', { chargeback: 1, amount: eur(900) });
}
