import { z } from 'zod';
import type { Currency } from '../kernel/currency.ts';
import type { ActorId, CustomerId, ExternalId, OrderId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Money } from '../kernel/money.ts';
import type { Line, Priority } from './line.ts';
import type { Payment } from './payment.ts';

/** The public vocabulary: stable for clients. Finer distinctions are in `phase` and `payment.status`. */
export const orderStatus = z.enum(['pending', 'paid', 'completed', 'cancelled']);
export type OrderStatus = z.output<typeof orderStatus>;

export const orderPhase = z.enum([
  'placed',
  'awaiting_payment',
  'preparing',
  'ready',
  'dispatched',
  'delivered',
  'completed',
  'cancelling',
  'cancelled',
]);
export type OrderPhase = z.output<typeof orderPhase>;

/** When an order counts as paid: once its total is captured, or already once it is authorized. */
export const paidWhen = z.enum(['captured', 'authorized']);
export type PaidWhen = z.output<typeof paidWhen>;

export interface Note {
  readonly note: string;
  readonly addedBy: ActorId;
  readonly at: Instant;
}

/**
 * One order with its payment, folded from its stream. It is what commands decide on, what they answer with, and,
 * unchanged, the document that queries serve: one fold, so the three cannot disagree. Plain JSON throughout.
 */
export interface Order {
  readonly orderId: OrderId;
  readonly customerId: CustomerId;
  readonly externalId?: ExternalId;
  readonly status: OrderStatus;
  readonly phase: OrderPhase;
  readonly currency: Currency;
  readonly lines: readonly Line[];
  readonly total: Money;
  readonly priority: Priority;
  readonly paidWhen: PaidWhen;
  readonly notes: readonly Note[];
  readonly payment: Payment;
  /** Status the source system reported for an imported order. Informative only. */
  readonly sourceStatus?: string;
  readonly cancelReason?: string;
  readonly placedAt: Instant;
  readonly paidAt?: Instant;
  readonly fulfilledAt?: Instant;
  readonly completedAt?: Instant;
  readonly cancelledAt?: Instant;
  /** When the last fact took effect. */
  readonly updatedAt: Instant;
  /** Revision of the last event in the order's stream; the first is 0. */
  readonly revision: number;
}
