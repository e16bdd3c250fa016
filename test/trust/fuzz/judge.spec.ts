import { describe, expect, it } from 'vitest';
import { type OpenApi, operationsOf } from './document.ts';
import type { Draft } from './draft.ts';
import { createJudge } from './judge.ts';
import type { Answer } from './wire.ts';

const problemSchema = {
  type: 'object',
  properties: { type: { type: 'string' }, status: { type: 'integer' }, detail: { type: 'string' } },
  required: ['type', 'status', 'detail'],
  additionalProperties: false,
} as const;

const document: OpenApi = {
  paths: {
    '/v1/things/{thingId}': {
      get: {
        operationId: 'getThing',
        description: 'Scope: orders:read.',
        parameters: [{ name: 'limit', in: 'query', schema: { type: 'string', pattern: '^[0-9]$' } }],
        responses: {
          200: {
            headers: { ETag: {} },
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  properties: { name: { type: 'string' } },
                  required: ['name'],
                  additionalProperties: false,
                },
              },
            },
          },
          304: {},
          404: { content: { 'application/problem+json': { schema: problemSchema } } },
          503: { content: { 'application/problem+json': { schema: problemSchema } } },
        },
      },
    },
  },
  components: { schemas: { Problem: problemSchema } },
};
const operations = operationsOf(document);
const judge = createJudge(document, operations, ['/some/place']);

const [operation] = operations;
const draft: Draft = {
  operation: operation ?? expect.fail('there is one operation'),
  ...{ method: 'GET', path: '/v1/things/1', query: [], tree: undefined, bytes: undefined },
  headers: [['X-Request-Id', 'fuzz-1-1']],
  ...{ kind: 'valid', expected: 'valid', mayClose: false, isSignedLast: false },
};

const usual = {
  'content-type': 'application/json; charset=utf-8',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'x-request-id': 'fuzz-1-1',
  etag: '"1"',
};
const problemHeaders = { ...usual, 'content-type': 'application/problem+json; charset=utf-8' };
const problem = { type: 'x', status: 404, detail: 'There is none.' };

function answer(
  status: number,
  body: object | string,
  headers: Readonly<Record<string, string>> = usual,
): Answer {
  return {
    status,
    headers: new Map(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: typeof body === 'string' ? body : JSON.stringify(body),
    tookMs: 1,
  };
}

const found = (given: Answer | undefined, more: Partial<Draft> = {}) =>
  judge.judge({ ...draft, ...more }, given).map(({ about }) => about);

describe('the judge of answers', () => {
  it('has nothing against those that are as documented', () => {
    expect(found(answer(200, { name: 'a' }))).toEqual([]);
    expect(found(answer(304, ''))).toEqual([]);
    expect(found(answer(404, problem, problemHeaders), { expected: 'refused' })).toEqual([]);
    expect(found(undefined, { mayClose: true })).toEqual([]);
  });

  it.each([
    ['a member more', answer(200, { name: 'a', more: 1 }), ['schema']],
    ['a member of another type', answer(200, { name: 1 }), ['schema']],
    ['no JSON', answer(200, '{'), ['schema']],
    ['another media type', answer(200, { name: 'a' }, { ...usual, 'content-type': 'text/html' }), ['schema']],
    ['a body that may not be', answer(304, 'x'), ['schema']],
    ['a status that is not documented', answer(201, { name: 'a' }), ['undocumented']],
    ['no answer', undefined, ['expectation']],
    [
      'a fault of the server',
      answer(503, { ...problem, status: 503 }, { ...problemHeaders, 'retry-after': '1' }),
      ['server fault'],
    ],
    [
      'a complaint about a valid request',
      answer(400, { ...problem, status: 400 }, problemHeaders),
      ['expectation', 'undocumented'],
    ],
    ['a problem of another status', answer(404, { ...problem, status: 400 }, problemHeaders), ['problem']],
    ['a problem that is none', answer(404, problem, usual), ['problem']],
    ['a problem with a member more', answer(404, { ...problem, stack: 'x' }, problemHeaders), ['problem']],
    ['another request id', answer(200, { name: 'a' }, { ...usual, 'x-request-id': 'other' }), ['header']],
    [
      'that caches may keep it',
      answer(200, { name: 'a' }, { ...usual, 'cache-control': 'public' }),
      ['header'],
    ],
    [
      'a stack trace',
      answer(404, { ...problem, detail: 'x\n    at run (a.ts:1:1)' }, problemHeaders),
      ['leak', 'leak'],
    ],
    ['a place of the machine', answer(200, { name: 'in /some/place' }), ['leak']],
    [
      'the name of an exception',
      answer(404, { ...problem, detail: 'TypeError: x' }, problemHeaders),
      ['leak'],
    ],
    [
      'a code of the framework',
      answer(404, { ...problem, detail: 'FST_ERR_BAD_URL' }, problemHeaders),
      ['leak'],
    ],
  ])('objects to %s', (_what, given, about) => {
    expect(found(given)).toEqual(about);
  });

  it('objects to a header that was promised and is not there', () => {
    const { etag: _, ...rest } = usual;
    expect(found(answer(200, { name: 'a' }, rest))).toEqual(['header']);
  });

  it('objects to an answer that is not one of those expected', () => {
    expect(found(answer(200, { name: 'a' }), { expected: 'refused' })).toEqual(['expectation']);
    expect(found(answer(200, { name: 'a' }), { expected: [401] })).toEqual(['expectation']);
  });

  it('knows which parameters the document allows', () => {
    expect(judge.allowsQuery(draft.operation, [['limit', '7']])).toBe(true);
    for (const query of [
      [['limit', '77']],
      [['other', '7']],
      [
        ['limit', '7'],
        ['limit', '7'],
      ],
    ] as const)
      expect(
        judge.allowsQuery(
          draft.operation,
          query.map(([name, value]) => [name, value]),
        ),
      ).toBe(false);
  });
});
