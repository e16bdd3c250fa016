import { expect, test } from 'vitest';
import { z } from 'zod';
import { unprocessable } from '../domain/kernel/text.ts';
import { etagOf, isKnown, readIfMatch } from './etag.ts';
import { checkAccept, checkContentType } from './headers.ts';
import { Problem, problems } from './problem.ts';
import { takeFrom } from './rate-limit.ts';
import { checkRequestId, requestIdOf, traceparentOf } from './request-id.ts';
import { RouteTable } from './route-table.ts';
import { parseScopes, requireAny } from './scopes.ts';
import { shownName } from './shown-name.ts';
import { validate } from './validate.ts';

const ids = { uuid: () => 'a-new-id', fraction: () => 0 };

function problemOf(work: () => unknown): Problem {
  try {
    work();
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test.each([
  ['"0"', 0],
  ['"17"', 17],
  [undefined, undefined],
])('If-Match %s is the revision %s', (header, revision) => {
  expect(readIfMatch(header)).toBe(revision);
});

test.each(['', '0', 'W/"0"', '*', '"-1"', '"1.5"', '"0","1"', '"abc"', `"${'9'.repeat(16)}"`])(
  'If-Match %j is refused',
  (header) => {
    expect(problemOf(() => readIfMatch(header)).extras.errors).toMatchObject([
      { pointer: 'header/If-Match' },
    ]);
  },
);

test.each([
  ['"3"', true],
  ['W/"3"', true],
  ['"2", "3"', true],
  ['*', true],
  [undefined, false],
  ['"30"', false],
  ['3', false],
  ['"2","4"', false],
])('whether %s is version 3: %s', (header, known) => {
  expect(isKnown(header, etagOf(3))).toBe(known);
});

test('a problem has its members in one order for ever', () => {
  const problem = new Problem('conflict', 'No.', {
    code: 'x',
    title: 'T',
    errors: [{ pointer: '/a', message: 'm' }],
  });
  expect(problem.body('request-1')).toBe(
    '{"type":"https://order-ledger.dev/problems/conflict","title":"T","status":409,"detail":"No.","instance":"request-1","code":"x","errors":[{"pointer":"/a","message":"m"}]}',
  );
  expect(new Problem('internal', 'x').body('r')).not.toContain('code');
  expect(new Problem('conflict', 'x', { instance: 'first' }).body('second')).toContain('"instance":"first"');
});

test('what the security log is told is not answered', () => {
  expect(new Problem('not-found', 'x', { audit: 'of somebody else' }).body('r')).not.toContain('somebody');
});

test('every problem has a status of the 4xx or 5xx and a title', () => {
  for (const { status, title } of Object.values(problems)) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(title.length).toBeGreaterThan(5);
  }
});

const schema = z.strictObject({
  name: z.string().min(2),
  lines: z.array(z.strictObject({ quantity: z.int() })).optional(),
  amount: z.union([z.int(), z.strictObject({ amount: z.int(), currency: z.string() })]).optional(),
  secret: z
    .string()
    .refine((text) => text !== 'card', { error: 'is a card', params: unprocessable })
    .optional(),
});

test('every complaint is made at once, each with where it is', () => {
  const { extras, slug, message } = problemOf(() =>
    validate(schema, { lines: [{ quantity: 'x' }], extra: 1 }),
  );
  expect(slug).toBe('validation-failed');
  expect(extras.errors?.map(({ pointer }) => pointer)).toEqual(['/name', '/lines/0/quantity', '/extra']);
  expect(message).toMatch(/^\/name: /);
});

test('of a choice of forms, the complaint is about the one that is nearest', () => {
  const { extras } = problemOf(() =>
    validate(schema, { name: 'ab', amount: { amount: 'x', currency: 'EUR' } }),
  );
  expect(extras.errors).toMatchObject([{ pointer: expect.stringMatching(/^\/amount/) }]);
});

test('what is impossible is 422 only when nothing else is wrong', () => {
  expect(problemOf(() => validate(schema, { name: 'ab', secret: 'card' })).slug).toBe('unprocessable');
  expect(problemOf(() => validate(schema, { name: 'a', secret: 'card' })).slug).toBe('validation-failed');
});

test('complaints are bounded', () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`m${index}`, 1]));
  expect(problemOf(() => validate(schema, many)).extras.errors).toHaveLength(20);
});

test('parameters are named by their place, and nothing is coerced', () => {
  const query = z.strictObject({ limit: z.int() });
  expect(problemOf(() => validate(query, { limit: '5' }, 'query/')).extras.errors).toMatchObject([
    { pointer: 'query/limit' },
  ]);
});

test.each(['4111111111111111', 'a b', 'a@b.example', '', 'a/b', 'x'.repeat(65), 'ü'])(
  'the name %j is withheld',
  (name) => {
    expect(shownName(name)).toBe('(withheld)');
    const { extras } = problemOf(() => validate(schema, { name: 'ab', [name]: 1 }));
    expect(extras.errors).toEqual([{ pointer: '/(withheld)', message: 'is not a known member' }]);
  },
);

test.each(['web-42', 'a/b.c:d+e=f@g_h-i', 'x'.repeat(128)])('the request id %s is taken', (id) => {
  expect(requestIdOf(id, ids)).toBe(id);
  checkRequestId(id, requestIdOf(id, ids));
});

test.each([
  '',
  ' a',
  'a b',
  'x'.repeat(129),
  'a\n',
  '{"a":1}',
  'ü',
  '4111111111111111',
  'id-4111-1111-1111-1111',
])('the request id %j is replaced, then refused', (id) => {
  const replaced = requestIdOf(id, ids);
  expect(replaced).toBe('a-new-id');
  expect(problemOf(() => checkRequestId(id, replaced)).slug).toBe('validation-failed');
});

test('who sends no request id gets one', () => {
  expect(requestIdOf(undefined, ids)).toBe('a-new-id');
  checkRequestId(undefined, 'a-new-id');
});

test.each([
  ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', true],
  [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, false],
  [`00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`, false],
  ['00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01', false],
  ['4111111111111111', false],
  [undefined, false],
])('the trace context %s is carried on: %s', (header, carried) => {
  expect(traceparentOf(header)).toBe(carried ? header : undefined);
});

test('a path that is there says which methods it has; another is not there', () => {
  const table = new RouteTable();
  table.add('GET', '/a/:id');
  table.add(['POST', 'GET'], '/a/:id');
  table.add('GET', '/a.b');
  expect(table.miss('/a/1')).toMatchObject({
    slug: 'method-not-allowed',
    extras: { headers: { allow: 'GET, POST' } },
  });
  for (const path of ['/a', '/a/', '/a/1/2', '/axb']) expect(table.miss(path).slug).toBe('not-found');
});

test.each([
  ['orders:read ops:read', 2],
  ['orders:read  ops:read', 2],
  ['ORDERS:READ', 0],
  ['', 0],
  [['admin'], 0],
  [null, 0],
  ['hasOwnProperty', 0],
  ['admin,ops:read', 0],
  ['admin\tops:read', 0],
])('the claim %j grants %i scopes', (claim, count) => {
  expect(parseScopes(claim).size).toBe(count);
});

test('any one of the scopes is enough, and none is not', () => {
  const principal = { subject: 'a', scopes: parseScopes('ops:read') };
  expect(() => requireAny(principal, ['orders:read', 'ops:read'])).not.toThrow();
  expect(problemOf(() => requireAny(principal, ['admin'])).message).toContain('admin');
});

test.each([
  ['application/json', true],
  ['application/json; charset=utf-8', true],
  ['Application/JSON;charset="UTF-8"', true],
  [undefined, false],
  ['', false],
  ['text/json', false],
  ['application/json; charset=utf-16', false],
  ['application/json; boundary=x', false],
  ['application/json, application/json', false],
])('content type %s is JSON: %s', (type, good) => {
  if (good) checkContentType(type);
  else expect(problemOf(() => checkContentType(type)).slug).toBe('unsupported-media-type');
});

test.each([
  [undefined, true],
  ['*/*', true],
  ['application/problem+json', true],
  ['text/html;q=0.9, application/json;q=0.1', true],
  ['application/json;q=0.000', false],
  ['text/html', false],
  ['application/jsonx', false],
])('accept %s takes JSON: %s', (accept, good) => {
  if (good) checkAccept(accept);
  else expect(problemOf(() => checkAccept(accept)).slug).toBe('not-acceptable');
});

test('a limit lets through what fits and says when there is room again', async () => {
  const limiter = (allowed: boolean) => ({
    take: async () => ({ allowed, limit: 5, remaining: 0, resetS: 30 }),
  });
  await takeFrom(limiter(true), 'a');
  const refused = await takeFrom(limiter(false), 'a').catch((error: unknown) => error);
  expect(refused).toMatchObject({ slug: 'rate-limited', extras: { headers: { 'retry-after': '30' } } });
});
