import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient, order } from '../support/http-client.ts';
import { rawRequest, sendRaw } from '../support/http-raw.ts';
import {
  goodClaims,
  nowS,
  type SigningKey,
  signed,
  signedWithPublicKey,
  withSignature,
} from '../support/http-tokens.ts';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
let client: Client;
let key: SigningKey;
let attacker: Server;
let attackerUrl: string;
let calls = 0;

beforeAll(async () => {
  service = await startTestService();
  await service.token('customer-1', 'orders:read');
  key = service.signingKey();
  client = await createClient(service);
  attacker = createServer((_request, response) => {
    calls += 1;
    response.end('{}');
  });
  await new Promise<void>((resolve) => attacker.listen(0, '127.0.0.1', resolve));
  attackerUrl = `http://127.0.0.1:${(attacker.address() as AddressInfo).port}/keys`;
});
afterAll(async () => {
  await new Promise((resolve) => attacker.close(resolve));
  await service.stop();
});

const ownKey: SigningKey = {
  kid: 'attacker',
  privateJwk: generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey.export({ format: 'jwk' }),
};

async function expectRefused(token: string): Promise<void> {
  const reply = await client.get('/v1/orders', { token });
  expect(reply.status).toBe(401);
  expect(reply.headers.get('www-authenticate')).toMatch(
    /^Bearer realm="order-ledger", error="invalid_token"/,
  );
  expect(reply.body['type']).toBe('https://order-ledger.dev/problems/unauthenticated');
}

test.each([
  ['', {}],
  ['typ JWT', { header: { typ: 'JWT' } }],
  ['no typ', { header: { typ: undefined } }],
  ['one of several audiences', { claims: { aud: ['other', 'order-ledger'] } }],
  ['claims nobody knows', { claims: { role: 'x', tid: 1 } }],
  ['a clock 3 s ahead', { claims: { iat: nowS() + 3 } }],
])('a good token is taken: %s', async (_what, forgery) => {
  expect((await client.get('/v1/orders', { token: signed(key, forgery) })).status).toBe(200);
});

const at = nowS();
test.each([
  // J2, J3
  ['alg none', () => withSignature(key, '', { header: { alg: 'none' } })],
  ['alg nOnE', () => withSignature(key, '', { header: { alg: 'nOnE' } })],
  ['alg none with a signature', () => withSignature(key, 'AAAA', { header: { alg: 'none' } })],
  ['no signature', () => withSignature(key, '')],
  ['HS256 over the public key as PEM', () => signedWithPublicKey(key, 'pem')],
  ['HS256 over the public key as JWK', () => signedWithPublicKey(key, 'jwk')],
  ['another algorithm', () => signed(key, { header: { alg: 'RS512' } })],
  ['PS256', () => signed(key, { header: { alg: 'PS256' } })],
  ['no algorithm', () => signed(key, { header: { alg: undefined } })],
  // J4
  ['expired', () => signed(key, { claims: { iat: at - 1_000, exp: at - 100 } })],
  ['not yet good', () => signed(key, { claims: { nbf: at + 600 } })],
  ['no exp', () => signed(key, { claims: { exp: undefined } })],
  ['exp as text', () => signed(key, { claims: { exp: `${at + 900}` } })],
  ['exp a fraction', () => signed(key, { claims: { exp: at + 900.5 } })],
  [
    'exp without end',
    () =>
      signed(key, {
        claims: `{"iss":"order-ledger","aud":"order-ledger","sub":"a","iat":${at},"exp":1e400}`,
      }),
  ],
  ['no iat', () => signed(key, { claims: { iat: undefined } })],
  ['no sub', () => signed(key, { claims: { sub: undefined } })],
  ['sub a number', () => signed(key, { claims: { sub: 5 } })],
  ['sub empty', () => signed(key, { claims: { sub: '' } })],
  ['sub a list', () => signed(key, { claims: { sub: ['customer-1'] } })],
  ['sub with a separator', () => signed(key, { claims: { sub: 'a|POST /v1/orders|b' } })],
  ['sub too long', () => signed(key, { claims: { sub: 'a'.repeat(65) } })],
  [
    'sub twice',
    () => signed(key, { claims: JSON.stringify(goodClaims()).replace('{', '{"sub":"customer-2",') }),
  ],
  [
    'sub spelt with an escape',
    () => signed(key, { claims: JSON.stringify(goodClaims()).replace('"sub"', '"\\u0073ub"') }),
  ],
  ['claims that are no object', () => signed(key, { claims: '[]' })],
  // J5
  ['issued in the future', () => signed(key, { claims: { iat: at + 3_600, exp: at + 4_000 } })],
  ['good for ten years', () => signed(key, { claims: { exp: at + 315_360_000 } })],
  // J6
  ['wrong issuer', () => signed(key, { claims: { iss: 'https://evil' } })],
  ['issuer a list', () => signed(key, { claims: { iss: ['order-ledger'] } })],
  ['wrong audience', () => signed(key, { claims: { aud: 'other' } })],
  ['audiences without us', () => signed(key, { claims: { aud: ['other', 'order-ledger2'] } })],
  ['an ID token', () => signed(key, { header: { typ: 'id+jwt' } })],
  ['another key of the attacker', () => signed(ownKey)],
  ['another key under our name', () => signed({ ...ownKey, kid: key.kid })],
  // J7
  ['kid a path', () => signed(ownKey, { header: { kid: '../../dev/null' } })],
  ['kid SQL', () => signed(ownKey, { header: { kid: "' OR 1=1 --" } })],
  ['kid of 5 kB', () => signed(ownKey, { header: { kid: 'k'.repeat(5_000) } })],
  ['kid a list', () => signed(ownKey, { header: { kid: [key.kid] } })],
  ['kid the prototype', () => signed(ownKey, { header: { kid: '__proto__' } })],
  ['no kid', () => signed(ownKey, { header: { kid: undefined } })],
  ['a key brought along', () => signed(ownKey, { header: { jwk: ownKey.privateJwk } })],
  ['keys from elsewhere', () => signed(ownKey, { header: { jku: attackerUrl, x5u: attackerUrl } })],
  // J8
  ['an extension we must know', () => signed(key, { header: { crit: ['exp2'], exp2: 1 } })],
  ['b64 false', () => signed(key, { header: { b64: false, crit: ['b64'] } })],
  ['five parts', () => `${signed(key)}.AAAA.AAAA`],
  ['garbage', () => 'not.a.token'],
  ['a header that is no JSON', () => signed(key, { header: 'alg=RS256' })],
  ['longer than 8 kB', () => signed(key, { claims: { note: 'x'.repeat(8_000) } })],
  // J9
  ['signature cut', () => signed(key).slice(0, -10)],
  [
    'one bit of the signature',
    () =>
      signed(key).replace(
        /\.([\w-]{20})([\w-])([\w-]+)$/,
        (_, a, b, c) => `.${a}${b === 'A' ? 'B' : 'A'}${c}`,
      ),
  ],
  [
    'payload of another token',
    () =>
      [
        signed(key).split('.')[0],
        signed(key, { claims: { sub: 'customer-2' } }).split('.')[1],
        signed(key).split('.')[2],
      ].join('.'),
  ],
  ['padding', () => `${signed(key)}==`],
])('a token is refused: %s', async (_what, make) => {
  await expectRefused(make());
});

test('nothing a token says makes the ledger call anywhere', () => {
  expect(calls).toBe(0);
});

test.each([
  ['none', []],
  ['empty', ['Authorization:']],
  ['Basic', ['Authorization: Basic dXNlcjpwYXNz']],
  ['the scheme alone', ['Authorization: Bearer']],
  ['the scheme twice', ['Authorization: Bearer Bearer TOKEN']],
  ['two tokens in one', ['Authorization: Bearer TOKEN, Bearer TOKEN']],
  ['sent twice', ['Authorization: Bearer TOKEN', 'Authorization: Bearer TOKEN']],
  ['sent twice, the second bad', ['Authorization: Bearer TOKEN', 'Authorization: Basic eA==']],
  ['another scheme', ['Authorization: DPoP TOKEN']],
  ['in a cookie', ['Cookie: token=TOKEN; access_token=TOKEN']],
  ['in another header', ['X-Access-Token: TOKEN', 'X-User: customer-1', 'X-Role: admin']],
])('a token is nowhere else but once in Authorization: %s', async (_what, lines) => {
  const token = signed(key);
  const request = ['GET /v1/orders HTTP/1.1', 'Host: ledger', 'Connection: close', ...lines];
  const reply = await sendRaw(service.port, rawRequest(request).replaceAll('TOKEN', token), {
    listenMs: 3_000,
  });
  expect(reply.statuses).toEqual([401]);
  expect(reply.text.toLowerCase()).toContain('www-authenticate: bearer realm="order-ledger"');
});

test('a token in the query or in the body is no token', async () => {
  const token = signed(key);
  expect((await client.get(`/v1/orders?access_token=${token}`)).status).toBe(401);
  expect((await client.post('/v1/orders', { ...order, access_token: token })).status).toBe(401);
});

test('a token of a megabyte is turned away at the door', async () => {
  const lines = ['GET /v1/orders HTTP/1.1', 'Host: ledger', `Authorization: Bearer ${'x'.repeat(1_048_576)}`];
  const reply = await sendRaw(service.port, rawRequest(lines), { listenMs: 3_000 });
  expect(reply.statuses[0] ?? 431).toBe(431);
  expect(reply.closed).toBe(true);
});

test('a token stops working a few seconds after it expires', async () => {
  const token = signed(key, { claims: { iat: nowS() - 10, exp: nowS() - 3 } });
  expect((await client.get('/v1/orders', { token })).status, 'within the tolerance').toBe(200);
  const deadline = performance.now() + 8_000;
  let status = 200;
  while (status === 200 && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    ({ status } = await client.get('/v1/orders', { token }));
  }
  expect(status).toBe(401);
});

test.each([
  ['a list', ['orders:read']],
  ['a number', 1],
  ['null', null],
  ['nothing', undefined],
  ['other case', 'ORDERS:READ'],
  ['commas', 'orders:read,ops:read'],
  ['a prefix', 'orders:reader'],
  ['a name of the prototype', 'constructor toString __proto__'],
])('a scope that is %s grants nothing', async (_what, scope) => {
  const reply = await client.get('/v1/orders', { token: signed(key, { claims: { scope } }) });
  expect(reply.status).toBe(403);
});

test('a claim about roles grants nothing, nor does a header', async () => {
  const token = signed(key, { claims: { role: 'admin', roles: ['admin'], scp: 'admin ops:read' } });
  const headers = { 'x-scope': 'ops:read', 'x-role': 'admin', 'x-original-url': '/v1/orders' };
  expect((await client.get('/v1/stats', { token, headers })).status).toBe(403);
});
