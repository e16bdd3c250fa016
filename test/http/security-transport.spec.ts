import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Client, createClient, order } from '../support/http-client.ts';
import { rawRequest, sendRaw } from '../support/http-raw.ts';
import { startTestService, type TestService } from '../support/service.ts';

let service: TestService;
let client: Client;
let token: string;

beforeAll(async () => {
  service = await startTestService();
  token = await service.token('customer-1', 'orders:write orders:read');
  client = await createClient(service, token);
});
afterAll(async () => {
  expect((await client.get('/v1/orders')).body['items'], 'no smuggled order').toEqual([]);
  await service.stop();
});

const body = JSON.stringify(order);
const length = `Content-Length: ${Buffer.byteLength(body)}`;
const host = 'Host: ledger';
const post = 'POST /v1/orders HTTP/1.1';
const withoutHost = ['Content-Type: application/json', 'Content-Length: 2'];
const withKey = () => [
  `Authorization: Bearer ${token}`,
  'Content-Type: application/json',
  'Idempotency-Key: "smuggled-key"',
];
/** What would be carried out if the first request were read to end earlier than it does. */
const smuggled = () => rawRequest([post, host, ...withKey(), length], body);

test.each([
  ['length and chunks', [post, host, 'Content-Length: 4', 'Transfer-Encoding: chunked'], '0\r\n\r\n'],
  ['two lengths', [post, host, 'Content-Length: 0', length], ''],
  ['two equal lengths', [post, host, 'Content-Length: 0', 'Content-Length: 0'], ''],
  ['a length that is a list', [post, host, 'Content-Length: 0, 0'], ''],
  ['a negative length', [post, host, 'Content-Length: -1'], ''],
  ['a length with a plus', [post, host, 'Content-Length: +0'], ''],
  ['a length in hexadecimal', [post, host, 'Content-Length: 0x0'], ''],
  ['chunks spelt oddly', [post, host, 'Transfer-Encoding: xchunked'], '0\r\n\r\n'],
  ['chunks twice', [post, host, 'Transfer-Encoding: chunked, identity'], '0\r\n\r\n'],
  ['a bad chunk size', [post, host, 'Transfer-Encoding: chunked'], 'zz\r\n\r\n'],
  ['a space before the colon', [post, host, 'Transfer-Encoding : chunked'], '0\r\n\r\n'],
  ['a folded header', [post, host, 'X-A: 1', ' Transfer-Encoding: chunked'], '0\r\n\r\n'],
  ['a line break in a header', [post, host, 'X-A: a\rb'], ''],
  ['NUL in a header', [post, host, 'X-A: a\u0000b'], ''],
  ['a header without a name', [post, host, ': x'], ''],
  ['a control character in the path', ['POST /v1/or\u0001ders HTTP/1.1', host], ''],
  ['another protocol', ['POST /v1/orders HTTP/9.9', host], ''],
  ['a method nobody knows', ['BREW /v1/orders HTTP/1.1', host], ''],
  ['no host', [post, 'Content-Length: 0'], ''],
  ['no host, and a body to come', [post, ...withoutHost], '{}'],
  ['TLS', ['\u0016\u0003\u0001\u0002'], ''],
])(
  'bytes that are read in two ways are refused, and nothing behind them is read: %s',
  async (_what, lines, tail) => {
    const reply = await sendRaw(service.port, rawRequest(lines, tail) + smuggled(), { listenMs: 2_000 });
    expect(reply.statuses).toEqual([400]);
    expect(reply.closed).toBe(true);
    expect(reply.text).toContain('application/problem+json');
  },
);

test.each([
  [
    'lines ended by a bare line feed',
    [post, host, 'Content-Length: 0', 'X-A: 1\nTransfer-Encoding: chunked'],
  ],
  ['a request without a protocol, which has no headers', ['POST /v1/orders', host]],
])('nothing can be hidden behind %s', async (_what, lines) => {
  const reply = await sendRaw(service.port, rawRequest(lines) + smuggled(), { listenMs: 2_000 });
  expect(reply.statuses.at(-1)).toBe(400);
  expect(reply.statuses).not.toContain(201);
  expect(reply.closed).toBe(true);
});

test('headers of more than 16 kB are refused', async () => {
  const lines = ['GET /livez HTTP/1.1', host, `X-A: ${'a'.repeat(20_000)}`];
  const reply = await sendRaw(service.port, rawRequest(lines), { listenMs: 2_000 });
  expect(reply.statuses).toEqual([431]);
  expect(reply.text).toContain('https://order-ledger.dev/problems/headers-too-large');
  expect(reply.closed).toBe(true);
});

test.each([
  ['declared', { raw: 'x'.repeat(65_537) }],
  ['much more than read', { raw: 'x'.repeat(5_000_000) }],
])('a body beyond 64 kB is 413: %s', async (_what, sent) => {
  const reply = await client.post('/v1/orders', {}, sent).catch(() => undefined);
  // The server may close while the client is still sending: then there is no answer to read.
  if (reply !== undefined) expect(reply.status).toBe(413);
});

test('a body that says nothing of its length is counted as it comes', async () => {
  const lines = [post, host, ...withKey(), 'Transfer-Encoding: chunked'];
  const chunk = `4000\r\n${' '.repeat(0x4000)}\r\n`;
  const reply = await sendRaw(service.port, rawRequest(lines) + chunk.repeat(6), { listenMs: 2_000 });
  expect(reply.statuses).toEqual([413]);
  expect(reply.closed).toBe(true);
});

test('exactly 64 kB are read', async () => {
  const raw = body.padEnd(65_536, ' ').replace('EUR', 'XXX');
  expect((await client.post('/v1/orders', {}, { raw })).status).toBe(400);
});

test.each([
  ['text/plain', 415],
  ['application/x-www-form-urlencoded', 415],
  ['multipart/form-data; boundary=x', 415],
  ['application/json; charset=utf-7', 415],
  ['application/json; charset=latin1', 415],
  ['application/json; charset=utf-8; charset=utf-7', 415],
  ['application/jsonp', 415],
  ['application/json, text/plain', 415],
  ['application/json; charset=utf-8', 400],
  ['APPLICATION/JSON;charset="UTF-8"', 400],
])('a body that calls itself %s is answered %i', async (type, status) => {
  // The body is no order: what is read at all is refused for that.
  const reply = await client.post('/v1/orders', {}, { headers: { 'content-type': type } });
  expect(reply.status).toBe(status);
});

test('a compressed body is not unpacked', async () => {
  const raw = gzipSync('x'.repeat(10_000_000));
  const headers = { 'content-encoding': 'gzip' };
  expect([400, 413, 415]).toContain((await client.post('/v1/orders', {}, { raw, headers })).status);
});

test.each([
  ['gzip', 415],
  ['identity, br', 415],
  ['', 400],
  ['Identity', 400],
])('a body that calls itself encoded as %j is answered %i', async (encoding, status) => {
  const reply = await client.post('/v1/orders', {}, { headers: { 'content-encoding': encoding } });
  expect(reply.status).toBe(status);
});

test.each([
  ['text/html', 406],
  ['text/html, image/*', 406],
  ['application/json;q=0', 406],
  ['application/xml', 406],
  ['application/json', 200],
  ['text/html, application/json;q=0.5', 200],
  ['*/*', 200],
  ['application/*;q=0.1', 200],
])('who accepts %s is answered %i', async (accept, status) => {
  expect((await client.get('/v1/orders', { headers: { accept } })).status).toBe(status);
});

test.each(['https://evil.example', 'null', 'http://127.0.0.1.evil.example'])(
  'no page of %s may read an answer',
  async (origin) => {
    for (const method of ['GET', 'OPTIONS']) {
      const headers = { origin, 'access-control-request-method': 'POST' };
      const reply = await client.request(method, '/v1/orders', { headers });
      expect([...reply.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
    }
  },
);

test('a host or a proxy header changes nothing that is answered', async () => {
  const headers = {
    'x-forwarded-host': 'evil',
    'x-forwarded-proto': 'https',
    'x-original-url': '/v1/stats',
    'x-rewrite-url': '/v1/stats',
    'x-http-method-override': 'POST',
    forwarded: 'host=evil',
  };
  const reply = await client.get('/v1/orders', { headers });
  expect(reply.status).toBe(200);
  expect(reply.text + [...reply.headers.values()].join()).not.toContain('evil');
});

test.each([
  ['a path with dots', 'GET /v1/orders/%2e%2e/stats HTTP/1.1', [400, 404]],
  ['a path with dots in clear', 'GET /v1/orders/../stats HTTP/1.1', [400, 404]],
  ['a path with a backslash', 'GET /v1\\stats HTTP/1.1', [400, 404]],
  // This form must be understood (RFC 9112 §3.2.2); what it asks for takes the same scope as ever.
  ['a whole URL', 'GET http://evil.example/v1/stats HTTP/1.1', [403]],
  ['an asterisk', 'OPTIONS * HTTP/1.1', [400, 404, 405]],
  ['TRACE', 'TRACE /v1/orders HTTP/1.1', [400, 404, 405]],
  ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1', [400, 404, 405]],
  ['HEAD', 'HEAD /v1/orders HTTP/1.1', [405]],
])('a request line is no way around anything: %s', async (_what, line, statuses) => {
  const lines = [line, host, `Authorization: Bearer ${token}`, 'Connection: close'];
  const reply = await sendRaw(service.port, rawRequest(lines), { listenMs: 2_000 });
  if (reply.statuses.length > 0) expect(statuses).toContain(reply.statuses[0]);
  else expect(reply.closed).toBe(true);
});

test('every answer says what it is and that it is not to be kept or guessed at, and not what made it', async () => {
  const paths = [
    '/v1/orders',
    '/v1/orders/x',
    '/nothing',
    '/livez',
    '/readyz',
    '/openapi.json',
    '/docs',
    '/.well-known/jwks.json',
    '/metrics',
  ];
  for (const path of paths) {
    const { headers } = await client.get(path);
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    for (const name of ['server', 'x-powered-by']) expect(headers.has(name)).toBe(false);
    if (path.startsWith('/v1')) expect(headers.get('cache-control')).toBe('no-store');
  }
});

test('slow headers, a slow body and a silent connection are cut off', async () => {
  const listenMs = 20_000;
  const drip = { bytes: Array(100).fill('a'), pauseMs: 500 };
  const replies = await Promise.all([
    sendRaw(service.port, 'GET /livez HTTP/1.1\r\nX-A: ', { listenMs, drip }),
    sendRaw(service.port, rawRequest([post, host, ...withKey(), 'Content-Length: 1000']), { listenMs, drip }),
    sendRaw(service.port, 'G', { listenMs }),
  ]);
  for (const { closed, statuses, tookMs } of replies) {
    expect(closed).toBe(true);
    expect(tookMs).toBeLessThan(15_000);
    expect(statuses).toEqual([408]);
  }
}, 30_000);

test('an expectation nobody knows is passed over: the answer is that of the request', async () => {
  const lines = ['GET /v1/orders HTTP/1.1', host, 'Expect: the-unexpected', `Authorization: Bearer ${token}`];
  const reply = await sendRaw(service.port, rawRequest(lines));
  expect(reply.statuses).toEqual([200]);
});

test('a method that is newer than the rest is as little known here as any other', async () => {
  const reply = await sendRaw(service.port, rawRequest(['QUERY /v1/orders HTTP/1.1', host]));
  expect(reply.statuses).toEqual([405]);
  expect(reply.text).toMatch(/^allow: GET, POST/im);
});

test.each(['%ff', '%zz'])('what the framework refuses is said in words of our own: %s', async (id) => {
  const reply = await sendRaw(service.port, rawRequest([`GET /v1/orders/${id} HTTP/1.1`, host]));
  expect(reply.statuses).toEqual([400]);
  expect(reply.text).toContain('application/problem+json');
  expect(reply.text).not.toMatch(/FST_|ERR_/);
});
