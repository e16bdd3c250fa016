import { orderAggregate } from '../domain/order/aggregate.ts';
import type { OrderEvent } from '../domain/order/decision.ts';
import type { Order } from '../domain/order/state.ts';
import type { Projection } from './projection.ts';

/** The whole order with its payment summary: the same fold that commands decide on. */
export type OrderDetails = Order;

export const orderDetails: Projection<OrderDetails, OrderEvent> = {
  name: 'order-details',
  version: 1,
  category: 'order',
  fields: [],
  indexes: [],
  keys: 'stream',
  when: (order, event) => orderAggregate.evolve(order, event, event),
  fieldsOf: () => ({}),
};
