import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { caches } from '../src/adapters/cache/registry.ts';
import { createSystemClock } from '../src/adapters/system/system-clock.ts';
import { openFileKeys } from '../src/adapters/token-keys/file-keys.ts';
import { openOwnKeys } from '../src/adapters/token-keys/own-keys.ts';
import { readConfig } from '../src/config.ts';
import { root, textOf } from '../tools/source-files.ts';
import { throughPort } from './support/server-places.ts';
import { type RedisServer, startRedis } from './support/servers/redis.ts';
import { startTestService } from './support/service.ts';

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function newPlace(): string {
  const directory = mkdtempSync(join(tmpdir(), 'ledger-secrets-'));
  directories.push(directory);
  return join(directory, 'secrets');
}

function makeSecrets(directory: string) {
  // A umask that would keep everything from everybody: the modes have to be what they have to be all the same.
  const command = 'umask 077 && exec "$0" "$1" "$2"';
  const script = join(root, 'deploy/secrets.ts');
  return spawnSync('sh', ['-c', command, process.execPath, script, directory], { encoding: 'utf8' });
}

function contentsOf(directory: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')]),
  );
}

describe('the secrets of the compose file', () => {
  const directory = newPlace();
  const made = makeSecrets(directory);
  const contents = contentsOf(directory);
  const secretIn = (name: string) => (contents[name] ?? '').trim();

  it('are made in one step, every one that the compose file asks for, and no other', () => {
    expect(made).toMatchObject({ status: 0, stderr: '' });
    const { secrets } = parse(textOf('docker-compose.yml')) as { secrets: Record<string, { file: string }> };
    const asked = Object.values(secrets).map(({ file }) => file.replace('deploy/secrets/', ''));
    expect(Object.keys(contents).toSorted()).toEqual(asked.toSorted());
  });

  it('can be read in any container, and by nobody else on the host: only their owner can enter the directory', () => {
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    for (const name of Object.keys(contents))
      expect(statSync(join(directory, name)).mode & 0o777).toBe(0o444);
  });

  it('are left as they are when it is run again, and different somewhere else', () => {
    const again = makeSecrets(directory);
    expect(again.status).toBe(0);
    expect(again.stdout).not.toMatch(/^made/m);
    expect(contentsOf(directory)).toEqual(contents);
    const elsewhere = newPlace();
    makeSecrets(elsewhere);
    const others = contentsOf(elsewhere);
    for (const [name, text] of Object.entries(contents)) expect(others[name]).not.toBe(text);
  });

  it('are not made in part where the other part is there and would not fit', () => {
    const elsewhere = newPlace();
    makeSecrets(elsewhere);
    unlinkSync(join(elsewhere, 'cache-query'));
    const { status, stderr } = makeSecrets(elsewhere);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^the users of Redis: .*redis-users\.acl would not fit new files/);
    expect(readdirSync(elsewhere)).not.toContain('cache-query');
  });

  it('are what the ledger takes', async () => {
    const config = readConfig({
      HOST: '0.0.0.0',
      AUTH_JWKS: join(directory, 'auth-jwks.json'),
      READ_MODEL_FILE: join(directory, 'read-model-query'),
      CACHE_FILE: join(directory, 'cache-query'),
      CURSOR_SECRET_FILE: join(directory, 'cursor-secret'),
      GATEWAY_WEBHOOK_SECRET_FILE: join(directory, 'gateway-webhook-secret'),
    });
    expect(new URL(config.READ_MODEL)).toMatchObject({
      username: 'query',
      hostname: 'mongo',
      pathname: '/ledger',
    });
    expect(new URL(config.CACHE)).toMatchObject({ username: 'query', hostname: 'redis' });
    const { kid, privateJwk } = JSON.parse(secretIn('auth-keys.json')).keys[0];
    expect(
      await openFileKeys(join(directory, 'auth-jwks.json'), createSystemClock()).find(kid),
    ).toBeDefined();
    expect(secretIn('auth-jwks.json')).not.toContain(privateJwk.d);
  });

  it('sign tokens that a ledger which knows only the public half takes', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'ledger-secrets-')), 'auth-keys.json');
    directories.push(dirname(path));
    writeFileSync(path, secretIn('auth-keys.json'), { mode: 0o600 });
    const issued = { issuer: 'order-ledger', audience: 'order-ledger', lifetimeSMax: 900 };
    const keys = await openOwnKeys({ path, ...issued }, createSystemClock());
    const token = await keys.sign({ subject: 'customer-1', scope: 'orders:read', lifetimeS: 900 });
    const service = await startTestService({ environment: { AUTH_JWKS: join(directory, 'auth-jwks.json') } });
    try {
      const ask = (authorization: string) =>
        fetch(`${service.url}/v1/orders`, { headers: { authorization } });
      expect((await ask(`Bearer ${token}`)).status).toBe(200);
      expect((await ask(`Bearer ${token.slice(0, -6)}AAAAAA`)).status).toBe(401);
    } finally {
      await service.stop();
    }
  });

  it('never give the server of the cache a password, only what a password is compared with', () => {
    const { password } = new URL(secretIn('cache-query'));
    expect(password.length).toBeGreaterThan(40);
    expect(secretIn('redis-users.acl')).not.toContain(password);
  });
});

describe('a Redis with the users that were made for it', () => {
  const directory = newPlace();
  let server: RedisServer;
  const clients: Redis[] = [];

  beforeAll(async () => {
    makeSecrets(directory);
    server = await startRedis({ settings: ['--aclfile', join(directory, 'redis-users.acl')] });
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    await server.stop();
  });

  function clientOf(username: string, password: string): Redis {
    const client = new Redis({
      port: server.port,
      username,
      password,
      maxRetriesPerRequest: 1,
      retryStrategy: null,
    });
    client.on('error', () => {});
    clients.push(client);
    return client;
  }

  function clientWith(file: string): Redis {
    const { username, password } = new URL(readFileSync(join(directory, file), 'utf8').trim());
    return clientOf(username, password);
  }

  it.each(['cache-query', 'cache-projector'])(
    'lets %s use entries of the ledger, by script too',
    async (file) => {
      const client = clientWith(file);
      const script = "return redis.call('SET', KEYS[1], ARGV[1], 'PX', 1000)";
      expect(await client.eval(script, 1, 'ledger:a', '1')).toBe('OK');
      expect(await client.get('ledger:a')).toBe('1');
      expect(await client.info('server')).toContain('redis_version');
    },
  );

  it('lets the cache of the ledger do all that it does', async () => {
    const urlOf = (file: string) =>
      throughPort(readFileSync(join(directory, file), 'utf8').trim(), server.port);
    const options = { entriesMax: 100, answerMsMax: 5_000 };
    const written = await caches['redis']?.(urlOf('cache-projector'), options);
    const read = await caches['redis']?.(urlOf('cache-query'), options);
    const writes = [{ id: 'a', body: '{}' }];
    await written?.documents('order-list', 1).published({ from: 4, to: 4, writes: [], forgets: [] });
    await written?.documents('order-list', 1).published({ from: 4, to: 5, writes, forgets: ['b'] });
    expect(await read?.documents('order-list', 1).get('a')).toMatchObject({ body: '{}', asOf: 5 });
    await read?.documents('order-list', 1).fill('c', { body: '[]', asOf: 5 });
    expect(await written?.documents('order-list', 1).get('c')).toMatchObject({ body: '[]', asOf: 5 });
    expect([written?.figures.failures, read?.figures.failures]).toEqual([0, 0]);
    await Promise.all([written?.close(), read?.close()]);
  });

  it('lets it do nothing else', async () => {
    const client = clientWith('cache-query');
    await expect(client.get('other:a')).rejects.toThrow(/NOPERM/);
    await expect(client.flushall()).rejects.toThrow(/NOPERM/);
    await expect(client.keys('*')).rejects.toThrow(/NOPERM/);
    await expect(client.config('GET', 'maxmemory')).rejects.toThrow(/NOPERM/);
  });

  it('lets nobody in without a password, but to ask whether it is there', async () => {
    await expect(clientOf('default', '').ping()).rejects.toThrow();
    await expect(clientOf('query', 'guessed').ping()).rejects.toThrow();
    // What the health check of the compose file does.
    const args = ['--no-auth-warning', '--user', 'health', '--pass', 'none', '-p', String(server.port)];
    const ask = (...words: string[]) =>
      spawnSync('redis-cli', [...args, ...words], { encoding: 'utf8' }).stdout;
    expect(ask('ping')).toBe('PONG\n');
    expect(ask('get', 'ledger:a')).toMatch(/NOPERM/);
  });
});
