import type { EventOf } from '../kernel/event-catalogue.ts';
import type { Decision } from '../kernel/result.ts';
import type { orderEvents } from './events.ts';
import type { paymentEvents } from './payment-events.ts';
import type { OrderRejection } from './rejections.ts';

export type OrderEvent = EventOf<typeof orderEvents> | EventOf<typeof paymentEvents>;
export type OrderDecision = Decision<OrderEvent, OrderRejection>;
