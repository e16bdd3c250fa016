import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient, order, orderTotal } from '../support/http-client.ts';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
let customer: Client;
let operator: Client;

beforeAll(async () => {
  service = await startTestService();
  customer = await createClient(service, await service.token('customer-1', 'orders:write orders:read'));
  operator = customer.as(await service.token('operator-1', 'ops:write ops:read'));
});
afterAll(() => service.stop());

const place = async (client = customer, more: object = {}) =>
  String((await client.post('/v1/orders', { ...order, ...more })).body['orderId']);
const tok = { method: { token: 'tok_visa' } };

test('placing an order answers 201 with the order, where it is, its revision and its position', async () => {
  const reply = await customer.post('/v1/orders', { ...order, externalId: 'web/1', note: 'ring twice' });
  expect(reply.status).toBe(201);
  expect(reply.body).toMatchObject({
    customerId: 'customer-1',
    status: 'pending',
    externalId: 'web/1',
    total: { amount: orderTotal, currency: 'EUR' },
    notes: [{ note: 'ring twice', addedBy: 'customer-1' }],
    lines: order.lines,
    revision: 0,
  });
  expect(reply.headers.get('location')).toBe(`/v1/orders/${reply.body['orderId']}`);
  expect(reply.headers.get('etag')).toBe('"0"');
  expect(reply.headers.get('ledger-position')).toMatch(/^\d+$/);
  expect(reply.headers.has('idempotent-replayed')).toBe(false);
  expect(reply.headers.get('cache-control')).toBe('no-store');
});

test('an order goes from placed to completed through the documented commands', async () => {
  const path = `/v1/orders/${await place()}`;
  const steps: readonly (readonly [Client, string, object, object])[] = [
    [
      customer,
      'lines',
      { lines: [{ ...order.lines[0], quantity: 2 }] },
      { total: { amount: 900, currency: 'EUR' } },
    ],
    [customer, 'notes', { note: 'leave at the door' }, { status: 'pending' }],
    [customer, 'payment/authorize', { amount: 400, ...tok }, { status: 'pending' }],
    [customer, 'payment/void', {}, { status: 'pending' }],
    [customer, 'payment/authorize', tok, { payment: { status: 'authorized' } }],
    [operator, 'payment/capture', { amount: { amount: 100, currency: 'EUR' } }, { status: 'pending' }],
    [operator, 'payment/capture', { final: false }, { status: 'paid', payment: { status: 'captured' } }],
    [operator, 'fulfil', {}, { status: 'completed' }],
    [
      operator,
      'payment/refund',
      { amount: 300, reason: 'one broken' },
      { payment: { status: 'partially_refunded' } },
    ],
    [operator, 'payment/chargeback', { amount: 200, action: 'open' }, { payment: { status: 'disputed' } }],
    [operator, 'payment/chargeback', { amount: 100, action: 'won' }, { status: 'completed' }],
    [
      operator,
      'payment/chargeback',
      { amount: 100, action: 'lost' },
      { payment: { status: 'dispute_lost' } },
    ],
  ];
  for (const [client, command, body, wanted] of steps) {
    const reply = await client.post(`${path}/${command}`, body);
    expect(reply.status, `${command}: ${reply.text}`).toBe(200);
    expect(reply.body).toMatchObject(wanted);
    expect(reply.headers.get('etag')).toBe(`"${reply.body['revision']}"`);
    expect(reply.headers.has('location')).toBe(false);
  }
});

test('cancelling gives a hold back in the same answer', async () => {
  const path = `/v1/orders/${await place()}`;
  await customer.post(`${path}/payment/authorize`, tok);
  const reply = await customer.post(`${path}/cancel`, { reason: 'changed mind' });
  expect(reply.status).toBe(200);
  expect(reply.body).toMatchObject({ status: 'cancelled', payment: { status: 'voided', closed: true } });
});

test('an operator orders for a customer; the customer then sees it as its own', async () => {
  const id = await place(operator, { customerId: 'customer-1' });
  expect((await customer.post(`/v1/orders/${id}/notes`, { note: 'mine' })).status).toBe(200);
});

test('a customer may name itself, and nobody else', async () => {
  expect((await customer.post('/v1/orders', { ...order, customerId: 'customer-1' })).status).toBe(201);
  const reply = await customer.post('/v1/orders', { ...order, customerId: 'customer-2' });
  expect(reply.status).toBe(400);
  expect(reply.body['errors']).toMatchObject([{ pointer: '/customerId' }]);
});

test('a domain refusal is 409 with its code, and its replay is the same to the byte', async () => {
  const path = `/v1/orders/${await place()}/payment/capture`;
  const first = await operator.post(path, {}, { key: '"refused-key"' });
  expect(first.status).toBe(409);
  expect(first.body).toMatchObject({
    type: 'https://order-ledger.dev/problems/conflict',
    code: 'payment-not-authorized',
    instance: first.headers.get('x-request-id'),
  });
  const again = await operator.post(path, {}, { key: '"refused-key"' });
  expect(again.text).toBe(first.text);
  expect(again.headers.get('idempotent-replayed')).toBe('true');
  expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
});

test('what is well-formed and impossible is 422 with its code', async () => {
  const lines = [{ ...order.lines[0], quantity: 1_000_000, unitPrice: 10 ** 12 }];
  const reply = await customer.post('/v1/orders', { ...order, lines });
  expect(reply.status).toBe(422);
  expect(reply.body).toMatchObject({
    type: expect.stringMatching(/unprocessable$/),
    code: 'total-too-large',
  });
  const path = `/v1/orders/${await place()}/payment/authorize`;
  const foreign = await customer.post(path, { amount: { amount: 1, currency: 'USD' }, ...tok });
  expect(foreign).toMatchObject({ status: 422, body: { code: 'currency-mismatch' } });
});

test.each(['"7"', 'W/"0"', '0', '*', '"0", "1"', '""', '"x"'])(
  'If-Match %s does not let a command through',
  async (value) => {
    const path = `/v1/orders/${await place()}/notes`;
    const reply = await customer.post(path, { note: 'x' }, { headers: { 'if-match': value } });
    expect(reply.status).toBe(value === '"7"' ? 412 : 400);
    if (reply.status === 412) expect(reply.headers.get('etag')).toBe('"0"');
  },
);

test('what is not there yet has no revision that If-Match could name', async () => {
  const headers = { 'if-match': '"0"' };
  for (const path of ['/v1/orders', '/v1/orders?dryRun=true']) {
    const reply = await customer.post(path, order, { headers });
    expect(reply).toMatchObject({
      status: 412,
      body: { detail: expect.stringMatching(/leave If-Match out/) },
    });
    expect(reply.headers.has('etag')).toBe(false);
  }
});

test('If-Match with the revision there is lets a command through', async () => {
  const path = `/v1/orders/${await place()}/notes`;
  expect((await customer.post(path, { note: 'x' }, { headers: { 'if-match': '"0"' } })).status).toBe(200);
});

test('an empty body is an empty object, and nothing else is coerced', async () => {
  const path = `/v1/orders/${await place()}`;
  await customer.post(`${path}/payment/authorize`, tok);
  const reply = await customer.post(`${path}/payment/void`, undefined, { raw: '' });
  expect(reply.status).toBe(200);
});

test('a command on what does not exist is 404 and says no more', async () => {
  const reply = await customer.post('/v1/orders/00000000-0000-4000-8000-000000000000/notes', { note: 'x' });
  expect(reply).toMatchObject({ status: 404, body: { detail: 'There is no such order.' } });
});

test('the caller’s request id is echoed, stored, and stands in a problem', async () => {
  const headers = { 'x-request-id': 'web-42/a.b:c+d=e@f' };
  const reply = await customer.post('/v1/orders', order, { headers });
  expect(reply.headers.get('x-request-id')).toBe(headers['x-request-id']);
  const history = await customer.get(`/v1/orders/${reply.body['orderId']}/history`);
  expect(history.body['items']).toMatchObject([{ requestId: headers['x-request-id'] }]);
  const problem = await customer.post('/v1/orders', {}, { headers });
  expect(problem.body['instance']).toBe(headers['x-request-id']);
});

test.each(['', 'has space', 'a'.repeat(129), 'quote"', 'semi;colon', '4111111111111111'])(
  'the request id %j is refused, and not repeated',
  async (id) => {
    const reply = await customer.post('/v1/orders', order, { headers: { 'x-request-id': id } });
    expect(reply.status).toBe(400);
    expect(reply.body['errors']).toMatchObject([{ pointer: 'header/X-Request-Id' }]);
    expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  },
);
