import type { Route } from '../http/route.ts';
import { getHistory } from './get-history.ts';
import { getOrder } from './get-order.ts';
import { getOrderStatement } from './get-order-statement.ts';
import { getPayment } from './get-payment.ts';
import { getProjections } from './get-projections.ts';
import { getStatement } from './get-statement.ts';
import { getStats } from './get-stats.ts';
import { getTrialBalance } from './get-trial-balance.ts';
import { listAccounts } from './list-accounts.ts';
import { listEntries } from './list-entries.ts';
import { listOrders } from './list-orders.ts';
import { listWebhooks } from './list-webhooks.ts';
import type { QueryDependencies } from './query-context.ts';

/** The operations of the query side. */
export function queryRoutes(needs: QueryDependencies): readonly Route[] {
  return [
    listOrders,
    getOrder,
    getHistory,
    getPayment,
    getOrderStatement,
    getStats,
    listAccounts,
    listEntries,
    getStatement,
    getTrialBalance,
    listWebhooks,
    getProjections,
  ].map((make) => make(needs));
}
