import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient, order } from '../support/http-client.ts';
import { startTestService, type TestService } from '../support/service.ts';

const pan = '4111 1111 1111 1111';
const panDigits = '4111111111111111';

let service: TestService;
let customer: Client;
let operator: Client;
let path: string;

beforeAll(async () => {
  service = await startTestService();
  customer = await createClient(service, await service.token('customer-1', 'orders:write orders:read'));
  operator = customer.as(await service.token('operator-1', 'ops:write ops:read'));
  path = String((await customer.post('/v1/orders', order)).headers.get('location'));
  await customer.post(`${path}/payment/authorize`, { amount: 1_000, method: { token: 'tok_visa' } });
});
afterAll(async () => {
  // Whatever was tried above, nothing of it has come to be.
  expect((await operator.get('/v1/orders')).body['items']).toHaveLength(1);
  expect((await operator.get(`${path}/history`)).body['items']).toHaveLength(2);
  await service.stop();
});

const line = order.lines[0];
const withLine = (more: object) => ({ ...order, lines: [{ ...line, ...more }] });
const rawOrder = (quantity: string, price: string) =>
  `{"currency":"EUR","lines":[{"sku":"tea","label":"Tea","kind":"single","quantity":${quantity},"unitPrice":${price}}]}`;

test.each([
  ['status', { ...order, status: 'paid' }, '/status'],
  ['paidAmount', { ...order, paidAmount: 1 }, '/paidAmount'],
  ['total', { ...order, total: { amount: 1, currency: 'EUR' } }, '/total'],
  ['orderId', { ...order, orderId: '00000000-0000-4000-8000-000000000000' }, '/orderId'],
  ['paidWhen', { ...order, paidWhen: 'authorized' }, '/paidWhen'],
  ['sourceStatus', { ...order, sourceStatus: 'Shipped' }, '/sourceStatus'],
  ['version', { ...order, version: 3 }, '/version'],
  ['_id', { ...order, _id: 'x' }, '/_id'],
  ['a member of a line', withLine({ discount: 5 }), '/lines/0/discount'],
  ['a name of the prototype', { ...order, constructor: { prototype: { admin: true } } }, '/constructor'],
  ['another customer', { ...order, customerId: 'customer-2' }, '/customerId'],
])('a member nobody asked for is refused and named: %s', async (_what, body, pointer) => {
  const reply = await customer.post('/v1/orders', body);
  expect(reply.status).toBe(400);
  expect(reply.body['errors']).toMatchObject([{ pointer }]);
});

test('a parameter nobody asked for is refused and named, so that nothing is done that was to be tried only', async () => {
  const commands = ['/v1/orders?dryrun=true', `${path}/notes?dryrun=true`];
  for (const command of commands) {
    const body = command.startsWith('/v1/orders?') ? order : { note: 'n' };
    const reply = await customer.post(command, body);
    expect(reply.status, command).toBe(400);
    expect(reply.body['errors']).toMatchObject([{ pointer: 'query/dryrun' }]);
  }
  const reads = [`${path}/payment`, `${path}/history`, '/v1/stats', '/v1/projections'];
  for (const read of reads) {
    const reply = await operator.get(`${read}?at=2026-01-01T00:00:00Z`);
    expect(reply.status, read).toBe(400);
    expect(reply.body['errors']).toMatchObject([{ pointer: 'query/at' }]);
  }
});

test.each([
  ['quantity as text', '"5"', '1'],
  ['quantity a fraction', '5.5', '1'],
  ['quantity negative', '-1', '1'],
  ['quantity zero', '0', '1'],
  ['quantity above the limit', '1000001', '1'],
  ['quantity true', 'true', '1'],
  ['quantity null', 'null', '1'],
  ['quantity a list', '[1]', '1'],
  ['price beyond all numbers', '1', '1e400'],
  ['price NaN', '1', 'NaN'],
  ['price beyond exactness', '1', '9007199254740993'],
  ['price above the limit', '1', '1000000000001'],
  ['price with a comma', '1', '"1,00"'],
  ['price negative', '1', '-1'],
  ['price a fraction', '1', '4.5'],
  ['price in hexadecimal', '1', '0x10'],
  ['price with a plus', '1', '+1'],
  ['a number of 60,000 digits', '1', '1'.repeat(60_000)],
])('a number that is none here is refused: %s', async (_what, quantity, price) => {
  const reply = await customer.post('/v1/orders', {}, { raw: rawOrder(quantity, price) });
  expect(reply.status).toBe(400);
});

test.each(['eur', 'EURO', 'XXX', 'XTS', '', 978, null])('%j is no currency', async (currency) => {
  expect((await customer.post('/v1/orders', { ...order, currency })).status).toBe(400);
});

test.each([
  ['an amount of zero', { amount: 0 }],
  ['a negative amount', { amount: -5 }],
  ['an amount as text', { amount: '5' }],
  ['money with a member more', { amount: { amount: 5, currency: 'EUR', exponent: 0 } }],
  ['no token', { method: {} }],
  ['a token that is no text', { method: { token: { $gt: '' } } }],
])('a payment is refused: %s', async (_what, body) => {
  const reply = await customer.post(`${path}/payment/authorize`, { method: { token: 'tok_visa' }, ...body });
  expect(reply.status).toBe(400);
});

test('sums are checked: of one line, and of many', async () => {
  const most = { quantity: 1_000_000, unitPrice: 10 ** 12 };
  expect((await customer.post('/v1/orders', withLine(most))).status).toBe(422);
  const near = { ...line, quantity: 9_000, unitPrice: 10 ** 12 };
  const lines = [near, { ...near, quantity: 8 }];
  expect((await customer.post('/v1/orders', { ...order, lines })).status).toBe(422);
  expect((await customer.post('/v1/orders', { ...order, lines: Array(201).fill(line) })).status).toBe(400);
  expect((await customer.post('/v1/orders', { ...order, lines: [] })).status).toBe(400);
});

test.each([
  ['a member twice', `{"currency":"EUR","currency":"USD","lines":[]}`],
  ['a member twice, deep inside', rawOrder('1', '1,"sku":"pot"')],
  ['an escaped name', `{"\\u0063urrency":"EUR","lines":[]}`],
  ['the prototype', `{"__proto__":{"admin":true},"currency":"EUR"}`],
  ['the prototype, nested', rawOrder('1', '1,"meta":{"__proto__":{"admin":true}}')],
  ['an operator for a name', `{"currency":{"$gt":""}}`],
  ['a byte order mark', `\ufeff${rawOrder('1', '1')}`],
  ['depth 30,000', `${'['.repeat(30_000)}${']'.repeat(30_000)}`],
  ['depth in meta', rawOrder('1', `1,"meta":${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)],
  ['5,000 members', `{${Array.from({ length: 5_000 }, (_, index) => `"m${index}":1`).join(',')}}`],
  ['a comment', `/* x */ ${rawOrder('1', '1')}`],
  ['a list', '[]'],
  ['a text', '"x"'],
  ['null', 'null'],
  ['half of it', rawOrder('1', '1').slice(0, -5)],
])('a body is refused that has %s', async (_what, raw) => {
  const reply = await customer.post('/v1/orders', {}, { raw });
  expect(reply.status).toBe(400);
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
});

test.each([
  ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22])],
  ['UTF-16', Buffer.from('{}', 'utf16le')],
  ['a surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ['NUL', Buffer.from([0])],
])('bytes are refused that are %s', async (_what, raw) => {
  expect((await customer.post('/v1/orders', {}, { raw })).status).toBe(400);
});

test.each([
  ['a lone surrogate', '\ud800'],
  ['a lone surrogate within', 'a\udc00b'],
  ['NUL', 'a\u0000b'],
  ['a terminal’s escape', '\u001b[31mred'],
  ['a bell', '\u0007'],
  ['nothing', ''],
  ['too much', 'x'.repeat(2_001)],
])('text is refused that is %s', async (_what, text) => {
  expect((await customer.post(`${path}/notes`, { note: text })).status).toBe(400);
  expect((await customer.post('/v1/orders', withLine({ label: text }))).status).toBe(400);
  expect((await customer.post(`${path}/cancel`, { reason: text })).status).toBe(400);
});

test.each([
  ['label', '/v1/orders', withLine({ label: pan })],
  ['sku', '/v1/orders', withLine({ sku: panDigits })],
  ['a value of meta', '/v1/orders', withLine({ meta: { a: { b: [pan] } } })],
  ['a name of meta', '/v1/orders', withLine({ meta: { [panDigits]: 1 } })],
  ['a number of meta', '/v1/orders', withLine({ meta: { a: Number(panDigits) } })],
  ['externalId', '/v1/orders', { ...order, externalId: panDigits }],
  ['note', '/v1/orders', { ...order, note: `card ${pan} please` }],
  ['label of amended lines', 'ORDER/lines', { lines: [{ ...line, label: '4111-1111-1111-1111' }] }],
  ['reason of cancelling', 'ORDER/cancel', { reason: pan }],
  ['note of an order', 'ORDER/notes', { note: `line\n${pan}` }],
  ['payment token', 'ORDER/payment/authorize', { method: { token: panDigits } }],
  ['payment token with dashes', 'ORDER/payment/authorize', { method: { token: '5555-5555-5555-4444' } }],
  ['payment token, American', 'ORDER/payment/authorize', { method: { token: '378282246310005' } }],
])('a card number is refused in %s, with 422, and never repeated', async (_what, to, body) => {
  const reply = await customer.post(to.replace('ORDER', path), body);
  expect(reply.status).toBe(422);
  expect(reply.body['type']).toBe('https://order-ledger.dev/problems/unprocessable');
  expect(reply.text).not.toMatch(/4111|1111|5555|3782/);
});

test('a card number is refused in the reason of a refund and for whom an order is', async () => {
  expect((await operator.post(`${path}/payment/refund`, { reason: pan })).status).toBe(422);
  expect((await operator.post('/v1/orders', { ...order, customerId: panDigits })).status).toBe(422);
});

test('a card number or a token as the name of a member is not repeated either', async () => {
  const secret = `eyJhbGciOiJSUzI1NiJ9.${'x'.repeat(60)}`;
  const asMember = await customer.post('/v1/orders', { ...order, [panDigits]: 1 });
  const asParameter = await customer.get(`/v1/orders?${panDigits}=1&${secret}=1&a%40b.example=1`);
  for (const { status, text } of [asMember, asParameter]) {
    expect(status).toBe(400);
    expect(text).not.toMatch(/4111|eyJ|example/);
  }
});
