import { balances } from './balances.ts';
import { journal } from './journal.ts';
import { orderDetails } from './order-details.ts';
import { orderList } from './order-list.ts';
import { paymentDetails } from './payment-details.ts';
import { paymentWork } from './payment-work.ts';
import type { AnyProjection } from './projection.ts';
import { stats } from './stats.ts';
import { webhookInbox } from './webhook-inbox.ts';

/** Every projection. Adding one is its file and its line here; it is built from the log at the next start. */
export const projections: readonly AnyProjection[] = [
  orderDetails,
  orderList,
  paymentDetails,
  paymentWork,
  stats,
  balances,
  journal,
  webhookInbox,
];
