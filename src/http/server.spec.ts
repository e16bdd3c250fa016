import { expect, test } from 'vitest';
import { z } from 'zod';
import {
  AppendTooLarge,
  DamagedData,
  OutcomeUnknown,
  StoreUnavailable,
  StreamGone,
  UnreadableEvent,
} from '../domain/kernel/faults.ts';
import type { RateLimiter } from '../ports/rate-limiter.ts';
import type { Principal } from './auth.ts';
import { foreign, Problem } from './problem.ts';
import type { ApiAnswer, ApiRequest, Route } from './route.ts';
import { parseScopes } from './scopes.ts';
import { addRoute, createServer, type ServerDependencies } from './server.ts';

const requestId = '00000000-0000-4000-8000-000000000000';
const customer: Principal = { subject: 'customer-1', scopes: parseScopes('orders:read') };
const done: ApiAnswer = { status: 200, headers: { etag: '"0"' }, body: '{}' };

/** A server of one route, and every line it logs. */
function serve(
  handle: (request: ApiRequest) => ApiAnswer,
  more: Partial<ServerDependencies> = {},
  own: Partial<Route> = {},
) {
  const lines: Record<string, unknown>[] = [];
  const observed: number[] = [];
  const line = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, message, ...fields });
  const needs: ServerDependencies = {
    authenticate: (header) => {
      if (header === undefined) throw new Problem('unauthenticated', 'Send Authorization: Bearer <token>.');
      return customer;
    },
    clock: {
      now: () => '2026-01-31T09:30:00.000Z' as never,
      monotonicMs: () => 0,
      after: () => () => {},
      sleep: async () => {},
    },
    ids: { uuid: () => requestId, fraction: () => 0 },
    logger: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    observe: (_route, status) => void observed.push(status),
    ...more,
  };
  const server = createServer({ bodyBytesMax: 1_024, connectionsMax: 10, trustProxy: false }, needs);
  const route = {
    method: 'POST' as const,
    path: '/v1/things/:thingId',
    operationId: 'touchThing',
    summary: 'Touch a thing',
    scopes: ['orders:read' as const],
    params: z.strictObject({ thingId: z.string().regex(/^\w+$/) }),
    success: { status: 200 as const, schema: z.strictObject({}), description: 'A thing.' },
    problems: [],
  };
  addRoute(server, { ...route, ...own, handle }, needs);
  const ask = (path = '/v1/things/1', headers: object = { authorization: 'Bearer t' }, payload = '') =>
    server.inject({ method: 'POST', url: path, headers: { host: 'ledger', ...headers }, payload });
  return { ask, lines, observed, server };
}

const fail = (error: Error) => () => {
  throw error;
};

test('a request that is answered is not logged at all', async () => {
  const { ask, lines, observed } = serve(() => done);
  expect((await ask()).statusCode).toBe(200);
  expect(lines).toEqual([]);
  expect(observed).toEqual([200]);
});

test.each([
  [
    'idempotency-key-reused',
    new Problem('idempotency-key-reused', 'This key was used.'),
    'This key was used.',
  ],
  ['forbidden', new Problem('forbidden', 'This takes a scope.'), 'This takes a scope.'],
  ['rate-limited', new Problem('rate-limited', 'Later.'), 'Later.'],
  ['not-found', new Problem('not-found', 'There is no such order.', { audit: foreign }), foreign],
])('somebody trying a door is one line of the security log: %s', async (problem, error, reason) => {
  const { ask, lines } = serve(fail(error));
  await ask();
  const who = { requestId, subject: 'customer-1', method: 'POST', route: '/v1/things/:thingId' };
  expect(lines).toEqual([
    { level: 'warn', message: 'request refused', audit: true, ...who, problem, reason },
  ]);
});

test('a request without a token is logged without a subject', async () => {
  const { ask, lines } = serve(() => done);
  const reply = await ask('/v1/things/1', {});
  expect(reply.statusCode).toBe(401);
  expect(lines).toMatchObject([{ audit: true, problem: 'unauthenticated', subject: undefined }]);
});

test('a token without the scope is logged, and names what it would take', async () => {
  const authenticate = () => ({ subject: 'customer-9', scopes: parseScopes('orders:write') });
  const { ask, lines } = serve(() => done, { authenticate });
  expect((await ask()).statusCode).toBe(403);
  expect(lines).toMatchObject([{ subject: 'customer-9', reason: expect.stringContaining('orders:read') }]);
});

test('what is answered as missing is answered alike whether it is somebody else’s or not there', async () => {
  const missing = await serve(fail(new Problem('not-found', 'There is no such order.'))).ask();
  const theirs = await serve(
    fail(new Problem('not-found', 'There is no such order.', { audit: foreign })),
  ).ask();
  expect(theirs.payload).toBe(missing.payload);
  expect(theirs.headers['content-length']).toBe(missing.headers['content-length']);
});

test.each(['validation-failed', 'not-found', 'conflict', 'revision-mismatch'] as const)(
  'everyday refusals are not logged: %s',
  async (slug) => {
    const { ask, lines } = serve(fail(new Problem(slug, 'No.')));
    await ask();
    expect(lines).toEqual([]);
  },
);

test.each([
  [
    new StoreUnavailable('event store', 'disk full', 'Make room.'),
    503,
    'dependency-unavailable',
    'warn',
    '1',
  ],
  [new AppendTooLarge('an append to order-a'), 413, 'payload-too-large', 'warn', null],
  [new StreamGone('order-a'), 410, 'gone', 'warn', null],
  [new OutcomeUnknown('no answer'), 503, 'outcome-unknown', 'warn', '1'],
  [new DamagedData('a gap'), 503, 'dependency-unavailable', 'error', '60'],
  [
    new UnreadableEvent({ stream: 's', revision: 1, position: 2, type: 'X' }, 'newer'),
    503,
    'dependency-unavailable',
    'warn',
    '60',
  ],
  [new Error('a secret inside'), 500, 'internal', 'error', null],
])(
  '%s is answered as a problem that says when to come back, and logged once',
  async (error, status, slug, level, retry) => {
    const { ask, lines, observed } = serve(fail(error));
    const reply = await ask();
    expect(reply.statusCode).toBe(status);
    expect(reply.json().type).toBe(`https://order-ledger.dev/problems/${slug}`);
    expect(reply.headers['retry-after'] ?? null).toBe(retry);
    expect(reply.payload).not.toContain('secret');
    expect(reply.payload).not.toContain('server.spec');
    expect(lines).toMatchObject([{ level, route: '/v1/things/:thingId' }]);
    expect(observed).toEqual([status]);
  },
);

test('nothing a caller writes into a path reaches the log', async () => {
  const { ask, lines } = serve(() => done);
  await ask('/v1/things/4111111111111111?token=eyJhbGciOi', {});
  expect(lines).toHaveLength(1);
  expect(JSON.stringify(lines)).not.toMatch(/4111|eyJ/);
});

test('limits are taken before anything is done: by address before the token, by subject after it', async () => {
  const order: string[] = [];
  const limiter = (name: string, allowed: boolean): RateLimiter => ({
    take: async (who) => {
      order.push(`${name} ${who}`);
      return { allowed, limit: 5, remaining: 0, resetS: 30 };
    },
  });
  const { ask } = serve(() => done, {
    addressLimiter: limiter('address', true),
    subjectLimiter: limiter('subject', false),
  });
  const reply = await ask();
  expect(reply.statusCode).toBe(429);
  expect(order).toEqual(['address 127.0.0.1', 'subject customer-1']);
  expect(reply.headers).toMatchObject({
    'retry-after': '30',
    'ratelimit-policy': '"default";q=5;w=60',
    ratelimit: '"default";r=0;t=30',
  });
});

test('a body is read only by who wants it, strictly, and only as JSON', async () => {
  const { ask } = serve((request) => ({ ...done, body: JSON.stringify(request.body()) }));
  const bearer = { authorization: 'Bearer t' };
  expect((await ask('/v1/things/1', bearer)).json()).toEqual({});
  const json = { ...bearer, 'content-type': 'application/json' };
  expect((await ask('/v1/things/1', json, '{"a":1}')).json()).toEqual({ a: 1 });
  expect((await ask('/v1/things/1', { ...bearer, 'content-type': 'text/plain' }, '{}')).statusCode).toBe(415);
  expect((await ask('/v1/things/1', bearer, '{}')).statusCode).toBe(415);
  expect((await ask('/v1/things/1', json, ' '.repeat(1_025))).statusCode).toBe(413);
});

test('who signs the body needs no token, is limited by address alone, and is read to the byte', async () => {
  const taken: string[] = [];
  const limiter: RateLimiter = {
    take: async (who) => {
      taken.push(who);
      return { allowed: taken.length < 3, limit: 2, remaining: 0, resetS: 30 };
    },
  };
  const { ask, lines } = serve(
    ({ bytes, principal }) => ({
      ...done,
      body: JSON.stringify([bytes().toString('hex'), [...principal.scopes]]),
    }),
    { addressLimiter: limiter, subjectLimiter: limiter },
    { signature: { header: 'Signature', description: 'Signs the body.' }, scopes: [] },
  );
  const json = { 'content-type': 'application/json' };
  expect((await ask('/v1/things/1', json, '{ "a":1}\n')).json()).toEqual(['7b202261223a317d0a', []]);
  expect((await ask('/v1/things/1', { 'content-type': 'text/plain' }, '{}')).statusCode).toBe(415);
  expect((await ask('/v1/things/1', json, '{}')).statusCode).toBe(429);
  expect(taken).toEqual(['127.0.0.1', '127.0.0.1', '127.0.0.1']);
  expect(lines).toMatchObject([{ problem: 'rate-limited', subject: undefined }]);
});

test('path parameters are parsed before the operation runs', async () => {
  const { ask } = serve(() => done);
  const reply = await ask('/v1/things/a%20b');
  expect(reply.statusCode).toBe(400);
  expect(reply.json().errors).toMatchObject([{ pointer: 'path/thingId' }]);
});

test('another method is 405 and says which there are; another path is 404', async () => {
  const { server } = serve(() => done);
  const wrong = await server.inject({ method: 'DELETE', url: '/v1/things/1' });
  expect(wrong.statusCode).toBe(405);
  expect(wrong.headers['allow']).toBe('POST');
  expect((await server.inject({ method: 'POST', url: '/v1/things' })).statusCode).toBe(404);
});
