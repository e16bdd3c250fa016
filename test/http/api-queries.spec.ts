import { afterAll, beforeAll, expect, test } from 'vitest';
import { projections } from '../../src/projections/registry.ts';
import {
  type Client,
  createClient,
  eventually,
  order,
  orderTotal,
  type Reply,
} from '../support/http-client.ts';
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

const after = (reply: Reply) => ({
  headers: { 'ledger-position': reply.headers.get('ledger-position') ?? '' },
});

async function placed() {
  const reply = await customer.post('/v1/orders', { ...order, note: 'ring twice' });
  return { reply, id: String(reply.body['orderId']), path: `/v1/orders/${reply.body['orderId']}` };
}

/** An order that was placed, authorized, captured, and noted on: revisions 0, 1, 2–3, 4. */
async function paid() {
  const { id, path, reply } = await placed();
  await customer.post(`${path}/payment/authorize`, { method: { token: 'tok_visa' } });
  await operator.post(`${path}/payment/capture`);
  const last = await customer.post(`${path}/notes`, { note: 'thank you' });
  return { id, path, first: reply, last };
}

test('a read that sends the position back answers what was written, as the command answered it', async () => {
  for (let round = 0; round < 20; round++) {
    const { path, reply } = await placed();
    const read = await customer.get(path, after(reply));
    expect(read).toMatchObject({ status: 200, text: reply.text });
    expect(Number(read.headers.get('ledger-position'))).toBeGreaterThanOrEqual(
      Number(reply.headers.get('ledger-position')),
    );
    expect(read.headers.get('etag')).toBe('"0"');
  }
});

test('a second read comes from the cache, and says so; a change makes it come from the store again', async () => {
  const { path, reply } = await placed();
  await customer.get(path, after(reply));
  const cached = await eventually(
    () => customer.get(path),
    ({ headers }) => headers.get('x-cache') === 'HIT',
  );
  expect(cached.text).toBe(reply.text);
  const noted = await customer.post(`${path}/notes`, { note: 'new' });
  const read = await customer.get(path, after(noted));
  expect(read).toMatchObject({ status: 200, text: noted.text });
});

test('who has the version already gets 304 and no body', async () => {
  const { path, reply } = await placed();
  await customer.get(path, after(reply));
  for (const known of ['"0"', 'W/"0"', '"7", "0"', '*']) {
    const read = await customer.get(path, { headers: { 'if-none-match': known } });
    expect(read).toMatchObject({ status: 304, text: '' });
    expect(read.headers.get('etag')).toBe('"0"');
    expect(read.headers.has('ledger-position')).toBe(true);
  }
  expect((await customer.get(path, { headers: { 'if-none-match': '"1", 0' } })).status).toBe(200);
});

test('an order is read as it was at each revision, as the command that led there answered it', async () => {
  const { path, first, last } = await paid();
  expect((await customer.get(`${path}?revision=0`)).text).toBe(first.text);
  expect((await customer.get(`${path}?revision=4`)).text).toBe(last.text);
  const [held, captured] = await Promise.all([1, 2].map((n) => customer.get(`${path}?revision=${n}`)));
  expect(held?.body).toMatchObject({ revision: 1, status: 'pending', payment: { status: 'authorized' } });
  // The fact between capturing and being paid was never visible by itself, and can be read all the same.
  expect(captured?.body).toMatchObject({ revision: 2, status: 'pending', payment: { status: 'captured' } });
  expect((await customer.get(`${path}?revision=5`)).status).toBe(404);
});

test('an order is read as it was at a time', async () => {
  const { path, first, last } = await paid();
  const at = (time: unknown) => customer.get(`${path}?at=${time}`);
  expect((await at(last.body['updatedAt'])).text).toBe(last.text);
  expect((await at('2999-01-01T00:00:00Z')).text).toBe(last.text);
  expect((await at('2020-01-01T00:00:00Z')).status).toBe(404);
  const then = await at(first.body['placedAt']);
  expect(then.body['placedAt']).toBe(first.body['placedAt']);
});

test.each([
  'at=yesterday',
  'at=2026-02-30T00:00:00Z',
  'at=2026-01-01T00:00:00%2B01:00',
  'at=2026-01-01',
  'revision=-1',
  'revision=1.5',
  'revision=1e3',
  'revision=',
  'revision=1&revision=2',
  'revision=0&at=2026-01-01T00:00:00Z',
  'fields=lines',
  'at[$gt]=2026-01-01T00:00:00Z',
  '__proto__=1',
])('the question ?%s is refused', async (query) => {
  const { path } = await placed();
  const reply = await customer.get(`${path}?${query}`);
  expect(reply.status).toBe(400);
  expect(reply.body['errors']).not.toEqual([]);
});

test('the history has every event of order and payment in log order, without personal fields', async () => {
  const { path, id } = await paid();
  const reply = await customer.get(`${path}/history`);
  const items = reply.body['items'] as readonly Record<string, unknown>[];
  expect(items.map(({ type }) => type)).toEqual([
    'OrderPlaced',
    'PaymentAuthorized',
    'PaymentCaptured',
    'OrderPaid',
    'OrderNoteAdded',
  ]);
  expect(items.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4]);
  const positions = items.map(({ position }) => Number(position));
  expect(positions).toEqual(positions.toSorted((a, b) => a - b));
  expect(items[0]).toMatchObject({ actor: 'customer-1', sealed: ['note'], data: { orderId: id } });
  expect(items[2]).toMatchObject({ actor: 'operator-1' });
  expect(reply.text).not.toContain('ring twice');
  expect(reply.text).not.toContain('thank you');
  expect(reply.text).not.toMatch(/"hash"|subjectKeyId|fingerprint/);
});

test('a refused command is in the history, with who was refused and why', async () => {
  const { path } = await placed();
  await operator.post(`${path}/payment/capture`);
  const { body } = await customer.get(`${path}/history`);
  expect(body['items']).toMatchObject([
    {},
    { type: 'CommandRefused', actor: 'operator-1', data: { code: 'payment-not-authorized' } },
  ]);
});

test('the payment has its account and every operation that moved money', async () => {
  const { path, last } = await paid();
  const reply = await customer.get(`${path}/payment`, after(last));
  const whole = { amount: orderTotal, currency: 'EUR' };
  expect(reply.body).toMatchObject({
    status: 'captured',
    authorized: whole,
    captured: whole,
    open: { authorize: { amount: 0 }, capture: { amount: 0 }, refund: whole },
    attempts: [{ type: 'authorized', amount: whole }],
    operations: [{ type: 'authorized' }, { type: 'captured' }],
  });
});

test('the statistics count orders and money by status and currency', async () => {
  const before = await operator.get('/v1/stats', after((await paid()).last));
  const { last } = await paid();
  const reply = await operator.get('/v1/stats', after(last));
  const count = (of: Reply, status: string) =>
    (of.body['orders'] as readonly { status: string; currency: string; count: number }[]).find(
      (row) => row.status === status && row.currency === 'EUR',
    )?.count ?? 0;
  expect(count(reply, 'paid')).toBe(count(before, 'paid') + 1);
  const etag = reply.headers.get('etag') ?? '';
  expect(await operator.get('/v1/stats', { headers: { 'if-none-match': etag } })).toMatchObject({
    status: 304,
  });
});

test('the statistics add up beyond what a number holds, and are documented so', async () => {
  const line = { sku: 'a', label: 'A', kind: 'single', quantity: 9_000, unitPrice: 10 ** 12 };
  const large = { currency: 'KWD', lines: [line] };
  await customer.post('/v1/orders', large);
  const { text } = await operator.get('/v1/stats', after(await customer.post('/v1/orders', large)));
  expect(text).toContain('"total":{"amount":18000000000000000,"currency":"KWD"}');
});

test('the projections say how far they are', async () => {
  const { last } = await paid();
  await operator.get('/v1/stats', after(last));
  const { body } = await operator.get('/v1/projections');
  const items = body['items'] as readonly Record<string, unknown>[];
  expect(items.map(({ name }) => name)).toEqual(projections.map(({ name }) => name).toSorted());
  for (const { state, head, position, lag } of items) {
    expect(state).toBe('live');
    expect(lag).toBe(Number(head) - Number(position));
  }
});

test.each(['x', '-1', '1.5', '1e9', '9'.repeat(16), '1, 2', ''])(
  'the position %j is refused',
  async (value) => {
    const { path } = await placed();
    const reply = await customer.get(path, { headers: { 'ledger-position': value } });
    expect(reply.status).toBe(400);
  },
);

test('whatever is asked, the answer is at least as new as the position sent, and says so', async () => {
  const { path, first } = await paid();
  const { reply } = await placed();
  const wanted = Number(reply.headers.get('ledger-position'));
  const then = `${path}?at=${first.body['placedAt']}`;
  const reads = [path, `${path}?revision=0`, then, `${path}/payment`, `${path}/history`, '/v1/orders'];
  for (const read of [...reads, '/v1/stats', '/v1/projections']) {
    const { status, headers } = await operator.get(read, after(reply));
    expect(status, read).toBe(200);
    expect(Number(headers.get('ledger-position')), read).toBeGreaterThanOrEqual(wanted);
    const garbled = await operator.get(read, { headers: { 'ledger-position': 'x' } });
    expect(garbled.status, read).toBe(400);
  }
});

test('times are RFC 3339 in UTC with milliseconds, and amounts are whole numbers', async () => {
  const { last } = await paid();
  const times = [...last.text.matchAll(/"\w*[aA]t":"([^"]*)"/g)].map(([, time]) => time);
  expect(times.length).toBeGreaterThan(3);
  for (const time of times) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  const amounts = [...last.text.matchAll(/"amount":([^,}]*)/g)].map(([, amount]) => amount);
  for (const amount of amounts) expect(amount).toMatch(/^\d+$/);
});
