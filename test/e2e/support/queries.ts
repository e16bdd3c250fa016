import { type Answer, bodyOf, type Client } from '../../support/process-client.ts';

export interface Money {
  readonly amount: number;
  readonly currency: string;
}

export interface OrderRow {
  readonly orderId: string;
  readonly externalId?: string;
  readonly status: string;
  readonly total: Money;
  readonly units: number;
  readonly revision: number;
  readonly sourceStatus?: string;
}

export interface OrderBody extends OrderRow {
  readonly notes: readonly object[];
  readonly payment: { readonly status: string; readonly captured: Money; readonly authorized: Money };
}

export interface StatsBody {
  readonly orders: readonly { readonly status: string; readonly count: number; readonly total: Money }[];
  readonly imported: readonly {
    readonly sourceStatus: string;
    readonly count: number;
    readonly total: Money;
  }[];
}

export interface HistoryEntry {
  readonly type: string;
  readonly commandId: string;
  readonly revision: number;
}

/** Every order the caller may see, page by page. */
export async function allOrders(client: Client): Promise<readonly OrderRow[]> {
  const rows: OrderRow[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: Answer = await client.get(`/v1/orders?limit=100${cursor && `&cursor=${cursor}`}`);
    const { items, nextCursor } = bodyOf<{ items: OrderRow[]; nextCursor: string | null }>(page);
    rows.push(...items);
    cursor = nextCursor;
  }
  return rows;
}

export async function historyOf(client: Client, orderId: string): Promise<readonly HistoryEntry[]> {
  const answer = await client.get(`/v1/orders/${orderId}/history`);
  return bodyOf<{ items: HistoryEntry[] }>(answer).items;
}
