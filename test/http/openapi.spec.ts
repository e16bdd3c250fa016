import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problems } from '../../src/http/problem.ts';
import { type Client, createClient, order } from '../support/http-client.ts';
import { createContract, type OpenApi } from '../support/http-contract.ts';
import { startTestService, type TestService } from '../support/service.ts';

/** What is served beside the API proper. */
const pages = [
  'GET /.well-known/jwks.json',
  'GET /docs',
  'GET /livez',
  'GET /metrics',
  'GET /openapi.json',
  'GET /readyz',
];

let service: TestService;
let client: Client;
let document: OpenApi;
const routes: string[] = [];

/** Fastify announces every instance it makes: the only way to see what the running service really routes. */
function watch(message: unknown): void {
  const { fastify } = message as { readonly fastify: FastifyInstance };
  fastify.addHook('onRoute', ({ method, url }) => {
    routes.push(...[method].flat().map((each) => `${each} ${url.replaceAll(/:(\w+)/g, '{$1}')}`));
  });
}

beforeAll(async () => {
  subscribe('fastify.initialization', watch);
  service = await startTestService();
  unsubscribe('fastify.initialization', watch);
  client = await createClient(service, await service.token('operator-1', 'ops:read ops:write'));
  ({ document } = client.contract);
});
afterAll(() => service.stop());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );

test('what is routed is what is documented, and nothing else', () => {
  const documented = operations().map(({ method, path }) => `${method} ${path}`);
  const served = routes.filter((route) => !/^GET \/docs\/[a-z-]+\.(js|css)$/.test(route));
  expect(served.toSorted()).toEqual([...documented, ...pages].toSorted());
});

test('the document has every path of the contract', () => {
  const commands = [
    'lines',
    'cancel',
    'fulfil',
    'notes',
    ...['authorize', 'capture', 'void', 'refund', 'chargeback'].map((each) => `payment/${each}`),
  ];
  const queries = [
    '/v1/orders',
    '/v1/orders/{orderId}',
    '/v1/orders/{orderId}/history',
    '/v1/orders/{orderId}/payment',
    '/v1/stats',
    '/v1/ledger/accounts',
    '/v1/ledger/accounts/{code}/entries',
    '/v1/ledger/trial-balance',
    '/v1/projections',
  ];
  const wanted = [
    'POST /v1/orders',
    ...commands.map((command) => `POST /v1/orders/{orderId}/${command}`),
    ...queries.map((path) => `GET ${path}`),
  ];
  expect(routes).toEqual(expect.arrayContaining(wanted));
});

test('another method on a documented path is 405 and says which there are', async () => {
  for (const path of new Set(operations().map((each) => each.path))) {
    const allowed = Object.keys(document.paths[path] ?? {})
      .map((method) => method.toUpperCase())
      .toSorted();
    for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      if (allowed.includes(method)) continue;
      const reply = await fetch(service.url + path.replace(/\{\w+\}/, 'x'), { method });
      expect(reply.status, `${method} ${path}`).toBe(405);
      expect(reply.headers.get('allow')).toBe(allowed.join(', '));
    }
  }
});

test.each([
  '/',
  '/v1',
  '/v1/',
  '/v2/orders',
  '/V1/orders',
  '/v1//orders',
  '/v1/orders;x=1',
  '/v1/orders/..;/stats',
  '/debug',
  '/admin',
  '/v1/admin',
  '/v1/orders/x/y',
  '/.env',
  '/docs/../livez%00',
  '/metrics/',
  '/index.html',
  '/health',
  '/server-status',
])('there is nothing at %s', async (path) => {
  expect((await client.get(path)).status).toBe(404);
});

test('every operation documents its key, its headers, its problems', () => {
  for (const { method, operation } of operations()) {
    const headers = operation.parameters.filter((each) => each.in === 'header').map(({ name }) => name);
    const isCommand = method === 'POST';
    expect(headers).toContain(isCommand ? 'Idempotency-Key' : 'Ledger-Position');
    expect(headers).toContain('X-Request-Id');
    for (const status of ['401', '403', '429', '500', '503'])
      expect(operation.responses).toHaveProperty(status);
    if (isCommand) {
      for (const status of ['400', '404', '409', '412', '413', '415', '422'])
        expect(operation.responses).toHaveProperty(status);
      expect(operation.requestBody).toBeDefined();
    }
  }
});

test('operation ids are unique and camelCase', () => {
  const ids = operations().map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+([A-Z][a-z]+)+$/);
});

test('every problem a response is documented with is one of that status', () => {
  for (const { operation } of operations()) {
    for (const [status, { description }] of Object.entries(operation.responses)) {
      if (Number(status) < 400) continue;
      const slugs = [...description.matchAll(/`([a-z-]+)`/g)].map(
        ([, slug]) => slug as keyof typeof problems,
      );
      expect(slugs.map((slug) => problems[slug].status)).toEqual(slugs.map(() => Number(status)));
    }
  }
});

test('every reference in the document leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(([, name]) => name);
  expect(references.length).toBeGreaterThan(10);
  for (const reference of references) {
    const name = /^#\/components\/schemas\/(\w+)$/.exec(reference ?? '')?.[1] ?? '';
    expect(Object.keys(document.components.schemas), reference).toContain(name);
  }
});

test('it says that keys never expire, and what is not recorded', () => {
  const { description } = (document as unknown as { info: { description: string } }).info;
  expect(description).toMatch(/keys never expire/);
  expect(document.openapi).toMatch(/^3\.1\./);
});

test('every operation is seen to succeed, and to answer what the document says', async () => {
  const path = String((await client.post('/v1/orders', order)).headers.get('location'));
  const commands: readonly (readonly [string, object])[] = [
    ['lines', { lines: order.lines }],
    ['notes', { note: 'ring twice' }],
    ['payment/authorize', { method: { token: 'tok_visa' } }],
    ['payment/void', {}],
    ['payment/authorize', { method: { token: 'tok_visa' } }],
    ['payment/capture', {}],
    ['fulfil', {}],
    ['payment/refund', { amount: 1, reason: 'broken' }],
    ['payment/chargeback', { amount: 1, action: 'open' }],
  ];
  let position = '';
  for (const [command, body] of commands) {
    const reply = await client.post(`${path}/${command}`, body);
    expect(reply.status, command).toBe(200);
    position = reply.headers.get('ledger-position') ?? '';
  }
  const other = String((await client.post('/v1/orders', order)).headers.get('location'));
  await client.post(`${other}/cancel`, { reason: 'changed mind' });
  const entry = {
    currency: 'EUR',
    memo: 'rounding',
    postings: [{ debit: '5400', credit: '1900', amount: 1 }],
  };
  const { entryId } = (await client.post('/v1/ledger/entries', entry)).body;
  const undo = { currency: 'EUR', memo: 'a mistake' };
  position = String(
    (await client.post(`/v1/ledger/entries/${entryId}/reverse`, undo)).headers.get('ledger-position'),
  );
  const accounts = '/v1/ledger/accounts';
  const books = [accounts, `${accounts}/4000/entries`, `${accounts}/4000/statement?currency=EUR`];
  const own = [path, `${path}/history`, `${path}/payment`, `${path}/statement`, ...books];
  const reads = [
    ...own,
    '/v1/orders',
    '/v1/stats',
    '/v1/ledger/trial-balance',
    '/v1/gateway/webhooks',
    '/v1/projections',
  ];
  for (const read of reads) await client.get(read, { headers: { 'ledger-position': position } });
  const { seen } = client.contract;
  for (const { method, operation } of operations()) {
    // Without a payment provider there is nothing to try again: test/http/payments.spec.ts sees it succeed.
    if (operation.operationId === 'retryPayment') continue;
    const status = operation.operationId === 'placeOrder' ? 201 : 200;
    expect(
      seen.get(`${operation.operationId} ${status}`) ?? 0,
      `${method} ${operation.operationId}`,
    ).toBeGreaterThan(0);
  }
});

test('the check that every other test relies on does find what is not as documented', async () => {
  const contract = createContract(document);
  const { status, headers, text } = await client.get('/v1/stats');
  const check = (change: object) => () =>
    contract.check('GET', '/v1/stats', { status, headers, text, ...change });
  expect(check({})).not.toThrow();
  expect(check({ text: text.replace('{', '{"more":1,') })).toThrow(/not as documented/);
  expect(check({ text: text.replace('"orders"', '"order"') })).toThrow(/not as documented/);
  expect(check({ status: 418 })).toThrow(/problem|not in the document/);
  expect(check({ status: 201 })).toThrow(/not in the document/);
  expect(check({ headers: new Headers({ 'content-type': 'application/json' }) })).toThrow(/lacks/);
});
