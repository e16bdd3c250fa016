import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient, freshKey, order } from '../support/http-client.ts';
import { rawRequest, sendRaw } from '../support/http-raw.ts';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
let token: string;
let customer: Client;
let operator: Client;

beforeAll(async () => {
  service = await startTestService();
  token = await service.token('customer-1', 'orders:write orders:read');
  customer = await createClient(service, token);
  operator = customer.as(await service.token('operator-1', 'ops:write ops:read'));
});
afterAll(() => service.stop());

const historyOf = async (id: unknown) =>
  (await operator.get(`/v1/orders/${id}/history`)).body['items'] as readonly unknown[];

test('a hundred identical commands at once make one order and get one answer', async () => {
  const key = freshKey();
  const replies = await Promise.all(
    Array.from({ length: 100 }, () => customer.post('/v1/orders', order, { key })),
  );
  expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([201]));
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
  expect(replies.filter(({ headers }) => !headers.has('idempotent-replayed'))).toHaveLength(1);
  expect(await historyOf(replies[0]?.body['orderId'])).toHaveLength(1);
});

test('a replay answers the order as the command left it, to the byte, whatever happened since', async () => {
  const key = freshKey();
  const first = await customer.post('/v1/orders', order, { key });
  const path = String(first.headers.get('location'));
  await customer.post(`${path}/notes`, { note: 'later' });
  await customer.post(`${path}/cancel`, { reason: 'later still' });
  const again = await customer.post('/v1/orders', order, { key });
  expect(again).toMatchObject({ status: 201, text: first.text });
  for (const name of ['etag', 'ledger-position', 'location'])
    expect(again.headers.get(name)).toBe(first.headers.get(name));
  expect(again.headers.get('idempotent-replayed')).toBe('true');
});

test('a replay survives a restart', async () => {
  const mine = await startTestService();
  let running = mine;
  try {
    const bearer = await mine.token('customer-1', 'orders:write orders:read');
    const first = await (await createClient(mine, bearer)).post('/v1/orders', order, { key: '"kept-key"' });
    running = await mine.restart();
    const client = await createClient(running, bearer);
    expect(await client.post('/v1/orders', order, { key: '"kept-key"' })).toMatchObject({ text: first.text });
    expect(await client.get('/v1/orders')).toMatchObject({ status: 200 });
  } finally {
    await running.stop();
  }
});

test('the same key with another body is 422, names what differs, and changes nothing', async () => {
  const key = freshKey();
  const first = await customer.post('/v1/orders', { ...order, note: 'one' }, { key });
  const reply = await customer.post('/v1/orders', { ...order, currency: 'USD', note: 'two' }, { key });
  expect(reply.status).toBe(422);
  expect(reply.body['type']).toBe('https://order-ledger.dev/problems/idempotency-key-reused');
  expect(reply.body['errors']).toMatchObject([{ pointer: '/currency' }, { pointer: '/note' }]);
  expect(await historyOf(first.body['orderId'])).toHaveLength(1);
  expect(await customer.post('/v1/orders', { ...order, note: 'one' }, { key })).toMatchObject({
    text: first.text,
  });
});

test('the order of members, white space and 1.0 for 1 are the same request', async () => {
  const key = freshKey();
  const line = (one: string) =>
    `{"label":"Tea","sku":"tea","kind":"single","unitPrice":450,"quantity":${one}}`;
  const first = await customer.post(
    '/v1/orders',
    {},
    { key, raw: `{"currency":"EUR","lines":[${line('1')}]}` },
  );
  const again = await customer.post(
    '/v1/orders',
    {},
    { key, raw: ` { "lines" : [${line('1.0')}], "currency":"EUR"}` },
  );
  expect(first.status).toBe(201);
  expect(again).toMatchObject({ status: 201, text: first.text });
});

test('a refusal is replayed after the state that caused it is gone', async () => {
  const { body } = await customer.post('/v1/orders', order);
  const path = `/v1/orders/${body['orderId']}/payment`;
  const key = freshKey();
  const refused = await operator.post(`${path}/capture`, {}, { key });
  expect(refused.status).toBe(409);
  await customer.post(`${path}/authorize`, { method: { token: 'tok_visa' } });
  const again = await operator.post(`${path}/capture`, {}, { key });
  expect(again).toMatchObject({ status: 409, text: refused.text });
  expect((await operator.post(`${path}/capture`)).status).toBe(200);
});

test('what was wrong with a request is not held against its key', async () => {
  const key = freshKey();
  expect((await customer.post('/v1/orders', { ...order, currency: 'nope' }, { key })).status).toBe(400);
  expect((await customer.post('/v1/orders', order, { key, token: 'no.good.token' })).status).toBe(401);
  expect((await customer.post('/v1/orders', order, { key })).status).toBe(201);
});

test('the quoted and the bare form of a key are one key, and so is an escaped spelling', async () => {
  const first = await customer.post('/v1/orders', order, { key: 'one-key-bare' });
  const quoted = await customer.post('/v1/orders', order, { key: '"one-key-bare"' });
  expect(quoted).toMatchObject({ status: 201, text: first.text });
  const escaped = await customer.post('/v1/orders', order, { key: '"say \\"hello\\" \\\\"' });
  expect(escaped.status).toBe(201);
});

test('two callers, two orders and two operations may use the same key', async () => {
  const other = customer.as(await service.token('customer-2', 'orders:write orders:read'));
  const key = freshKey();
  const mine = await customer.post('/v1/orders', order, { key });
  const theirs = await other.post('/v1/orders', order, { key });
  expect(theirs.body['orderId']).not.toBe(mine.body['orderId']);
  const path = String(mine.headers.get('location'));
  expect((await customer.post(`${path}/notes`, { note: 'x' }, { key })).status).toBe(200);
  expect((await other.post(`${path}/notes`, { note: 'x' }, { key })).status).toBe(404);
});

test.each([
  ['missing', [], 'idempotency-key-missing'],
  ['empty', ['Idempotency-Key:'], 'idempotency-key-missing'],
  ['too short', ['Idempotency-Key: "1234567"'], 'idempotency-key-invalid'],
  ['too long', [`Idempotency-Key: "${'k'.repeat(256)}"`], 'idempotency-key-invalid'],
  ['an open string', ['Idempotency-Key: "never-closed'], 'idempotency-key-invalid'],
  ['a string with something behind it', ['Idempotency-Key: "key-12345" x'], 'idempotency-key-invalid'],
  ['with parameters', ['Idempotency-Key: "key-12345";a=1'], 'idempotency-key-invalid'],
  ['bare, with parameters', ['Idempotency-Key: key-12345;a=1'], 'idempotency-key-invalid'],
  ['a bad escape', ['Idempotency-Key: "key\\n12345"'], 'idempotency-key-invalid'],
  ['not ASCII', ['Idempotency-Key: "schlüssel-1"'], 'idempotency-key-invalid'],
  ['with a tab', ['Idempotency-Key: "key\t12345"'], 'idempotency-key-invalid'],
  ['bytes', ['Idempotency-Key: :a2V5LTEyMzQ1:;x'], 'idempotency-key-invalid'],
  ['a list', ['Idempotency-Key: "key-12345", "key-67890"'], 'idempotency-key-invalid'],
  ['sent twice', ['Idempotency-Key: "key-12345"', 'Idempotency-Key: "key-12345"'], 'idempotency-key-invalid'],
  [
    'sent twice, bare',
    ['Idempotency-Key: key-12345', 'Idempotency-Key: key-12345'],
    'idempotency-key-invalid',
  ],
])('a key that is %s is refused', async (_what, lines, slug) => {
  const body = JSON.stringify(order);
  const reply = await sendRaw(
    service.port,
    rawRequest(
      [
        'POST /v1/orders HTTP/1.1',
        'Host: ledger',
        `Authorization: Bearer ${token}`,
        'Content-Type: application/json',
        'Connection: close',
        `Content-Length: ${Buffer.byteLength(body)}`,
        ...lines,
      ],
      body,
    ),
    { listenMs: 3_000 },
  );
  expect(reply.statuses).toEqual([400]);
  expect(reply.text).toContain(`https://order-ledger.dev/problems/${slug}`);
});

test.each([8, 255])('a key of %i characters is good', async (length) => {
  expect((await customer.post('/v1/orders', order, { key: `"${'k'.repeat(length)}"` })).status).toBe(201);
});

test('a key on a read means nothing', async () => {
  expect((await customer.get('/v1/orders', { headers: { 'idempotency-key': 'x' } })).status).toBe(200);
});

test('a stream full of refusals answers 429 and goes on taking good commands', async () => {
  const { body } = await customer.post('/v1/orders', order);
  const path = `/v1/orders/${body['orderId']}`;
  const refusals = Array.from({ length: 100 }, () => operator.post(`${path}/fulfil`));
  expect(new Set((await Promise.all(refusals)).map(({ status }) => status))).toEqual(new Set([409]));
  expect((await operator.post(`${path}/fulfil`)).status).toBe(429);
  expect((await customer.post(`${path}/notes`, { note: 'still here' })).status).toBe(200);
});

test('a caller that hangs up in the middle has done everything or nothing, and its key tells which', async () => {
  const body = JSON.stringify(order);
  const head = (key: string) => [
    'POST /v1/orders HTTP/1.1',
    'Host: ledger',
    `Authorization: Bearer ${token}`,
    'Content-Type: application/json',
    `Idempotency-Key: ${key}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  for (let cut = 0; cut <= body.length; cut += 80) {
    const key = freshKey();
    await sendRaw(service.port, rawRequest(head(key), body.slice(0, cut)), { listenMs: 1 });
    const retried = await customer.post('/v1/orders', order, { key });
    expect(retried.status).toBe(201);
    expect(await historyOf(retried.body['orderId'])).toHaveLength(1);
  }
});
