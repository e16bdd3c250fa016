import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient, order, type Reply } from '../support/http-client.ts';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
let customer: Client;

beforeAll(async () => {
  service = await startTestService();
  customer = await createClient(service, await service.token('customer-1', 'orders:write orders:read'));
});
afterAll(() => service.stop());

const after = (reply: Reply) => ({
  headers: { 'ledger-position': reply.headers.get('ledger-position') ?? '' },
});

test.each([
  ['SQL', `'; DROP TABLE events; --`],
  ['a query operator', '{"$gt":""}'],
  ['a template', '#{7*7} {{7*7}} <%= 7*7 %>'],
  ['markup', '<script>alert(1)</script>'],
  ['a log line', '{"level":50,"msg":"forged"}'],
  ['the prototype', '__proto__'],
  ['a formula', '=cmd|/C calc'],
  ['letters of all kinds', 'Grüße 你好 🍵 \u200d \u202e'],
])('%s is only text: it is stored and answered as it was sent', async (_what, text) => {
  const body = {
    ...order,
    externalId: text,
    note: text,
    lines: [{ ...order.lines[0], label: text, meta: { text } }],
  };
  const reply = await customer.post('/v1/orders', body);
  expect(reply.status).toBe(201);
  const read = await customer.get(String(reply.headers.get('location')), after(reply));
  expect(read.body).toMatchObject({
    externalId: text,
    notes: [{ note: text }],
    lines: [{ label: text, meta: { text } }],
  });
  const listed = await customer.get(`/v1/orders?externalId=${encodeURIComponent(text)}`, after(reply));
  expect(listed.body['items']).toMatchObject([{ orderId: reply.body['orderId'] }]);
});

test('what happens to be a header, a key or a line break is stored as it is, or refused', async () => {
  const reply = await customer.post('/v1/orders', { ...order, note: 'one\r\nX-Injected: 1' });
  expect(reply.status).toBe(400);
  const lines = await customer.post('/v1/orders', { ...order, note: 'one\nX-Injected: 1' });
  expect(lines.status).toBe(201);
  expect(lines.headers.has('x-injected')).toBe(false);
});

test('an answer has what is documented and nothing of how it is stored', async () => {
  const reply = await customer.post('/v1/orders', order);
  expect(Object.keys(reply.body).toSorted()).toEqual([
    'currency',
    'customerId',
    'lines',
    'notes',
    'orderId',
    'paidWhen',
    'payment',
    'phase',
    'placedAt',
    'priority',
    'revision',
    'status',
    'total',
    'updatedAt',
  ]);
});

test('the payment token is shown to nobody but in the operations of the payment', async () => {
  const placed = await customer.post('/v1/orders', order);
  const path = String(placed.headers.get('location'));
  const paid = await customer.post(`${path}/payment/authorize`, { method: { token: 'tok_canary_7' } });
  for (const reply of [
    paid,
    await customer.get(path, after(paid)),
    await customer.get('/v1/orders', after(paid)),
  ])
    expect(reply.text).not.toContain('tok_canary_7');
});
