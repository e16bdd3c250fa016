import { expect, test } from 'vitest';
import { createClient, order } from '../support/http-client.ts';
import { startTestService, type TestService } from '../support/service.ts';

async function withService(
  options: Parameters<typeof startTestService>[0],
  use: (service: TestService) => Promise<TestService | undefined>,
): Promise<void> {
  const service = await startTestService(options);
  let last: TestService | undefined = service;
  try {
    last = (await use(service)) ?? service;
  } finally {
    await last.stop();
  }
}

const everything = 'orders:write orders:read ops:write ops:read';

test('a read that must be newer than the projection waits its time, then says 504 and when to come back', async () => {
  await withService({ environment: { READ_WAIT_MS_MAX: '300' } }, async (service) => {
    const token = await service.token('customer-1', everything);
    const first = await (await createClient(service, token)).post('/v1/orders', order);
    const alone = await service.restart(['command', 'query']);
    const client = await createClient(alone, token);
    const placed = await client.post('/v1/orders', order);
    const position = placed.headers.get('ledger-position') ?? '';
    for (const path of [String(placed.headers.get('location')), '/v1/orders', '/v1/stats']) {
      const startedMs = performance.now();
      const reply = await client.get(path, { headers: { 'ledger-position': position } });
      const tookMs = performance.now() - startedMs;
      expect(reply.status).toBe(504);
      expect(reply.body['type']).toBe('https://order-ledger.dev/problems/projection-behind');
      expect(reply.headers.get('retry-after')).toBe('1');
      expect(tookMs).toBeGreaterThanOrEqual(290);
      expect(tookMs).toBeLessThan(2_000);
    }
    // What does not come from a projection is answered all the same.
    const history = await client.get(`${placed.headers.get('location')}/history`, {
      headers: { 'ledger-position': position },
    });
    expect(history.status).toBe(200);
    expect((await client.get(String(first.headers.get('location')))).status).toBe(200);
    return alone;
  });
});

test('a position far ahead of the log is waited for no longer than any other', async () => {
  await withService({ environment: { READ_WAIT_MS_MAX: '200' } }, async (service) => {
    const client = await createClient(service, await service.token('customer-1', everything));
    const path = String((await client.post('/v1/orders', order)).headers.get('location'));
    const reads = [path, `${path}/history`, `${path}?revision=0`, '/v1/projections'];
    const waits = Array.from({ length: 20 }, (_, n) =>
      client.get(reads[n % 4] ?? path, { headers: { 'ledger-position': '999999999999999' } }),
    );
    expect(new Set((await Promise.all(waits)).map(({ status }) => status))).toEqual(new Set([504]));
    return undefined;
  });
});

test('a process of one role serves its operations and documents no others', async () => {
  await withService({ roles: ['command'] }, async (service) => {
    const token = await service.token('customer-1', everything);
    const client = await createClient(service, token);
    expect((await client.post('/v1/orders', order)).status).toBe(201);
    expect((await client.get('/v1/orders')).status).toBe(405);
    expect((await client.get('/v1/stats')).status).toBe(404);
    expect(Object.keys(client.contract.document.paths)).not.toContain('/v1/stats');
    return undefined;
  });
});

test('a process that only queries has no command, and reads what others wrote', async () => {
  await withService({}, async (service) => {
    const token = await service.token('customer-1', everything);
    const placed = await (await createClient(service, token)).post('/v1/orders', order);
    const position = { headers: { 'ledger-position': placed.headers.get('ledger-position') ?? '' } };
    const path = String(placed.headers.get('location'));
    await (await createClient(service, token)).get(path, position);
    const readOnly = await service.restart(['query']);
    const client = await createClient(readOnly, token);
    expect(await client.get(path, position)).toMatchObject({ status: 200, text: placed.text });
    expect((await client.post('/v1/orders', order)).status).toBe(405);
    return readOnly;
  });
});

test('limits per caller and per address answer 429 with what is left and when', async () => {
  await withService(
    { environment: { RATE_LIMIT_SUBJECT: '5', RATE_LIMIT_ADDRESS: '12' } },
    async (service) => {
      const client = await createClient(service, await service.token('customer-1', everything));
      const other = client.as(await service.token('customer-2', everything));
      const statuses: number[] = [];
      for (let count = 0; count < 6; count++) statuses.push((await client.get('/v1/orders')).status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
      const refused = await client.post('/v1/orders', order);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.headers.get('ratelimit-policy')).toBe('"default";q=5;w=60');
      expect(refused.headers.get('ratelimit')).toMatch(/^"default";r=0;t=\d+$/);
      expect((await other.get('/v1/orders')).status, 'another caller is another limit').toBe(200);
      for (let count = 8; count < 12; count++) await other.get('/v1/orders');
      expect(
        (await client.get('/v1/orders', { token: 'a.b.c' })).status,
        'the address is counted before the token',
      ).toBe(429);
      expect((await client.get('/livez')).status).toBe(200);
      return undefined;
    },
  );
});

test('where only the standard’s form of a key is taken, a bare one is refused', async () => {
  await withService({ environment: { IDEMPOTENCY_KEYS: 'strict' } }, async (service) => {
    const client = await createClient(service, await service.token('customer-1', everything));
    expect((await client.post('/v1/orders', order, { key: 'bare-key-1' })).status).toBe(400);
    expect((await client.post('/v1/orders', order, { key: '"bare-key-1"' })).status).toBe(201);
    return undefined;
  });
});

test('everything works alike on stores in memory', async () => {
  const environment = { EVENT_STORE: 'memory:', READ_MODEL: 'memory:' };
  await withService({ environment }, async (service) => {
    const client = await createClient(service, await service.token('customer-1', everything));
    const placed = await client.post('/v1/orders', order);
    const position = { headers: { 'ledger-position': placed.headers.get('ledger-position') ?? '' } };
    const read = await client.get(String(placed.headers.get('location')), position);
    expect(read).toMatchObject({ status: 200, text: placed.text });
    return undefined;
  });
});
