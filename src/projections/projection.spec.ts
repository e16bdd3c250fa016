import { describe, expect, it } from 'vitest';
import { eur, event, orderIdOf, pureFold, recorded } from '../../test/support/projection-history.ts';
import { endingWith } from '../../test/support/projection-specimens.ts';
import { idOf } from '../domain/kernel/log.ts';
import { orderAggregate } from '../domain/order/aggregate.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import { type AnyProjection, type Handlers, handleWith, isAbout, type Recorded } from './projection.ts';
import { projections } from './registry.ts';

type Type = OrderEvent['type'];

/** What an event does to the documents: everything an event can mean to a projection. */
type Effect =
  | 'creates'
  | 'changes'
  | 'only moves its revision and time'
  | 'only moves its revision'
  | 'nothing';

const moves = 'only moves its revision and time';

/** Events that are entries of the books. */
const booked = {
  ...all('nothing'),
  PaymentAuthorized: 'creates',
  PaymentCaptured: 'changes',
  AuthorizationReleased: 'changes',
  PaymentVoided: 'changes',
  AuthorizationExpired: 'changes',
  RefundRequested: 'changes',
  RefundSettled: 'changes',
  RefundFailed: 'changes',
  ChargebackOpened: 'changes',
  ChargebackWon: 'changes',
  ChargebackLost: 'changes',
} as const;

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
  // Its documents begin where a provider is asked.
  'payment-work': {
    ...all('nothing'),
    PaymentRequested: 'creates',
    CaptureRequested: 'changes',
    VoidRequested: 'changes',
    PaymentDeclined: 'changes',
    CaptureFailed: 'changes',
    VoidFailed: 'changes',
    PaymentAttemptFailed: 'changes',
    PaymentParked: 'changes',
    PaymentRetried: 'changes',
  },
  stats: {
    ...all('changes'),
    OrderPlaced: 'creates',
    OrderNoteAdded: 'nothing',
    OrderFulfilled: 'nothing',
    CommandRefused: 'nothing',
    RefundRequested: 'nothing',
    OrderCancellationRequested: 'nothing',
    PaymentRequested: 'nothing',
    CaptureRequested: 'nothing',
    VoidRequested: 'nothing',
    CaptureFailed: 'nothing',
    VoidFailed: 'nothing',
    PaymentAttemptFailed: 'nothing',
    PaymentParked: 'nothing',
    PaymentRetried: 'nothing',
  },
  balances: booked,
  journal: booked,
  // It is about reports, not about orders.
  'webhook-inbox': all('nothing'),
};

const types = Object.keys(orderAggregate.events) as Type[];

describe.each(projections.map((projection) => ({ name: projection.name, projection })))(
  'the projection $name',
  ({ name, projection }) => {
    it.each(types)('says what %s means to it', (type) => {
      const events = endingWith(type);
      const before = pureFold(projection, events.slice(0, -1));

      expect(effectOf(before, pureFold(projection, events))).toBe(effects[name]?.[type]);
    });

    it('gives the same documents for the same events, and leaves those it was given as they were', () => {
      for (const type of types) {
        const events = endingWith(type);
        const last = deepFreeze(structuredClone(events.at(-1))) as Recorded<OrderEvent>;
        const documents = folded(projection, events.slice(0, -1));
        for (const id of touchedBy(projection, last)) {
          const before = documents.get(id) ?? projection.blank?.(id);
          const frozen = deepFreeze(structuredClone(before));

          const [once, again] = [0, 1].map(() => projection.when(frozen as never, last as never));

          expect(JSON.stringify(once), id).toBe(JSON.stringify(again));
          expect(frozen).toEqual(before);
        }
      }
    });

    it('says the same of documents it has just made and of those that were read back', () => {
      for (const type of types) {
        const events = endingWith(type);
        const inMemory = [...folded(projection, events)].map(([id, document]) => [
          id,
          JSON.stringify(document),
        ]);

        expect([...pureFold(projection, events)]).toEqual(inMemory);
      }
    });

    it('indexes only what it declares as a field, and fills every field that its documents have', () => {
      for (const document of types.flatMap((type) => [...folded(projection, endingWith(type)).values()])) {
        const values = projection.fieldsOf(document as never);

        expect(Object.keys(values).toSorted()).toEqual([...projection.fields].toSorted());
      }
      expect(projection.indexes.flat().filter((field) => !projection.fields.includes(field))).toEqual([]);
    });
  },
);

it('names every projection once, and states a position on every one that is registered', () => {
  const names = projections.map(({ name }) => name);

  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => effects[name] === undefined)).toEqual([]);
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
  const keyed = projections.filter(({ keys, category }) => keys === 'stream' && category === 'order');

  for (const projection of keyed) {
    const [document] = folded(projection, endingWith('PaymentRequested')).values();
    const { orderId, id } = document as { readonly orderId?: string; readonly id?: string };
    expect(orderId ?? id, projection.name).toBe(orderIdOf(1));
  }
  expect(keyed.length).toBeGreaterThanOrEqual(3);
});

function effectOf(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Effect {
  if (before.size === 0) return after.size === 0 ? 'nothing' : 'creates';
  const changed = [...new Set([...before.keys(), ...after.keys()])].flatMap((id) => {
    const [old, young] = [before, after].map((documents) => JSON.parse(documents.get(id) ?? '{}') as object);
    return [...new Set([...Object.keys(old ?? {}), ...Object.keys(young ?? {})])].filter(
      (name) => JSON.stringify(get(old, name)) !== JSON.stringify(get(young, name)),
    );
  });
  if (changed.length === 0) return 'nothing';
  if (changed.every((name) => name === 'revision')) return 'only moves its revision';
  return changed.every((name) => name === 'revision' || name === 'updatedAt') ? moves : 'changes';
}

function get(document: object | undefined, name: string): unknown {
  return (document as Readonly<Record<string, unknown>> | undefined)?.[name];
}

/** Ids of the documents that the event touches. */
function touchedBy({ keys, ...scope }: AnyProjection, each: Recorded<OrderEvent>): readonly string[] {
  if (!isAbout(scope, each.stream)) return [];
  return keys === 'stream' ? [idOf(each.stream)] : keys(each as never);
}

/** As `pureFold`, but the documents stay what the projection has made of them. */
function folded(
  projection: AnyProjection,
  events: readonly Recorded<OrderEvent>[],
): ReadonlyMap<string, object> {
  const documents = new Map<string, object>();
  for (const each of events) {
    for (const id of touchedBy(projection, each)) {
      const before = documents.get(id) ?? projection.blank?.(id);
      const document = projection.when(before as never, each as never);
      if (document === undefined) documents.delete(id);
      else documents.set(id, document);
    }
  }
  return documents;
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
