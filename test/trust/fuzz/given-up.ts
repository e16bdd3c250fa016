import type { Attacked } from './service.ts';
import { makeTokens } from './tokens.ts';

/** Places orders that the provider fails for again and again: in half a minute the ledger has given each of them up. */
export async function placeToBeGivenUp(attacked: Attacked, count: number): Promise<readonly string[]> {
  const { customers } = await makeTokens(attacked.config, attacked.signingKey());
  const orderIds: string[] = [];
  for (let index = 0; index < count; index++) {
    const response = await fetch(`${attacked.url}/v1/orders`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${customers[index % customers.length]}`,
        'content-type': 'application/json',
        'idempotency-key': `"given-up-${index}"`,
      },
      body: JSON.stringify({
        currency: 'EUR',
        lines: [{ sku: 'tea', label: 'Tea', kind: 'single', quantity: 1, unitPrice: 450 }],
        payment: { method: { token: 'tok_technical_99' } },
      }),
    });
    const { orderId } = (await response.json()) as { readonly orderId: string };
    orderIds.push(orderId);
  }
  return orderIds;
}
