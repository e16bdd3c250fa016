import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Client, createClient, order, type Reply } from '../support/http-client.ts';
import { startTestService, type TestService } from '../support/service.ts';

interface Row {
  readonly orderId: string;
  readonly customerId: string;
  readonly status: string;
  readonly placedAt: string;
}

let service: TestService;
let customer: Client;
let other: Client;
let operator: Client;
let last: Reply;

/** 23 orders of customer-1, two of them cancelled, and 3 of customer-2: all in one of two milliseconds. */
beforeAll(async () => {
  service = await startTestService();
  customer = await createClient(service, await service.token('customer-1', 'orders:write orders:read'));
  other = customer.as(await service.token('customer-2', 'orders:write orders:read'));
  operator = customer.as(await service.token('operator-1', 'ops:write ops:read'));
  const many = (count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, index) =>
        customer.post('/v1/orders', { ...order, externalId: `web/${index}` }),
      ),
    );
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  const placed = await many(20);
  vi.setSystemTime(Date.now() + 1);
  placed.push(...(await many(3)));
  await Promise.all(Array.from({ length: 3 }, () => other.post('/v1/orders', order)));
  vi.useRealTimers();
  for (const { body } of placed.slice(0, 2)) {
    last = await customer.post(`/v1/orders/${body['orderId']}/cancel`, { reason: 'changed mind' });
  }
  await operator.get('/v1/orders', {
    headers: { 'ledger-position': last.headers.get('ledger-position') ?? '' },
  });
});
afterAll(() => service.stop());

const rowsOf = ({ body }: Reply) => body['items'] as readonly Row[];
const cursorOf = ({ body }: Reply) => body['nextCursor'] as string | null;

/** Every row, page by page. */
async function allPages(client: Client, query: string): Promise<readonly (readonly Row[])[]> {
  const pages: (readonly Row[])[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const reply: Reply = await client.get(`/v1/orders?${query}${cursor === '' ? '' : `&cursor=${cursor}`}`);
    expect(reply.status).toBe(200);
    pages.push(rowsOf(reply));
    cursor = cursorOf(reply);
    expect(pages.length).toBeLessThan(100);
  }
  return pages;
}

test.each([1, 4, 7, 23, 100])('paging by %i shows every order once, newest first', async (limit) => {
  const pages = await allPages(customer, `limit=${limit}`);
  const rows = pages.flat();
  expect(new Set(rows.map(({ orderId }) => orderId)).size).toBe(23);
  expect(rows).toHaveLength(23);
  const times = rows.map(({ placedAt }) => placedAt);
  expect(times).toEqual(times.toSorted().toReversed());
  expect(new Set(times).size, 'there are ties to break').toBe(2);
  expect(pages).toHaveLength(Math.ceil(23 / limit));
});

test('twenty at a time, unless asked otherwise', async () => {
  expect(rowsOf(await customer.get('/v1/orders'))).toHaveLength(20);
});

test('a page does not shift when new orders come in', async () => {
  const first = await other.get('/v1/orders?limit=2');
  const late = await other.post('/v1/orders', order);
  await other.get('/v1/orders', {
    headers: { 'ledger-position': late.headers.get('ledger-position') ?? '' },
  });
  const second = await other.get(`/v1/orders?limit=2&cursor=${cursorOf(first)}`);
  expect(rowsOf(second)).toHaveLength(1);
  expect(rowsOf(first)).not.toContainEqual(rowsOf(second)[0]);
  expect(cursorOf(second)).toBeNull();
});

test('filters combine', async () => {
  expect((await allPages(customer, 'status=cancelled')).flat()).toHaveLength(2);
  expect((await allPages(customer, 'status=paid')).flat()).toHaveLength(0);
  expect((await allPages(customer, 'externalId=web%2F1')).flat()).toHaveLength(2);
  expect((await allPages(operator, 'customerId=customer-1&status=pending')).flat()).toHaveLength(21);
});

test('the bounds of the time placed are from, inclusive, and to, exclusive', async () => {
  const rows = (await allPages(customer, 'limit=100')).flat();
  const middle = rows[0]?.placedAt ?? '';
  const from = (await allPages(customer, `placedFrom=${middle}&limit=100`)).flat();
  const to = (await allPages(customer, `placedTo=${middle}&limit=100`)).flat();
  expect(from).toEqual(rows.filter(({ placedAt }) => placedAt >= middle));
  expect(from).toHaveLength(3);
  expect([...from, ...to]).toEqual(rows);
});

test('a customer sees its own orders only, whatever it asks for', async () => {
  const all = (await allPages(customer, 'limit=100')).flat();
  expect(new Set(all.map(({ customerId }) => customerId))).toEqual(new Set(['customer-1']));
  expect(rowsOf(await customer.get('/v1/orders?customerId=customer-2'))).toEqual([]);
  const nobody = await customer.get('/v1/orders?customerId=nobody');
  const theirs = await customer.get('/v1/orders?customerId=customer-2');
  expect(theirs.text).toBe(nobody.text);
  expect(rowsOf(await customer.get('/v1/orders?customerId=customer-1'))).toHaveLength(20);
});

test('an operator sees everybody’s', async () => {
  const all = (await allPages(operator, 'limit=10')).flat();
  expect(new Set(all.map(({ customerId }) => customerId))).toEqual(new Set(['customer-1', 'customer-2']));
});

test('a cursor is good for the question and the caller it was made for, and for nothing else', async () => {
  const cursor = cursorOf(await customer.get('/v1/orders?limit=5')) ?? '';
  const refused = [
    await other.get(`/v1/orders?limit=5&cursor=${cursor}`),
    await operator.get(`/v1/orders?limit=5&cursor=${cursor}`),
    await customer.get(`/v1/orders?limit=5&status=pending&cursor=${cursor}`),
    await customer.get(`/v1/orders?limit=5&placedFrom=2020-01-01T00:00:00Z&cursor=${cursor}`),
  ];
  const operators = cursorOf(await operator.get('/v1/orders?limit=5'));
  const colleague = customer.as(await service.token('operator-2', 'ops:read'));
  refused.push(await colleague.get(`/v1/orders?limit=5&cursor=${operators}`));
  for (const { status, body } of refused) {
    expect(status).toBe(400);
    expect(body['errors']).toMatchObject([{ pointer: 'query/cursor' }]);
  }
  expect((await customer.get(`/v1/orders?limit=3&cursor=${cursor}`)).status).toBe(200);
});

test('a cursor that was made up, cut or changed in any one character is refused', async () => {
  const cursor = cursorOf(await customer.get('/v1/orders?limit=5')) ?? '';
  const [payload = '', signature = ''] = cursor.split('.');
  const forged = Buffer.from(JSON.stringify(['2030-01-01T00:00:00.000Z', '1'])).toString('base64url');
  const changed = Array.from({ length: 12 }, (_, index) => {
    const at = Math.floor((index * cursor.length) / 12);
    return cursor.slice(0, at) + (cursor[at] === 'A' ? 'B' : 'A') + cursor.slice(at + 1);
  });
  const attempts = [
    'x',
    '.',
    payload,
    `.${signature}`,
    `${forged}.${signature}`,
    `${forged}.`,
    `${cursor}A`,
    ...changed,
  ];
  for (const attempt of attempts) {
    const reply = await customer.get(`/v1/orders?limit=5&cursor=${attempt}`);
    expect(reply.status, attempt).toBe(400);
  }
});

test.each([
  'limit=0',
  'limit=101',
  'limit=1e9',
  'limit=-1',
  'limit=5.5',
  'limit=',
  'limit=05',
  'limit=5&limit=6',
  'status=PAID',
  'status=pending&status=paid',
  'status[$ne]=pending',
  'status[]=pending',
  '$where=1',
  'customerId=(a%2B)%2B$',
  'customerId[$gt]=',
  'externalId=',
  `externalId=${'x'.repeat(129)}`,
  'externalId=%00',
  'placedFrom=now',
  'placedTo=2026-13-01T00:00:00Z',
  'sort=__proto__',
  'fields=$..',
  'offset=10000',
  '__proto__[x]=1',
  'constructor=1',
  `cursor=${'x'.repeat(1_001)}`,
])('the question ?%s is refused', async (query) => {
  const reply = await customer.get(`/v1/orders?${query}`);
  expect(reply.status).toBe(400);
  expect(reply.body['errors']).not.toEqual([]);
  expect(({} as Record<string, unknown>)['x']).toBeUndefined();
});

test('a card number is no name to look for', async () => {
  expect((await customer.get('/v1/orders?externalId=4111111111111111')).status).toBe(422);
});

test('a list has an ETag of its own', async () => {
  const first = await customer.get('/v1/orders?limit=5');
  const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
  expect((await customer.get('/v1/orders?limit=5', { headers })).status).toBe(304);
  expect((await customer.get('/v1/orders?limit=6', { headers })).status).toBe(200);
});
