import type { Client, Reply } from '../support/http-client.ts';

/** A read, or a command that was sent before. */
export interface Question {
  readonly path: string;
  readonly key?: string;
  readonly body?: object;
}

export interface OrderRow {
  readonly orderId: string;
  readonly placedAt: string;
}

export const tok = { method: { token: 'tok_visa' } };

/** Asks for an answer that has what `reply` did. */
export function after(reply: Reply | undefined) {
  return { headers: { 'ledger-position': reply?.headers.get('ledger-position') ?? '' } };
}

export function positionIn({ headers }: Reply): number {
  return Number(headers.get('ledger-position'));
}

/** Every row of a list, page by page. */
export async function allRows(client: Client, query: string): Promise<readonly OrderRow[]> {
  const rows: OrderRow[] = [];
  for (let cursor: unknown = ''; cursor !== null; ) {
    const { body, text } = await client.get(`/v1/orders?${query}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    if (!Array.isArray(body['items'])) throw new Error(text);
    rows.push(...body['items']);
    cursor = body['nextCursor'];
  }
  return rows;
}
