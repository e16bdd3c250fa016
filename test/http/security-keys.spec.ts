import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createClient, eventually } from '../support/http-client.ts';
import { type SigningKey, signed } from '../support/http-tokens.ts';
import { startTestService } from '../support/service.ts';

const directory = mkdtempSync(join(tmpdir(), 'ledger-keys-'));
const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  rmSync(directory, { recursive: true, force: true });
});

function newKey(kid: string, modulusLength = 2_048) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const key: SigningKey = { kid, privateJwk: privateKey.export({ format: 'jwk' }) };
  return { key, published: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
}

/** A key server that answers what it is told, and counts. */
async function keyServer(answer: { status: number; body: string; headers?: Record<string, string> }) {
  const seen = { calls: 0, answer };
  const server = createServer((_request, response) => {
    seen.calls += 1;
    response.writeHead(seen.answer.status, seen.answer.headers).end(seen.answer.body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys` };
}

const keySet = (...published: readonly object[]) => JSON.stringify({ keys: published });

test('keys in a file are taken up when it changes, and a key that is gone bites for tokens not seen before', async () => {
  const [old, fresh] = [newKey('old'), newKey('fresh')];
  const file = join(directory, 'keys.json');
  writeFileSync(file, keySet(old.published));
  const service = await startTestService({ environment: { AUTH_JWKS: file } });
  try {
    const client = await createClient(service);
    const ask = (key: SigningKey, jti: number) =>
      client.get('/v1/orders', { token: signed(key, { claims: { jti } }) });
    expect((await ask(old.key, 1)).status).toBe(200);
    expect((await ask(fresh.key, 1)).status).toBe(401);
    writeFileSync(file, keySet(fresh.published));
    await eventually(
      () => ask(fresh.key, 2),
      ({ status }) => status === 200,
    );
    expect((await ask(old.key, 2)).status).toBe(401);
    writeFileSync(file, '{"half":');
    expect((await ask(fresh.key, 3)).status, 'a file half written leaves the keys there were').toBe(200);
    expect((await client.get('/.well-known/jwks.json')).status, 'keys of others are theirs to publish').toBe(
      404,
    );
  } finally {
    await service.stop();
  }
});

test('tokens of unknown keys make the ledger ask the key server once, not each time', async () => {
  const known = newKey('known');
  const { seen, url } = await keyServer({ status: 200, body: keySet(known.published) });
  const service = await startTestService({ environment: { AUTH_JWKS: url } });
  try {
    const client = await createClient(service);
    expect((await client.get('/v1/orders', { token: signed(known.key) })).status).toBe(200);
    const forged = Array.from({ length: 300 }, (_, index) =>
      client.get('/v1/orders', { token: signed({ ...known.key, kid: `random-${index}` }) }),
    );
    expect(new Set((await Promise.all(forged)).map(({ status }) => status))).toEqual(new Set([401]));
    expect(seen.calls).toBeLessThanOrEqual(2);
  } finally {
    await service.stop();
  }
});

test.each([
  ['an error', { status: 500, body: 'oops' }],
  ['a page', { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } }],
  ['something else', { status: 200, body: '{"keys":5}' }],
  ['another address', { status: 302, body: '', headers: { location: 'http://127.0.0.1:9/keys' } }],
])('a key server that answers %s is our trouble: 503, and not 401 or 500', async (_what, answer) => {
  const { url } = await keyServer(answer);
  const service = await startTestService({ environment: { AUTH_JWKS: url } });
  try {
    const reply = await (await createClient(service)).get('/v1/orders', { token: signed(newKey('any').key) });
    expect(reply.status).toBe(503);
    expect(reply.body['type']).toBe('https://order-ledger.dev/problems/dependency-unavailable');
    expect(reply.headers.has('retry-after')).toBe(true);
    expect(reply.text).not.toContain(url);
  } finally {
    await service.stop();
  }
});

test('a key too short to trust verifies nothing', async () => {
  const short = newKey('short', 1_024);
  const { url } = await keyServer({ status: 200, body: keySet(short.published) });
  const service = await startTestService({ environment: { AUTH_JWKS: url } });
  try {
    const reply = await (await createClient(service)).get('/v1/orders', { token: signed(short.key) });
    expect(reply.status).toBe(401);
  } finally {
    await service.stop();
  }
});

test('keys that were good go on working while the key server is gone', async () => {
  const good = newKey('good');
  const { seen, url } = await keyServer({ status: 200, body: keySet(good.published) });
  const service = await startTestService({ environment: { AUTH_JWKS: url } });
  try {
    const client = await createClient(service);
    expect((await client.get('/v1/orders', { token: signed(good.key) })).status).toBe(200);
    seen.answer = { status: 500, body: '' };
    const again = await client.get('/v1/orders', { token: signed(good.key, { claims: { jti: 2 } }) });
    expect(again.status).toBe(200);
  } finally {
    await service.stop();
  }
});
