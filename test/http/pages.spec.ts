import { afterAll, beforeAll, expect, test } from 'vitest';
import { projections as registered } from '../../src/projections/registry.ts';
import { type Client, createClient, order } from '../support/http-client.ts';
import { startTestService, type TestService } from '../support/service.ts';
import { onFiles } from '../support/test-servers.ts';

let service: TestService;
let client: Client;

beforeAll(async () => {
  service = await startTestService();
  client = await createClient(service, await service.token('operator-1', 'ops:write ops:read'));
});
afterAll(() => service.stop());

test('the process says that it lives, without being asked who wants to know', async () => {
  expect(await client.get('/livez', { token: '' })).toMatchObject({
    status: 200,
    text: '{"status":"alive"}',
  });
});

test('readiness names every dependency and every projection, with how far it is', async () => {
  const placed = await client.post('/v1/orders', order);
  const headers = { 'ledger-position': placed.headers.get('ledger-position') ?? '' };
  for (const path of ['/v1/orders', '/v1/stats']) await client.get(path, { headers });
  const { status, body } = await client.get('/readyz', { token: '' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: 'ready',
    dependencies: [
      { name: 'event store', status: 'up', latencyMs: expect.any(Number) },
      { name: 'read model', status: 'up', latencyMs: expect.any(Number) },
      ...(onFiles ? [] : [{ name: 'cache', status: 'up', latencyMs: expect.any(Number) }]),
    ],
  });
  const projections = body['projections'] as readonly object[];
  expect(projections).toHaveLength(registered.length);
  for (const projection of projections) {
    expect(projection).toMatchObject({
      name: expect.any(String),
      state: 'live',
      head: expect.any(Number),
      lag: expect.any(Number),
    });
  }
});

test('the figures count what became of commands, requests by route, and the projections', async () => {
  const key = '"counted-key"';
  await client.post('/v1/orders', order, { key });
  await client.post('/v1/orders', order, { key });
  await client.post('/v1/orders', { ...order, currency: 'USD' }, { key });
  const { status, headers, text } = await client.get('/metrics');
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const figure = (name: string) =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(name))
        ?.split(' ')
        .at(-1),
    );
  expect(figure('ledger_commands_total{outcome="executed"}')).toBeGreaterThanOrEqual(1);
  expect(figure('ledger_commands_total{outcome="replayed"}')).toBe(1);
  expect(figure('ledger_commands_total{outcome="key-reused"}')).toBe(1);
  for (const outcome of ['refused', 'conflict-retried', 'outcome-unknown'])
    expect(figure(`ledger_commands_total{outcome="${outcome}"}`)).toBe(0);
  expect(
    figure('ledger_http_request_duration_seconds_count{method="POST",route="/v1/orders",status="422"}'),
  ).toBe(1);
  for (const dependency of ['event store', 'read model'])
    expect(figure(`ledger_dependency_up{dependency="${dependency}"}`)).toBe(1);
  for (const name of ['position', 'lag', 'halted'])
    expect(figure(`ledger_projection_${name}{projection="order-details"}`)).toBeGreaterThanOrEqual(0);
});

test('figures have labels of routes, never of ids', async () => {
  const placed = await client.post('/v1/orders', order);
  await client.get(String(placed.headers.get('location')));
  const { text } = await client.get('/metrics');
  expect(text).not.toContain(String(placed.body['orderId']));
  expect(text).toContain('route="/v1/orders/:orderId"');
});

test('the public keys are published, and only they', async () => {
  const { status, body, headers } = await client.get('/.well-known/jwks.json', { token: '' });
  expect(status).toBe(200);
  expect(headers.get('cache-control')).toBe('public, max-age=60');
  const keys = body['keys'] as readonly object[];
  expect(keys).toHaveLength(1);
  for (const key of keys) expect(Object.keys(key).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
});

test('the page of the documentation comes without anything from elsewhere', async () => {
  const page = await client.get('/docs', { token: '' });
  expect(page.status).toBe(200);
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(page.headers.get('content-security-policy')).toMatch(/default-src 'none'/);
  expect(page.text).not.toMatch(/https?:\/\/(?!order-ledger\.dev)/);
  const parts = [...page.text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, path = '']) => path);
  expect(parts.length).toBeGreaterThan(1);
  for (const path of parts) {
    const part = await client.get(new URL(path, `${service.url}/docs`).pathname, { token: '' });
    expect(part.status, path).toBe(200);
  }
});

test('a service that was stopped is gone from its port', async () => {
  const mine = await startTestService();
  const url = mine.url;
  await mine.stop();
  await expect(fetch(`${url}/livez`)).rejects.toThrow();
});
