import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startService } from '../../src/service.ts';
import { type Client, createClient, eventually, order, type Reply } from '../support/http-client.ts';
import { available, type RedisServer, startRedis } from '../support/servers/redis.ts';
import { startTestService, type TestService } from '../support/service.ts';

const writers = 4;
const rounds = 25;
const flushEveryMs = 15;

/** One process of all roles and one that answers queries alone, on the same stores and the same Redis. */
describe.skipIf(!available())('two processes that share a cache', { timeout: 60_000 }, () => {
  let redis: RedisServer;
  let service: TestService;
  let stopQueries: () => Promise<void>;
  let clients: readonly Client[];
  let keys: Redis;

  beforeAll(async () => {
    redis = await startRedis();
    keys = new Redis(redis.url);
    service = await startTestService({ environment: { CACHE: `${redis.url}?keyPrefix=t1:` } });
    const queries = await startService(service.config, new Set(['query']), () => {});
    stopQueries = queries.stop;
    const token = await service.token('customer-1', 'orders:write orders:read');
    const elsewhere = { ...service, url: queries.url };
    clients = [await createClient(service, token), await createClient(elsewhere, token)];
  });
  afterAll(async () => {
    keys?.disconnect();
    await stopQueries?.();
    await service?.stop();
    await redis?.stop();
  });

  const client = (which: number): Client => {
    const found = clients[which % clients.length];
    if (found === undefined) throw new Error('there are clients');
    return found;
  };
  const positionOf = (reply: Reply) => Number(reply.headers.get('ledger-position'));
  const since = (reply: Reply) => ({ headers: { 'ledger-position': String(positionOf(reply)) } });

  test('what one has read or the projector has written, the other finds there', async () => {
    const placed = await client(0).post('/v1/orders', order);
    const path = String(placed.headers.get('location'));
    for (const which of [1, 0]) {
      const read = await eventually(
        () => client(which).get(path, since(placed)),
        ({ headers }) => headers.get('x-cache') === 'HIT',
      );
      expect(read).toMatchObject({ status: 200, text: placed.text });
    }
    const noted = await client(0).post(`${path}/notes`, { note: 'ring twice' });
    const read = await client(1).get(path, since(noted));
    expect(read.text).toBe(noted.text);
  });

  test('that is emptied again and again under load makes nothing fail, and nothing old', async () => {
    const written = new Map<string, { readonly revision: number; readonly position: number }[]>();
    let done = false;
    let hits = 0;
    const flushing = (async () => {
      for (; !done; await new Promise((resolve) => setTimeout(resolve, flushEveryMs))) await keys.flushall();
    })();
    const writing = Promise.all(Array.from({ length: writers }, (_, which) => write(which)));
    const reading = Promise.all([0, 1, 2, 3].map(read));
    await writing;
    done = true;
    await Promise.all([flushing, reading]);
    // Now and then it was even of use.
    expect(hits).toBeGreaterThan(0);

    async function write(which: number): Promise<void> {
      let last = await client(0).post('/v1/orders', order);
      const path = String(last.headers.get('location'));
      const facts: { readonly revision: number; readonly position: number }[] = [];
      for (let round = 0; round < rounds; round++) {
        expect(last.status).toBeLessThan(300);
        facts.push({ revision: round, position: positionOf(last) });
        written.set(path, facts);
        const there = await client(which + round).get(path, since(last));
        expect(there).toMatchObject({ status: 200, text: last.text });
        expect(positionOf(there)).toBeGreaterThanOrEqual(positionOf(last));
        last = await client(0).post(`${path}/notes`, { note: `round ${round}` });
      }
    }

    /** Whatever is answered was so at the position that it says. */
    async function read(which: number): Promise<void> {
      while (!done) {
        for (const path of written.keys()) {
          const reply = await client(which).get(path);
          if (reply.status === 404) continue;
          expect(reply.status).toBe(200);
          if (reply.headers.get('x-cache') === 'HIT') hits += 1;
          const revision = Number(reply.headers.get('etag')?.replaceAll('"', ''));
          const known = written.get(path)?.filter(({ position }) => position <= positionOf(reply)) ?? [];
          expect(revision).toBeGreaterThanOrEqual(known.at(-1)?.revision ?? 0);
        }
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
  });

  test('that is gone makes nothing fail, and is used again when it is back', async () => {
    const placed = await client(0).post('/v1/orders', order);
    const path = String(placed.headers.get('location'));
    await redis.stop();
    for (let round = 0; round < 20; round++) {
      const reply = await client(round).get(path, since(placed));
      expect(reply).toMatchObject({ status: 200, text: placed.text });
    }
    const health = await fetch(`${service.url}/readyz`);
    expect(health.status).toBe(200);
    redis = await startRedis({ port: redis.port });
    for (const which of [0, 1])
      await eventually(
        () => client(which).get(path),
        ({ headers }) => headers.get('x-cache') === 'HIT',
      );
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    expect(metrics).toMatch(/^ledger_cache_reads_total\{outcome="hit"\} [1-9]/m);
    expect(metrics).toMatch(/^ledger_cache_bypassed 0$/m);
  });
});
