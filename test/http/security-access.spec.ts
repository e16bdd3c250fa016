import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient, freshKey, order, type Reply } from '../support/http-client.ts';
import { nowS, signed } from '../support/http-tokens.ts';
import { startTestService, type TestService } from '../support/service.ts';

interface Operation {
  readonly name: string;
  readonly method: string;
  readonly template: string;
  readonly scopes: readonly string[];
  readonly isCommand: boolean;
}

const allScopes = ['orders:write', 'orders:read', 'ops:write', 'ops:read', 'admin'];
const nobodysOrder = '00000000-0000-4000-8000-000000000000';
const entry = {
  currency: 'EUR',
  postings: [{ debit: '5400', credit: '1900', amount: 1 }],
  memo: 'a rounding of the bank',
};
const tok = { method: { token: 'tok_visa' } };

/** A body that would do for each command. An operation without one here fails the tests below. */
const bodies: Readonly<Record<string, object>> = {
  placeOrder: order,
  amendLines: { lines: order.lines },
  cancelOrder: { reason: 'changed mind' },
  fulfilOrder: {},
  addNote: { note: 'ring twice' },
  authorizePayment: tok,
  capturePayment: {},
  voidPayment: {},
  refundPayment: { reason: 'broken' },
  retryPayment: {},
  chargebackPayment: { amount: 1, action: 'open' },
  postEntry: entry,
  reverseEntry: { currency: 'EUR', memo: 'a mistake' },
};

let service: TestService;
let owner: Client;
let operator: Client;
let orderId: string;
let operations: readonly Operation[];

beforeAll(async () => {
  service = await startTestService();
  owner = await createClient(service, await service.token('customer-1', 'orders:write orders:read'));
  operator = owner.as(await service.token('operator-1', 'ops:write ops:read'));
  orderId = String((await owner.post('/v1/orders', order)).body['orderId']);
  await owner.post(`/v1/orders/${orderId}/payment/authorize`, tok);
  operations = Object.entries(owner.contract.document.paths).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, { operationId, description }]) => ({
      name: operationId,
      method: method.toUpperCase(),
      template,
      scopes: /Scope: (.+)\./.exec(description)?.[1]?.split(' or ') ?? [],
      isCommand: method === 'post',
    })),
  );
});
afterAll(() => service.stop());

function send(
  client: Client,
  { name, method, template, isCommand }: Operation,
  id = orderId,
): Promise<Reply> {
  const path = template.replace('{orderId}', id).replace('{entryId}', nobodysOrder).replace('{code}', '4000');
  return isCommand ? client.post(path, bodies[name]) : client.request(method, path);
}

const eventsOf = async () => (await operator.get(`/v1/orders/${orderId}/history`)).text;
const statusesOf = (replies: readonly Reply[]) => replies.map(({ status }) => status);
const withoutInstance = ({ body }: Reply) => ({ ...body, instance: '' });

/** Sends every operation and makes sure that none of them left a trace. */
async function sendAll(client: Client, which: readonly Operation[], id = orderId): Promise<readonly Reply[]> {
  const before = await eventsOf();
  const replies: Reply[] = [];
  for (const operation of which) replies.push(await send(client, operation, id));
  expect(await eventsOf()).toBe(before);
  return replies;
}

test('every operation says whom it is for, and has a body to be tried with', () => {
  expect(operations.length).toBeGreaterThanOrEqual(16);
  for (const { name, scopes, isCommand } of operations) {
    expect(scopes, name).not.toEqual([]);
    expect(allScopes, name).toEqual(expect.arrayContaining([...scopes]));
    if (isCommand) expect(bodies, name).toHaveProperty(name);
  }
});

test('no operation answers without a token', async () => {
  const replies = await sendAll(owner.as(''), operations);
  expect(new Set(statusesOf(replies))).toEqual(new Set([401]));
  for (const { headers } of replies) expect(headers.get('www-authenticate')).toMatch(/^Bearer /);
});

test('no operation answers a token that has expired', async () => {
  const claims = { scope: allScopes.join(' '), iat: nowS() - 900, exp: nowS() - 60 };
  const replies = await sendAll(owner.as(signed(service.signingKey(), { claims })), operations);
  expect(new Set(statusesOf(replies))).toEqual(new Set([401]));
});

test('no operation answers a token that has every scope but those it takes', async () => {
  for (const operation of operations) {
    const others = allScopes.filter((scope) => !operation.scopes.includes(scope)).join(' ');
    const replies = await sendAll(owner.as(await service.token('customer-1', others)), [operation]);
    expect(statusesOf(replies), `${operation.name} with ${others}`).toEqual([403]);
  }
});

test('no operation answers a token without any scope', async () => {
  const replies = await sendAll(owner.as(await service.token('customer-1', '')), operations);
  expect(new Set(statusesOf(replies))).toEqual(new Set([403]));
});

test('another customer finds nothing, in the very words for what does not exist', async () => {
  const stranger = owner.as(await service.token('customer-2', 'orders:write orders:read'));
  const own = operations.filter(
    ({ template, scopes }) =>
      template.includes('{orderId}') && scopes.some((scope) => scope.startsWith('orders:')),
  );
  expect(own.length).toBeGreaterThanOrEqual(8);
  const theirs = await sendAll(stranger, own);
  const nobodys = await sendAll(stranger, own, nobodysOrder);
  expect(new Set(statusesOf(theirs))).toEqual(new Set([404]));
  expect(theirs.map(withoutInstance)).toEqual(nobodys.map(withoutInstance));
  const sizes = (replies: readonly Reply[]) => replies.map(({ headers }) => headers.get('content-length'));
  expect(sizes(theirs)).toEqual(sizes(nobodys));
  const names = (replies: readonly Reply[]) => replies.map(({ headers }) => [...headers.keys()].join());
  expect(names(theirs)).toEqual(names(nobodys));
});

test('a customer is refused what operators do, on its own order and on any other', async () => {
  const customer = owner.as(await service.token('customer-1', 'orders:write orders:read'));
  const theirs = operations.filter(({ scopes }) => !scopes.some((scope) => scope.startsWith('orders:')));
  expect(theirs.map(({ name }) => name).toSorted()).toEqual([
    'capturePayment',
    'chargebackPayment',
    'fulfilOrder',
    'getProjections',
    'getStatement',
    'getStats',
    'getTrialBalance',
    'listAccounts',
    'listEntries',
    'listWebhooks',
    'postEntry',
    'refundPayment',
    'retryPayment',
    'reverseEntry',
  ]);
  expect(new Set(statusesOf(await sendAll(customer, theirs)))).toEqual(new Set([403]));
  expect(new Set(statusesOf(await sendAll(customer, theirs, nobodysOrder)))).toEqual(new Set([403]));
});

test('who may only read may not write, and the other way round', async () => {
  const reader = owner.as(await service.token('customer-1', 'orders:read ops:read'));
  const writer = owner.as(await service.token('customer-1', 'orders:write ops:write'));
  const commands = operations.filter(({ isCommand }) => isCommand);
  const queries = operations.filter(({ isCommand }) => !isCommand);
  expect(new Set(statusesOf(await sendAll(reader, commands)))).toEqual(new Set([403]));
  expect(new Set(statusesOf(await sendAll(writer, queries)))).toEqual(new Set([403]));
});

test('another customer’s key and body make an order of one’s own', async () => {
  const stranger = owner.as(await service.token('customer-2', 'orders:write orders:read'));
  const key = freshKey();
  const first = await owner.post('/v1/orders', { ...order, note: 'private' }, { key });
  const second = await stranger.post('/v1/orders', order, { key });
  expect(second.status).toBe(201);
  expect(second.headers.has('idempotent-replayed')).toBe(false);
  expect(second.body['orderId']).not.toBe(first.body['orderId']);
  expect(second.text).not.toContain('private');
});

test('the figures of the process are for operators', async () => {
  expect((await owner.get('/metrics')).status).toBe(403);
  expect((await owner.get('/metrics', { token: 'a.b.c' })).status).toBe(401);
  expect((await operator.get('/metrics')).status).toBe(200);
});

test.each([
  ['nothing', () => ''],
  ['upper case', (id: string) => id.toUpperCase()],
  ['braces', (id: string) => `%7B${id}%7D`],
  ['without dashes', (id: string) => id.replaceAll('-', '')],
  ['a line break behind it', (id: string) => `${id}%0A`],
  ['NUL behind it', (id: string) => `${id}%00`],
  ['a space behind it', (id: string) => `${id}%20`],
  ['full-width digits', () => '%EF%BC%90'.repeat(36)],
  ['a way up', (id: string) => `..%2f${id}`],
  ['two ids', (id: string) => `${id},${id}`],
  ['a wildcard', () => '*'],
  ['the stream of everything', () => '$all'],
  ['a system stream', () => '$ce-order'],
  ['a whole stream name', (id: string) => `order-${id}`],
  ['the prototype', () => '__proto__'],
  ['longer than any id', () => 'a'.repeat(10_000)],
  ['a bad escape', () => '%zz'],
])('an id spelt otherwise is no id: %s', async (_what, spell) => {
  for (const path of [`/v1/orders/${spell(orderId)}`, `/v1/orders/${spell(orderId)}/history`]) {
    expect([400, 404]).toContain((await owner.get(path)).status);
  }
});
