import type { Currency } from '../../src/domain/kernel/currency.ts';
import type { ActorId, CustomerId, ExternalId, OrderId, Sku } from '../../src/domain/kernel/ids.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { idOf } from '../../src/domain/kernel/log.ts';
import { type Money, moneyOf } from '../../src/domain/kernel/money.ts';
import { orderAggregate } from '../../src/domain/order/aggregate.ts';
import type { OrderCommand, OrderCommandOf } from '../../src/domain/order/commands.ts';
import type { OrderEvent } from '../../src/domain/order/decision.ts';
import type { Line } from '../../src/domain/order/line.ts';
import type { Order } from '../../src/domain/order/state.ts';
import type { DomainEvent } from '../../src/ports/event-codec.ts';
import { type AnyProjection, isAbout, type Recorded } from '../../src/projections/projection.ts';

export type OrderEventOf<Type extends OrderEvent['type']> = Extract<OrderEvent, { readonly type: Type }>;
export type DataOf<Type extends OrderEvent['type']> = OrderEventOf<Type>['data'];

const actor = 'clerk' as ActorId;

export function eur(amount: number): Money {
  return moneyOf(amount, 'EUR' as Currency);
}

export function usd(amount: number): Money {
  return moneyOf(amount, 'USD' as Currency);
}

/** Id of the order of this number. */
export function orderIdOf(number: number): OrderId {
  return `00000000-0000-4000-8000-${String(number).padStart(12, '0')}` as OrderId;
}

/** The moment the event at this position took effect: one a minute. */
export function minute(position: number): Instant {
  return new Date(Date.UTC(2026, 2, 1, 9, position)).toISOString() as Instant;
}

export function lineOf(quantity: number, unitPrice: number, more: Partial<Line> = {}): Line {
  return { sku: 'tea' as Sku, label: 'Green tea', kind: 'single', quantity, unitPrice, ...more };
}

/** A command that places the order of this number; two lines over 30.00 EUR unless told otherwise. */
export function placeOrder(
  number: number,
  more: Partial<OrderCommandOf<'PlaceOrder'>> = {},
): OrderCommandOf<'PlaceOrder'> {
  return {
    type: 'PlaceOrder',
    orderId: orderIdOf(number),
    customerId: 'customer-1' as CustomerId,
    currency: 'EUR' as Currency,
    lines: [lineOf(2, 1_000), lineOf(1, 1_000)],
    paidWhen: 'captured',
    ...more,
  };
}

export const authorize: OrderCommand = { type: 'AuthorizePayment', method: { token: 'tok-1' } };
export const capture: OrderCommand = { type: 'CapturePayment' };
export const fulfil: OrderCommand = { type: 'FulfilOrder' };
export const cancel: OrderCommand = { type: 'CancelOrder', reason: 'changed my mind' };
export const note: OrderCommand = { type: 'AddNote', note: 'ring twice', addedBy: actor };
export const voidHold: OrderCommand = { type: 'VoidPayment' };

/** What an `OrderPlaced` holds: one line over 30.00 EUR unless told otherwise. */
export function placed(more: Partial<DataOf<'OrderPlaced'>> = {}): OrderEvent {
  const data: DataOf<'OrderPlaced'> = {
    orderId: orderIdOf(1),
    customerId: 'customer-1' as CustomerId,
    externalId: 'shop-77' as ExternalId,
    currency: 'EUR' as Currency,
    lines: [lineOf(3, 1_000)],
    total: eur(3_000),
    priority: 'normal',
    paidWhen: 'captured',
    ...more,
  };
  return { type: 'OrderPlaced', data };
}

type Said<Data> = Data extends { readonly postings: unknown } ? Omit<Data, 'postings'> & Partial<Data> : Data;

/** An event of this type, with whatever data the test is about; one of money has no postings unless they are said. */
export function event<Type extends OrderEvent['type']>(
  type: Type,
  data: Said<OrderEventOf<Type>['data']>,
): OrderEvent {
  const isBooked = 'postings' in (orderAggregate.events[type]?.data.shape ?? {});
  // Type and data have just been tied to each other; the union cannot be told from its parts here.
  return { type, data: isBooked ? { postings: [], ...data } : data } as OrderEvent;
}

/** The events as they are recorded one after another in the stream of one order, from position `after` + 1 on. */
export function recorded(
  events: readonly OrderEvent[],
  { number = 1, after = 0 }: { readonly number?: number; readonly after?: number } = {},
): readonly Recorded<OrderEvent>[] {
  return events.map((each, index) => {
    const position = after + index + 1;
    const commandId = `command-${position}`;
    const at = minute(position);
    return {
      ...each,
      at,
      actor,
      revision: index,
      stream: `order-${orderIdOf(number)}`,
      position,
      eventId: `event-${position}`,
      metadata: {
        ...{ commandId, command: 'AnyCommand', fingerprint: 'f', actor, requestId: 'r', occurredAt: at },
        ...{ schemaVersion: 1, hash: 'h' },
      },
    };
  });
}

/** The document of the order after these events; `undefined` where they give none. */
export function documentAfter<Document>(
  projection: {
    readonly when: (document: Document | undefined, event: Recorded<OrderEvent>) => Document | undefined;
  },
  events: readonly Recorded<OrderEvent>[],
): Document | undefined {
  let document: Document | undefined;
  for (const each of events) document = projection.when(document, each);
  return document;
}

/** The events a command gives in this state. @throws when it is refused: a history has no room for that. */
export function decided(order: Order | undefined, command: OrderCommand): readonly OrderEvent[] {
  const decision = orderAggregate.decide(command, order);
  if (!decision.ok) throw new Error(`${command.type} is refused: ${decision.code}`);
  return decision.events;
}

/**
 * The model every projection is held against: what the events give, one document at a time and one event at a time,
 * without pages, memory or stores. Bodies are text, as a store would hand them back.
 */
export function pureFold(
  projection: AnyProjection,
  events: readonly DomainEvent[],
): ReadonlyMap<string, string> {
  const documents = new Map<string, string>();
  for (const each of events) {
    if (!isAbout(projection, each.stream)) continue;
    const { keys } = projection;
    const ids = keys === 'stream' ? [idOf(each.stream)] : keys(each as never);
    for (const id of ids) {
      const before = documents.get(id);
      const start = before === undefined ? projection.blank?.(id) : JSON.parse(before);
      const document = projection.when(start as never, each as never);
      if (document === undefined) documents.delete(id);
      else documents.set(id, JSON.stringify(document));
    }
  }
  return documents;
}
