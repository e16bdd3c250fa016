import type { Route } from '../http/route.ts';
import { getHistory } from './get-history.ts';
import { getOrder } from './get-order.ts';
import { getPayment } from './get-payment.ts';
import { getProjections } from './get-projections.ts';
import { getStats } from './get-stats.ts';
import { listOrders } from './list-orders.ts';
import type { QueryDependencies } from './query-context.ts';

/** The operations of the query side. */
export function queryRoutes(needs: QueryDependencies): readonly Route[] {
  return [listOrders, getOrder, getHistory, getPayment, getStats, getProjections].map((make) => make(needs));
}
