import type { Seeded } from '../../e2e/support/seeded.ts';
import { type Action, type CommandRequest, pathOf, type ReadRequest, subjects } from './operation.ts';

/** A request before it is sent: what it takes from answers heard by then is still open. */
export interface Draft {
  readonly order: number;
  readonly request: CommandRequest | ReadRequest;
  /** Asks for the newest that anybody of the history has heard of: its revision, or its position. */
  readonly isBound: boolean;
  /** Breaks its connection after so many ms. */
  readonly cutAfterMs?: number;
}

export interface HistoryPlan {
  readonly clients: number;
  readonly orders: number;
  /** Whether others ask of an order before anybody has heard that it is placed. */
  readonly isHasty: boolean;
  /** In the order in which the next free client takes them. */
  readonly drafts: readonly Draft[];
  /** After all the others: what is read when nobody writes any more. */
  readonly last: readonly Draft[];
}

const clientsMin = 8;
export const clientsMax = 16;
export const operationsMin = 12;
const ordersMax = 3;
/** The first requests of a history, two for each of its orders. */
export const placesPerOrder = 2;
/** Per cent of all requests, but for those that place. */
const shares = { read: 22, sameKey: 16, otherBody: 3, ifMatch: 20, cut: 4 };
const cutMsMax = 12;

/** What the clients of one history send. The first requests place its orders, each by two clients at once. */
export function planOf(draws: Seeded, name: string, operations: number): HistoryPlan {
  const orders = 1 + draws.below(ordersMax);
  const drafts: Draft[] = [];
  for (let order = 0; order < orders; order++) drafts.push(...places(draws, name, order));
  const last = Array.from({ length: orders }, (_, order) => finalReads(order)).flat();
  while (drafts.length < operations - last.length) drafts.push(draftOf(draws, name, drafts, orders));
  const clients = clientsMin + draws.below(clientsMax - clientsMin + 1);
  return { clients, orders, isHasty: draws.below(5) === 0, drafts, last };
}

/** The key that places an order of a history. */
export function placingKey(name: string, order: number): string {
  return `${name}-order-${order}`;
}

/** All place for the first subject: the order belongs to its key. Now and then one body is not the other. */
function places(draws: Seeded, name: string, order: number): readonly Draft[] {
  const price = draws.pick(prices);
  const other = draws.below(100) < 15 ? price + 100 : price;
  return [price, other].map((each) => ({
    order,
    isBound: draws.below(100) < 5,
    request: {
      type: 'command',
      subject: subjects[0],
      key: placingKey(name, order),
      action: { kind: 'place', price: each },
    },
  }));
}

function finalReads(order: number): readonly Draft[] {
  return (['history', 'order'] as const).map((of) => ({
    order,
    isBound: true,
    request: { type: 'read', of },
  }));
}

function draftOf(draws: Seeded, name: string, before: readonly Draft[], orders: number): Draft {
  if (draws.below(100) < shares.read) return readDraft(draws, draws.below(orders));
  const isBound = draws.below(100) < shares.ifMatch;
  const cut = draws.below(100) < shares.cut ? { cutAfterMs: draws.below(cutMsMax) } : {};
  const again = draws.below(100);
  const earlier = again < shares.sameKey ? draws.pick(before) : undefined;
  if (earlier !== undefined && earlier.request.type === 'command') {
    const { request, order } = earlier;
    const action = again < shares.otherBody ? otherThan(request.action) : request.action;
    return { order, isBound, ...cut, request: { ...request, action } };
  }
  return {
    order: draws.below(orders),
    isBound,
    ...cut,
    request: {
      type: 'command',
      subject: draws.pick(subjects),
      key: `${name}-key-${before.length}`,
      action: actionOf(draws, `note-${before.length}`),
    },
  };
}

function readDraft(draws: Seeded, order: number): Draft {
  const of = draws.pick(['order', 'order', 'order', 'payment', 'history', 'revision'] as const);
  const request = { type: 'read', of, ...(of === 'revision' && { revision: draws.below(8) }) } as const;
  return { order, isBound: draws.below(2) === 0, request };
}

const prices = [1_000, 1_000, 1_000, 900, 900, 1_500, 1_500, 2_500, 2_500, 0] as const;
const parts = [300, 500, 1_000] as const;

/** Conflicting on purpose: much is asked for as a whole, and the parts add up to more than there is. */
function actionOf(draws: Seeded, note: string): Action {
  const kind = draws.pick(kinds);
  switch (kind) {
    case 'place':
    case 'amend':
      return { kind: 'amend', price: draws.pick(prices) };
    case 'note':
      return { kind, note };
    case 'authorize':
    case 'refund':
      return { kind, ...someOf(draws) };
    case 'capture':
      return { kind, ...someOf(draws), ...(draws.below(4) === 0 && { final: true }) };
    case 'dispute':
      return { kind, amount: draws.pick(parts) };
    case 'resolve':
      return { kind, amount: draws.pick(parts), outcome: draws.pick(['won', 'lost'] as const) };
    default:
      return { kind };
  }
}

function someOf(draws: Seeded): { readonly amount?: number; readonly foreign?: true } {
  if (draws.below(2) === 0) return {};
  return { amount: draws.pick(parts), ...(draws.below(12) === 0 && { foreign: true }) };
}

const weights: Readonly<Record<Action['kind'], number>> = {
  ...{ place: 0, amend: 6, cancel: 4, fulfil: 9, note: 11, authorize: 22 },
  ...{ capture: 22, void: 6, refund: 10, dispute: 6, resolve: 6 },
};
const kinds = Object.entries(weights).flatMap(([kind, weight]) =>
  Array.from({ length: weight }, () => kind as Action['kind']),
);

/** Another request on the same path. */
function otherThan(action: Action): Action {
  const others: readonly Action[] = [
    { kind: 'amend', price: 777 },
    { kind: 'note', note: 'other' },
    { kind: 'authorize', amount: 77 },
    { kind: 'capture', amount: 77 },
    { kind: 'refund', amount: 77 },
    { kind: 'dispute', amount: 77 },
    { kind: 'place', price: 777 },
  ];
  return others.find((other) => pathOf(other) === pathOf(action)) ?? action;
}
