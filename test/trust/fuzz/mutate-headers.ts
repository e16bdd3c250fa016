import { signWebhook } from '../../../src/adapters/payment-gateway/webhook-signature.ts';
import type { Seeded } from '../../e2e/support/seeded.ts';
import { nowS } from '../../support/http-tokens.ts';
import { bodyOf, type Draft, type Expected, headerIn, setHeader } from './draft.ts';
import { chance } from './draws.ts';
import {
  badAccepts,
  badEncodings,
  badKeys,
  badPositions,
  badRequestIds,
  badTypes,
  badVersions,
  oddities,
} from './odd-headers.ts';
import type { Tokens } from './tokens.ts';

type Mutation = (draft: Draft, draw: Seeded, tokens: Tokens) => Expected | undefined;

/** By kind. */
export const headerMutations: Readonly<Record<string, Mutation>> = {
  'no token': (draft) =>
    draft.operation.isSigned ? undefined : set(draft, 'Authorization', undefined, [401]),
  'broken token': (draft, draw, { broken }) =>
    draft.operation.isSigned ? undefined : set(draft, 'Authorization', draw.pick(broken), [401]),
  'two tokens': (draft) => {
    const token = headerIn(draft, 'authorization');
    return token === undefined ? undefined : add(draft, 'Authorization', token, [401]);
  },
  'token without rights': (draft, draw, { nobody, reader }) => {
    if (draft.operation.isSigned) return undefined;
    const canRead = draft.operation.scopes.includes('orders:read');
    return set(draft, 'Authorization', `Bearer ${canRead ? nobody : draw.pick([nobody, reader])}`, [403]);
  },
  'another customer': (draft, draw, { customers }) => {
    const { scopes, template } = draft.operation;
    if (!template.startsWith('/v1/orders/{orderId}') || !scopes.some((scope) => scope.startsWith('orders:')))
      return undefined;
    const own = headerIn(draft, 'authorization');
    const others = customers.map((token) => `Bearer ${token}`).filter((token) => token !== own);
    // A lane's operator does not say whose the order is: one of the others may be.
    if (own === undefined || others.length === customers.length) return undefined;
    return set(draft, 'Authorization', draw.pick(others), [404]);
  },
  'no key': (draft) => command(draft, 'Idempotency-Key', undefined, [400]),
  'bad key': (draft, draw) => command(draft, 'Idempotency-Key', draw.pick(badKeys), [400]),
  'two keys': (draft) => {
    const key = headerIn(draft, 'idempotency-key');
    return key === undefined ? undefined : add(draft, 'Idempotency-Key', key, [400]);
  },
  'bad version': (draft, draw) => command(draft, 'If-Match', draw.pick(badVersions), [400]),
  'another version': (draft, draw) => command(draft, 'If-Match', `"${7_000 + draw.below(9)}"`, 'refused'),
  'bad request id': (draft, draw) => set(draft, 'X-Request-Id', draw.pick(badRequestIds), [400]),
  'two request ids': (draft) => {
    setHeader(draft, 'X-Request-Id', 'one');
    return add(draft, 'x-request-id', 'two', [400]);
  },
  'bad content type': (draft, draw) => withBody(draft, 'Content-Type', draw.pick(badTypes)),
  'no content type': (draft) => withBody(draft, 'Content-Type', undefined),
  'content encoding': (draft, draw) => withBody(draft, 'Content-Encoding', draw.pick(badEncodings)),
  'not acceptable': (draft, draw) => set(draft, 'Accept', draw.pick(badAccepts), [406]),
  'bad position': (draft, draw) =>
    draft.method === 'GET' ? set(draft, 'Ledger-Position', draw.pick(badPositions), [400]) : undefined,
  'position to come': (draft, draw) =>
    draft.method === 'GET' && chance(draw, 5)
      ? set(draft, 'Ledger-Position', '999999999999999', [504])
      : undefined,
  'odd header': (draft, draw) => {
    const [name, values] = draw.pick(oddities);
    if (name === 'Connection') draft.mayClose = false;
    return set(draft, name, draw.pick(values), 'any');
  },
  'odd header twice': (draft, draw) => {
    const [name, values] = draw.pick(oddities);
    set(draft, name, draw.pick(values), 'any');
    return add(draft, name.toUpperCase(), draw.pick(values), 'any');
  },
  'many headers': (draft, draw) => {
    const count = draw.pick([50, 150, 900]);
    for (let index = 0; index < count; index++) draft.headers.push([`X-Many-${index}`, 'x']);
    return 'any';
  },
  'large header': (draft, draw) => {
    draft.mayClose = true;
    return add(draft, 'X-Large', 'x'.repeat(draw.pick([8_000, 15_000, 17_000, 100_000])), 'any');
  },
  'bytes in a header': (draft, draw) =>
    add(draft, 'X-Odd', draw.pick(['a\u0000b', 'a\u0001b', 'a\rb', '\u007f', '\u00ff\u00fe', 'a\tb']), 'any'),
  'unknown expectation': (draft) => set(draft, 'Expect', 'the-unexpected', 'any'),
  'no signature': (draft) => signature(draft, () => undefined),
  'broken signature': (draft, draw) =>
    signature(draft, (body) => {
      const secret = 'another secret that is long enough to sign';
      const good = signWebhook(secret, body, nowS());
      const bad = [
        '',
        't=1',
        'v1=00',
        `t=${nowS()}`,
        't=x,v1=y',
        `t=${nowS()},v1=${'0'.repeat(64)}`,
        'x'.repeat(5_000),
        ',,,',
      ];
      return draw.pick([good, ...bad, good.replace('v1', 'v0'), good.toUpperCase(), `${good},${good}`]);
    }),
};

function set(draft: Draft, name: string, value: string | undefined, expected: Expected): Expected {
  setHeader(draft, name, value);
  return expected;
}

function add(draft: Draft, name: string, value: string, expected: Expected): Expected {
  draft.headers.push([name, value]);
  return expected;
}

/** Commands take keys and versions. What else is wrong with one is found later, or earlier, and is a 4xx as well. */
function command(
  draft: Draft,
  name: string,
  value: string | undefined,
  expected: Expected,
): Expected | undefined {
  return headerIn(draft, 'idempotency-key') === undefined ? undefined : set(draft, name, value, expected);
}

function withBody(draft: Draft, name: string, value: string | undefined): Expected | undefined {
  return draft.tree === undefined ? undefined : set(draft, name, value, [415]);
}

function signature(draft: Draft, make: (body: Buffer) => string | undefined): Expected | undefined {
  if (!draft.isSignedLast) return undefined;
  draft.isSignedLast = false;
  return set(draft, 'Gateway-Signature', make(bodyOf(draft) ?? Buffer.alloc(0)), [401]);
}
