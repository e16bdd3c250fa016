import { expect, test } from 'vitest';
import type { ApiRequest } from '../http/route.ts';
import { parseScopes } from '../http/scopes.ts';
import { statusOf } from './get-projections.ts';
import { memoOf } from './memo.ts';
import { answer, maySee, notFound, positionWanted } from './query-context.ts';

const request = (scope: string, headers: Readonly<Record<string, string>> = {}): ApiRequest => ({
  principal: { subject: 'customer-1', scopes: parseScopes(scope) },
  requestId: 'request-1',
  params: {},
  query: {},
  body: () => ({}),
  bytes: () => Buffer.alloc(0),
  header: (name) => headers[name],
});

test.each([
  ['orders:read', 'customer-1', true],
  ['orders:read', 'customer-2', false],
  ['orders:read', undefined, false],
  ['ops:write', 'customer-2', false],
  ['ops:read', 'customer-2', true],
  ['ops:read', undefined, true],
])('who has %s may see what belongs to %s: %s', (scope, customerId, may) => {
  expect(maySee(request(scope), customerId)).toBe(may);
});

test.each([
  [undefined, 0],
  ['0', 0],
  ['17', 17],
  ['999999999999999', 999_999_999_999_999],
])('Ledger-Position %s asks for %i', (token, position) => {
  expect(positionWanted(request('', token === undefined ? {} : { 'ledger-position': token }))).toBe(position);
});

test.each(['', '-1', '1.0', '1e3', ' 1', '1, 2', '0x1', '9'.repeat(16)])(
  'Ledger-Position %j is refused',
  (token) => {
    expect(() => positionWanted(request('', { 'ledger-position': token }))).toThrow('Ledger-Position');
  },
);

test('an answer carries its version, how new it is and where it came from', () => {
  const found = { body: '{}', etag: '"3"', asOf: 9, cached: true };
  const headers = { etag: '"3"', 'ledger-position': '9', 'x-cache': 'HIT' };
  expect(answer(request(''), found)).toEqual({ status: 200, headers, body: '{}' });
  expect(answer(request('', { 'if-none-match': '"3"' }), found)).toEqual({ status: 304, headers });
  expect(answer(request(''), { ...found, cached: false }).headers).toMatchObject({ 'x-cache': 'MISS' });
});

test('only the security log can tell what is not there from what is somebody else’s', () => {
  const [missing, theirs] = [notFound(undefined), notFound({})];
  expect(missing.body('r')).toBe(theirs.body('r'));
  expect([missing.extras.audit, theirs.extras.audit]).toEqual([undefined, 'it belongs to another customer']);
});

test('of a document it is remembered whose it is and which version', () => {
  expect(memoOf('{"customerId":"customer-1","revision":4,"more":1}')).toEqual({
    customerId: 'customer-1',
    etag: '"4"',
  });
  expect(memoOf('{"orders":{}}')).toEqual({ customerId: undefined, etag: '' });
});

const active = { generation: 2, version: 1, position: 7 };
const halted = { position: 8, type: 'OrderPlaced', error: 'no' };

test.each([
  ['live', { active }, 10, { state: 'live', lag: 3 }],
  ['ahead of what was just asked', { active }, 5, { state: 'live', lag: 0 }],
  ['halted', { active: { ...active, halted } }, 10, { state: 'halted', halted }],
  [
    'halted while the next is built',
    { active: { ...active, halted }, building: active },
    10,
    { state: 'halted' },
  ],
  [
    'being rebuilt',
    { active, building: { ...active, generation: 3 } },
    10,
    { state: 'rebuilding', generation: 2 },
  ],
  [
    'with one to go back to',
    { active, previous: { ...active, generation: 1 } },
    10,
    { previous: { generation: 1 } },
  ],
])('a projection is %s', (_what, record, head, wanted) => {
  expect(statusOf({ name: 'stats', ...record }, head)).toMatchObject([{ name: 'stats', head, ...wanted }]);
});

test('a projection that was never built is not one yet', () => {
  expect(statusOf({ name: 'stats', building: active }, 10)).toEqual([]);
});
