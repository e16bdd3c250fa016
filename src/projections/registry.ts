import { orderDetails } from './order-details.ts';
import { orderList } from './order-list.ts';
import { paymentDetails } from './payment-details.ts';
import type { AnyProjection } from './projection.ts';
import { stats } from './stats.ts';

/** Every projection. Adding one is its file and its line here; it is built from the log at the next start. */
export const projections: readonly AnyProjection[] = [orderDetails, orderList, paymentDetails, stats];
