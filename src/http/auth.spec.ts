import { generateKeyPairSync, type webcrypto } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { type SigningKey, signed } from '../../test/support/http-tokens.ts';
import { StoreUnavailable } from '../domain/kernel/faults.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { Clock } from '../ports/clock.ts';
import { createAuthenticator, type Principal } from './auth.ts';
import { Problem } from './problem.ts';

const startMs = Date.UTC(2026, 0, 31, 9, 30);
const startS = startMs / 1_000;
const settings = { issuer: 'order-ledger', audience: 'order-ledger', lifetimeSMax: 86_400 };
const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const key: SigningKey = { kid: 'key-1', privateJwk: pair.privateKey.export({ format: 'jwk' }) };
let publicKey: webcrypto.CryptoKey;

beforeAll(async () => {
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  publicKey = await crypto.subtle.importKey(
    'jwk',
    pair.publicKey.export({ format: 'jwk' }),
    algorithm,
    true,
    ['verify'],
  );
});

const usual = {};

/** An authenticator, the clock it sees, and how often it looked for a key. */
function given() {
  const state = { elapsedMs: 0, wallMs: startMs, lookups: 0, down: false };
  const clock: Pick<Clock, 'now' | 'monotonicMs'> = {
    now: () => new Date(state.wallMs + state.elapsedMs).toISOString() as Instant,
    monotonicMs: () => state.elapsedMs,
  };
  const find = async (kid: string | undefined) => {
    state.lookups += 1;
    if (state.down) throw new StoreUnavailable('key server', 'no route', 'Start it.');
    return kid === key.kid ? publicKey : undefined;
  };
  const authenticate = createAuthenticator({ find }, clock as Clock, settings);
  return {
    state,
    authenticate: async (header: string | undefined, connection: object = usual): Promise<Principal> =>
      authenticate(header, connection),
  };
}

/** `bearer` in every mixture of cases. */
const spellings = Array.from({ length: 64 }, (_, bits) =>
  [...'bearer'].map((letter, index) => ((bits >> index) & 1 ? letter.toUpperCase() : letter)).join(''),
);

const bearer = (claims: object = {}, header: object = {}) =>
  `Bearer ${signed(key, { header, claims: { iat: startS, exp: startS + 900, ...claims } })}`;

test('a good token says who is calling and what for', async () => {
  const { authenticate } = given();
  const { subject, scopes } = await authenticate(bearer({ scope: 'orders:read ops:read nonsense' }));
  expect(subject).toBe('customer-1');
  expect([...scopes]).toEqual(['orders:read', 'ops:read']);
});

test('a token that was verified is not verified again for a minute, and then it is', async () => {
  const { authenticate, state } = given();
  const header = bearer();
  for (state.elapsedMs = 0; state.elapsedMs < 60_000; state.elapsedMs += 10_000) await authenticate(header);
  expect(state.lookups).toBe(1);
  await authenticate(header);
  expect(state.lookups).toBe(2);
});

test('who sends is read from every request, whatever came before it on the connection', async () => {
  const { authenticate, state } = given();
  const [first, second] = [bearer(), bearer({ sub: 'customer-2' })];
  for (let round = 0; round < 3; round++) {
    expect((await authenticate(first)).subject).toBe('customer-1');
    expect((await authenticate(second)).subject).toBe('customer-2');
    expect((await authenticate(second, {})).subject).toBe('customer-2');
    await expect(authenticate(`${first}x`)).rejects.toThrow('was not signed');
    await expect(authenticate(undefined)).rejects.toThrow('Send Authorization');
  }
  expect(state.lookups).toBe(5);
});

test('a remembered token ends with its lifetime, not with the minute', async () => {
  const { authenticate, state } = given();
  const header = bearer({ exp: startS + 20 });
  await authenticate(header);
  state.elapsedMs = 19_999;
  await authenticate(header);
  expect(state.lookups).toBe(1);
  state.elapsedMs = 26_000;
  await expect(authenticate(header)).rejects.toThrow('has expired');
});

test('what is remembered lives on a clock that nobody can set back', async () => {
  const { authenticate, state } = given();
  const header = bearer({ exp: startS + 20 });
  await authenticate(header);
  state.elapsedMs = 26_000;
  state.wallMs -= 3_600_000;
  // The wall clock now says that the token was issued in the future: it is looked at again, and refused.
  await expect(authenticate(header)).rejects.toThrow('issued in the future');
});

test('a token that was refused is not remembered, and neither is it the next time', async () => {
  const { authenticate, state } = given();
  for (let count = 0; count < 3; count++)
    await expect(authenticate(bearer({}, { kid: 'other' }))).rejects.toThrow(Problem);
  expect(state.lookups).toBe(3);
});

test('at most ten thousand headers are remembered: the one used longest ago is verified again', async () => {
  const { authenticate, state } = given();
  const first = bearer();
  await authenticate(first);
  // One signature does for many headers, because the scheme may be written in any case.
  const tokens = Array.from({ length: 157 }, (_, index) => bearer({ jti: index }));
  const headers = tokens.flatMap((token) => spellings.map((scheme) => scheme + token.slice('Bearer'.length)));
  expect(new Set(headers).size).toBeGreaterThan(10_000);
  for (const header of headers.slice(0, 9_000)) await authenticate(header);
  await authenticate(first);
  expect(state.lookups, 'nine thousand are no reason to forget').toBe(9_001);
  for (const header of headers) await authenticate(header);
  state.lookups = 0;
  await authenticate(first);
  expect(state.lookups).toBe(1);
}, 60_000);

test.each([
  [{ iat: startS + 4 }, undefined],
  [{ iat: startS + 6 }, 'was issued in the future'],
  [{ exp: startS - 4 }, undefined],
  [{ exp: startS - 6 }, 'has expired'],
  [{ nbf: startS + 4 }, undefined],
  [{ nbf: startS + 6 }, 'nbf'],
  [{ exp: startS + 86_400 }, undefined],
  [{ exp: startS + 86_401 }, 'lives longer than 86400 s'],
  [{ aud: 'other' }, 'aud'],
  [{ iss: 'other' }, 'iss'],
  [{ sub: 'has space' }, 'wrong type'],
])('claims %j: %s', async (claims, complaint) => {
  const { authenticate } = given();
  if (complaint === undefined) expect((await authenticate(bearer(claims))).subject).toBe('customer-1');
  else await expect(authenticate(bearer(claims))).rejects.toThrow(complaint);
});

test.each([
  undefined,
  '',
  'Basic x',
  'Bearer',
  'Bearer a.b',
  `Bearer ${'a.'.repeat(5)}b`,
  'Bearer a.b.c, Bearer a.b.c',
  `Bearer a.${'b'.repeat(8_192)}.c`,
])('the header %s is refused without looking for a key', async (header) => {
  const { authenticate, state } = given();
  const refusal = await authenticate(header).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Problem);
  expect((refusal as Problem).extras.headers?.['www-authenticate']).toMatch(/^Bearer realm="order-ledger"/);
  expect(state.lookups).toBe(0);
});

test('keys that cannot be had are the ledger’s trouble, not the caller’s', async () => {
  const { authenticate, state } = given();
  state.down = true;
  await expect(authenticate(bearer())).rejects.toBeInstanceOf(StoreUnavailable);
  state.down = false;
  expect((await authenticate(bearer())).subject).toBe('customer-1');
});

test('the scheme is read whatever its case, as the standard has it', async () => {
  const { authenticate } = given();
  expect((await authenticate(bearer().replace('Bearer', 'bearer'))).subject).toBe('customer-1');
});
