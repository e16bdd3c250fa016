import type { Aggregate, Decisions } from '../kernel/decider.ts';
import { runDecision } from '../kernel/decider.ts';
import { evolveWith } from '../kernel/event-catalogue.ts';
import { refuse } from '../kernel/result.ts';
import { book } from './booking.ts';
import { callEvents } from './call-events.ts';
import type { OrderCommand } from './commands.ts';
import { recordAnswer } from './decide-answers.ts';
import { addNote, amendLines, cancelOrder, fulfilOrder, placeOrder } from './decide-order.ts';
import {
  authorizePayment,
  capturePayment,
  openDispute,
  refundPayment,
  resolveDispute,
  voidPayment,
} from './decide-payment.ts';
import { expireAuthorization, retryPayment } from './decide-recovery.ts';
import type { OrderDecision, OrderEvent } from './decision.ts';
import { orderEvents } from './events.ts';
import { paymentEvents } from './payment-events.ts';
import { type OrderRejection, orderRejections } from './rejections.ts';
import type { Order } from './state.ts';

type ExistingOrderCommand = Exclude<OrderCommand, { readonly type: 'PlaceOrder' }>;

const decisions: Decisions<ExistingOrderCommand, Order, OrderDecision> = {
  AmendLines: amendLines,
  CancelOrder: cancelOrder,
  FulfilOrder: fulfilOrder,
  AddNote: addNote,
  AuthorizePayment: authorizePayment,
  CapturePayment: capturePayment,
  VoidPayment: voidPayment,
  RefundPayment: refundPayment,
  OpenDispute: openDispute,
  ResolveDispute: resolveDispute,
  RecordAnswer: recordAnswer,
  ExpireAuthorization: expireAuthorization,
  RetryPayment: retryPayment,
};

const events = { ...orderEvents, ...paymentEvents, ...callEvents };

/** The order with its payment: one stream `order-{orderId}`, one fold, one place where money caps are decided. */
export const orderAggregate: Aggregate<Order, OrderCommand, OrderEvent, OrderRejection> = {
  category: 'order',
  events,
  evolve: evolveWith<Order, typeof events>(events),
  decide: (command, order) => {
    if (command.type === 'PlaceOrder') return placeOrder(command, order);
    if (order === undefined) return refuse('order-not-found', 'Nothing was ever placed under this id.');
    const decision = runDecision(decisions, command, order);
    return decision.ok ? { ok: true, events: decision.events.map((event) => book(order, event)) } : decision;
  },
  creating: ['PlaceOrder'],
  rejections: orderRejections,
  subject: (order) => order.customerId,
};
