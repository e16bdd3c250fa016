import type { EventOf } from '../kernel/event-catalogue.ts';
import type { Decision } from '../kernel/result.ts';
import type { callEvents } from './call-events.ts';
import type { orderEvents } from './events.ts';
import type { paymentEvents } from './payment-events.ts';
import type { OrderRejection } from './rejections.ts';

export type OrderEvent =
  | EventOf<typeof orderEvents>
  | EventOf<typeof paymentEvents>
  | EventOf<typeof callEvents>;

/** An event as decisions give it: what it means for the books is added by one table of rules, `booking.ts`. */
export type Unbooked<Event extends OrderEvent> = Event extends {
  readonly type: infer Type;
  readonly data: { readonly postings: unknown } & infer Data;
}
  ? { readonly type: Type; readonly data: Omit<Data, 'postings'> & { readonly postings?: never } }
  : Event;

export type OrderDecision = Decision<Unbooked<OrderEvent>, OrderRejection>;

/** The decision to place: nothing of it moves money. */
export type PlacingDecision = Decision<
  EventOf<typeof orderEvents> | EventOf<typeof callEvents>,
  OrderRejection
>;
