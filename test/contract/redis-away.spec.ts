import { execFileSync } from 'node:child_process';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openRedisCache } from '../../src/adapters/cache/redis/redis-cache.ts';
import type { Cache, FoundEntry } from '../../src/ports/cache.ts';
import { startFaultProxy } from '../support/fault-proxy.ts';
import { freePort } from '../support/free-port.ts';
import { selfSigned } from '../support/self-signed.ts';
import { available, type RedisServer, startRedis } from '../support/servers/redis.ts';
import { closedAfterwards, eventually, temporaryDirectory } from '../support/store-directory.ts';

/** The budget of 50 ms, and what a busy machine adds to it. */
const answerMsMax = 500;
const recoveryMsMax = 5_000;

const id = 'a';
const body = '{"revision":3}';
const name = 'order-details@1';

async function serverOfOwn(options: Parameters<typeof startRedis>[0] = {}): Promise<RedisServer> {
  const server = await startRedis(options);
  onTestFinished(() => server.stop());
  return server;
}

async function opened(url: string) {
  const said: string[] = [];
  const hear = (fields: object, message: string) => said.push(`${JSON.stringify(fields)} ${message}`);
  const logger = { debug: hear, info: hear, warn: hear, error: hear };
  const cache = closedAfterwards(await openRedisCache(url, { logger }));
  return { cache, documents: cache.documents('order-details', 1), said };
}

async function kept(cache: Cache): Promise<FoundEntry | undefined> {
  const documents = cache.documents('order-details', 1);
  await documents.published({ from: 1, to: 1, writes: [{ id, body }], forgets: [] });
  return documents.get(id);
}

async function worksAgain(cache: Cache): Promise<void> {
  await eventually('the cache to work again', async () => (await kept(cache)) !== undefined, recoveryMsMax);
  await eventually(
    'it to say so',
    async () =>
      cache.check?.().then(
        () => true,
        () => false,
      ) ?? true,
  );
}

/** Everybody asks, fills and writes, and is told nothing, soon. */
async function isAwayUnnoticed(cache: Cache): Promise<void> {
  const documents = cache.documents('order-details', 1);
  for (let round = 0; round < 6; round++) {
    const startedMs = performance.now();
    const found = await Promise.all(Array.from({ length: 20 }, () => documents.get(id)));
    expect(performance.now() - startedMs).toBeLessThan(answerMsMax);
    expect(found.every((entry) => entry === undefined)).toBe(true);
    await documents.fill(id, { body, asOf: 1 });
    await documents.published({ from: 1, to: 1, writes: [], forgets: [] });
    expect(performance.now() - startedMs).toBeLessThan(3 * answerMsMax);
  }
}

describe.skipIf(!available())('a Redis', { timeout: 30_000 }, () => {
  test('that is not there at the start is waited for by nobody, and used when it comes', async () => {
    const port = await freePort();
    const startedMs = performance.now();
    const { cache, said } = await opened(`redis://:hunter2@127.0.0.1:${port}`);
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    await isAwayUnnoticed(cache);
    await expect(cache.check?.()).rejects.toThrow('cache');
    await serverOfOwn({ port, settings: ['--requirepass', 'hunter2'] });
    await worksAgain(cache);
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(/is away/);
    expect(said[1]).toMatch(/used again/);
    expect(said.join()).not.toContain('hunter2');
  });

  test('that dies is not noticed, and neither is that it comes back empty', async () => {
    const server = await serverOfOwn();
    const { cache, documents, said } = await opened(server.url);
    expect(await kept(cache)).toMatchObject({ body });
    const asking = Array.from({ length: 50 }, () => documents.get(id));
    await server.stop();
    for (const found of await Promise.all(asking)) expect([undefined, body]).toContain(found?.body);
    await isAwayUnnoticed(cache);
    await serverOfOwn({ port: server.port });
    await worksAgain(cache);
    expect(said).toHaveLength(2);
  });

  test('that stands still costs nobody more than the budget, is then left alone, and is used when it goes on', async () => {
    const server = await serverOfOwn();
    const { cache, documents, said } = await opened(server.url);
    await kept(cache);
    process.kill(server.pid, 'SIGSTOP');
    onTestFinished(() => void process.kill(server.pid, 'SIGCONT'));
    await isAwayUnnoticed(cache);
    expect(cache.figures.failures).toBeGreaterThan(2);
    expect(said).toHaveLength(1);
    // Nobody waits now: there is not even a promise.
    const waits = Array.from({ length: 100 }, () => documents.get(id)).filter((found) => found !== undefined);
    expect(waits.length).toBeLessThan(100);
    process.kill(server.pid, 'SIGCONT');
    await worksAgain(cache);
    expect(cache.figures.bypassed).toBe(false);
    expect(said).toHaveLength(2);
  });

  test.each([
    { kind: 'slow', latencyMs: 200, jitterMs: 20 },
    { kind: 'refuse' },
    { kind: 'reset', bytesMax: 40 },
    { kind: 'cut', direction: 'replies', chunksMax: 2 },
    { kind: 'blackhole', ending: 'late' },
    { kind: 'blackhole', ending: 'silent' },
  ] as const)('behind a faulty network costs no more than the budget: $kind', async (fault) => {
    const server = await serverOfOwn();
    const proxy = await startFaultProxy({ to: { host: '127.0.0.1', port: server.port }, seed: 7 });
    onTestFinished(() => proxy.stop());
    const { cache } = await opened(`redis://127.0.0.1:${proxy.port}`);
    expect(await kept(cache)).toMatchObject({ body });
    const other = await opened(server.url);
    await other.cache.documents('order-details', 1).published({ from: 0, to: 2, writes: [], forgets: [id] });
    await proxy.suffer(fault);
    await isAwayUnnoticed(cache);
    if (fault.kind === 'slow' || fault.kind === 'blackhole')
      expect(cache.figures.failures).toBeGreaterThan(2);
    await proxy.heal();
    await eventually(
      'it to be used',
      async () => {
        await cache
          .documents('order-details', 1)
          .published({ from: 2, to: 2, writes: [{ id, body }], forgets: [] });
        return (await cache.documents('order-details', 1).get(id)) !== undefined;
      },
      recoveryMsMax,
    );
  });

  test('with somebody else’s values under our keys gives none of them, and is put right', async () => {
    const server = await serverOfOwn();
    const { cache, documents } = await opened(`${server.url}?keyPrefix=t1:`);
    const client = new Redis(server.url);
    onTestFinished(() => client.disconnect());
    for (const key of [`t1:${name}`, `t1:${name}:${id}`]) {
      for (const spoil of [
        () => client.set(key, 'garbage'),
        () => client.set(key, Buffer.from([0xff, 0x00, 0xfe, 0x0a, 0x0a])),
        () => client.set(key, ''),
        () => client.set(key, '1 99999999999999999999 5 x\n\n{"a":1}'),
        () => client.lpush(key, 'a list'),
        () => client.hset(key, 'a', 'hash'),
      ]) {
        await client.del(key);
        await spoil();
        expect((await documents.get(id))?.isCurrent ?? false).toBe(false);
        expect(await kept(cache)).toEqual({ body, asOf: 1, isCurrent: true });
      }
    }
    expect((await client.keys('*')).toSorted()).toEqual([`t1:${name}`, `t1:${name}:${id}`]);
    expect(await client.pttl(`t1:${name}:${id}`)).toBeGreaterThan(500_000);
    expect(await client.pttl(`t1:${name}`)).toBeLessThanOrEqual(1_500);
  });

  test('that has no memory left keeps what it has, and nobody hears of it', async () => {
    const server = await serverOfOwn({
      settings: ['--maxmemory', '3mb', '--maxmemory-policy', 'noeviction'],
    });
    const { cache, documents } = await opened(server.url);
    await kept(cache);
    const large = JSON.stringify({ text: 'x'.repeat(100_000) });
    for (let index = 0; index < 40; index++) await documents.fill(`large-${index}`, { body: large, asOf: 1 });
    expect(cache.figures.failures).toBeGreaterThan(0);
    const client = new Redis(server.url);
    onTestFinished(() => client.disconnect());
    await client.flushall();
    await worksAgain(cache);
  });

  test('that forgets its scripts is told them again', async () => {
    const server = await serverOfOwn();
    const { cache } = await opened(server.url);
    expect(await kept(cache)).toBeDefined();
    const client = new Redis(server.url);
    onTestFinished(() => client.disconnect());
    await client.flushall();
    await client.script('FLUSH');
    await worksAgain(cache);
  });

  test.each([
    { as: ':hunter2@', why: 'WRONGPASS' },
    { as: '', why: 'NOAUTH' },
  ])(
    'that does not let us in ($why) is as good as not there, and no password is shown',
    async ({ as, why }) => {
      const server = await serverOfOwn({ settings: ['--requirepass', 'right'] });
      const { cache, said } = await opened(`redis://${as}127.0.0.1:${server.port}`);
      await isAwayUnnoticed(cache);
      const failure: unknown = await cache.check?.().catch((error: unknown) => error);
      expect(String(failure)).toContain('cache');
      expect(String(failure) + said.join()).not.toContain('hunter2');
      await eventually('it to say so', async () => {
        await cache.documents('order-details', 1).get(id);
        return said.length > 0;
      });
      expect(said).toEqual([expect.stringContaining(why)]);
    },
  );

  test('over TLS is used where its certificate is trusted, and nowhere else', async () => {
    const { certificateFile, keyFile } = selfSigned(temporaryDirectory());
    const port = await freePort();
    const files = [
      '--tls-cert-file',
      certificateFile,
      '--tls-key-file',
      keyFile,
      '--tls-ca-cert-file',
      certificateFile,
    ];
    const tls = ['--port', '0', '--tls-port', String(port), '--tls-auth-clients', 'no', ...files];
    await serverOfOwn({ port, settings: tls });
    const url = `rediss://127.0.0.1:${port}`;
    const { cache, said } = await opened(url);
    await isAwayUnnoticed(cache);
    expect(said[0]).toMatch(/self.signed/);
    // Node reads who it trusts beyond the usual only when it starts.
    const script = `
      const { openRedisCache } = await import('./src/adapters/cache/redis/redis-cache.ts');
      const cache = await openRedisCache('${url}', {});
      await cache.check();
      await cache.close();`;
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: certificateFile };
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], { env, stdio: 'pipe' });
  });
});
