import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import {
  type Client,
  createClient,
  eventually,
  order,
  orderTotal,
  type Reply,
} from '../support/http-client.ts';
import { startTestService, type TestService } from '../support/service.ts';

const path = '/v1/gateway/webhooks';

let service: TestService;
let client: Client;

/** A provider whose answers get lost, and that reports everything by itself: often, late and in no order. */
beforeAll(async () => {
  const port = await freePort();
  const knobs = new URLSearchParams({
    ...{ seed: '11', timeoutRate: '0.4', duplicates: '0.9', shuffle: 'true' },
    webhooks: `http://127.0.0.1:${port}${path}`,
  });
  service = await startTestService({
    environment: {
      PORT: String(port),
      PAYMENT_GATEWAY: `simulated:?${knobs}`,
      GATEWAY_WEBHOOK_SECRET: 'a-secret-of-this-spec-that-is-long-enough',
    },
  });
  client = await createClient(service, await service.token('operator-1', 'ops:read ops:write orders:write'));
});
afterAll(() => service.stop());

const items = (reply: Reply) => reply.body['items'] as readonly Readonly<Record<string, unknown>>[];
const expected = { tok_approve: 'captured', tok_decline: 'declined', tok_dispute: 'disputed' } as const;
/** What may be in the history of an order, once each. */
const once = ['PaymentAuthorized', 'PaymentCaptured', 'PaymentDeclined', 'OrderPaid', 'ChargebackOpened'];

it('has one effect with every report, beside what the ledger hears itself', async () => {
  const tokens = Array.from({ length: 6 }, () => Object.keys(expected)).flat();
  const placed = await Promise.all(
    tokens.map(async (token) => {
      const { body } = await client.post('/v1/orders', { ...order, payment: { method: { token } } });
      return { token: token as keyof typeof expected, orderId: String(body['orderId']) };
    }),
  );
  for (const { token, orderId } of placed) {
    await eventually(
      () => client.get(`/v1/orders/${orderId}/payment`),
      ({ body }) => body['status'] === expected[token],
    );
  }
  // A report for every authorization, capture and dispute, and what became of each is recorded.
  const reported = 6 * 2 + 6 * 1 + 6 * 3;
  const all = await eventually(
    () => client.get(`${path}?limit=100`),
    (reply) => items(reply).filter(({ status }) => status === 'applied').length === reported,
  );
  expect(items(all)).toHaveLength(reported);
  expect(new Set(items(all).map(({ outcome }) => outcome))).toEqual(new Set(['changed', 'known']));

  for (const { token, orderId } of placed) {
    const types = items(await client.get(`/v1/orders/${orderId}/history`)).map(({ type }) => type);
    for (const type of once) expect(types.filter((each) => each === type).length).toBeLessThanOrEqual(1);
    const { body } = await client.get(`/v1/orders/${orderId}/payment`);
    const taken = token === 'tok_decline' ? 0 : orderTotal;
    expect(body['captured']).toEqual({ amount: taken, currency: 'EUR' });
  }
});

it('is documented as what needs no token and a signature', async () => {
  const operation = client.contract.document.paths[path]?.['post'] as unknown as Readonly<
    Record<string, object>
  >;
  expect(operation).toMatchObject({ operationId: 'receiveWebhook', security: [] });
  const parameters = operation['parameters'] as readonly { readonly name: string }[];
  const responses = operation['responses'] as object;
  expect(parameters.map(({ name }) => name)).toEqual(['Gateway-Signature', 'X-Request-Id']);
  expect(Object.keys(responses)).toEqual(
    expect.arrayContaining(['202', '400', '401', '413', '415', '429', '503']),
  );
  expect(responses).not.toHaveProperty('403');
});
