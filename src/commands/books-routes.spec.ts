import { beforeEach, describe, expect, it } from 'vitest';
import { createSteppingClock } from '../../test/support/command-world.ts';
import { createEventCodec } from '../adapters/codec/event-codec.ts';
import { nodeDigest } from '../adapters/digest/node-digest.ts';
import { createMemoryEventStore } from '../adapters/event-store/memory/memory-event-store.ts';
import { createMemoryKeyStore } from '../adapters/key-store/memory-key-store.ts';
import { booksAggregate } from '../domain/books/aggregate.ts';
import type { Json } from '../domain/kernel/canonical-json.ts';
import { Problem } from '../http/problem.ts';
import type { ApiAnswer } from '../http/route.ts';
import type { EventStore } from '../ports/event-store.ts';
import { booksRoutes } from './books-routes.ts';
import { createCommandHandler } from './handle-command.ts';
import { createCommandPlanner } from './plan-command.ts';

interface Sending {
  readonly key?: string;
  readonly entryId?: string;
  readonly dryRun?: boolean;
  readonly ifMatch?: string;
}

let store: EventStore;
let send: (operation: string, body: Json, sending?: Sending) => Promise<ApiAnswer>;

beforeEach(() => {
  store = createMemoryEventStore();
  const codec = createEventCodec([booksAggregate.events], createMemoryKeyStore(), nodeDigest);
  const ids = { uuid: () => '00000000-0000-4000-8000-000000000000', fraction: () => 0.5 };
  const needs = {
    store,
    codec,
    clock: createSteppingClock(),
    ids,
    metrics: { count: () => {} },
    streamsCachedMax: 10,
  };
  const routes = booksRoutes({
    handleBooks: createCommandHandler(booksAggregate, needs),
    planBooks: createCommandPlanner(booksAggregate, needs),
    digest: nodeDigest,
    keysLenient: false,
  });
  send = async (operation, body, { key = 'first-key', entryId = '', dryRun = false, ifMatch } = {}) => {
    const route = routes.find(({ operationId }) => operationId === operation);
    if (route === undefined) throw new TypeError(`no operation ${operation}`);
    const headers: Readonly<Record<string, string | undefined>> = {
      'idempotency-key': `"${key}"`,
      'if-match': ifMatch,
    };
    return route.handle({
      principal: { subject: 'operator-1', scopes: new Set(['ops:write']) } as never,
      requestId: 'request-1',
      params: { entryId },
      query: dryRun ? { dryRun: 'true' } : {},
      body: () => body,
      bytes: () => Buffer.from(JSON.stringify(body)),
      header: (name) => headers[name],
    });
  };
});

const payout = {
  currency: 'EUR',
  postings: [{ debit: '1000', credit: '1100:external', amount: 970 }],
  memo: 'payout of Friday',
  reference: 'po_1',
};

const bodyOf = ({ body = '' }: ApiAnswer) => JSON.parse(body);
const typesIn = async (stream: string) =>
  (await store.readStream(stream, { countMax: 100 })).map(({ type }) => type);

async function problemOf(answer: Promise<ApiAnswer>): Promise<readonly [number, string | undefined]> {
  try {
    await answer;
  } catch (fault) {
    if (fault instanceof Problem) return [fault.status, fault.extras.code ?? fault.slug];
    throw fault;
  }
  throw new Error('it was not refused');
}

describe('posting an entry', () => {
  it('opens the books of its currency with the first, and answers the entry', async () => {
    const answer = await send('postEntry', payout);

    expect(answer).toMatchObject({ status: 200, headers: { etag: '"1"', 'ledger-position': '2' } });
    expect(bodyOf(answer)).toEqual({
      entryId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      currency: 'EUR',
      postings: [{ debit: '1000', credit: '1100:external', amount: 970, currency: 'EUR' }],
      memo: 'payout of Friday',
      reference: 'po_1',
      postedAt: expect.stringMatching(/Z$/),
    });
    expect(await typesIn('books-EUR')).toEqual(['BooksOpened', 'EntryPosted']);
    await send('postEntry', payout, { key: 'second-key' });
    await send('postEntry', { ...payout, currency: 'JPY' }, { key: 'third-key' });
    expect(await typesIn('books-EUR')).toEqual(['BooksOpened', 'EntryPosted', 'EntryPosted']);
    expect(await typesIn('books-JPY')).toEqual(['BooksOpened', 'EntryPosted']);
  });

  it('happens once for a key: the first answer is repeated, whatever was posted since', async () => {
    const first = await send('postEntry', payout);
    await send('postEntry', payout, { key: 'second-key' });

    const again = await send('postEntry', payout);

    expect(again.body).toBe(first.body);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(await typesIn('books-EUR')).toHaveLength(3);
    expect(await problemOf(send('postEntry', { ...payout, memo: 'another' }))).toEqual([
      422,
      'idempotency-key-reused',
    ]);
  });

  it('of many at once opens the books once', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `key-number-${index}`);

    await Promise.all(keys.map((key) => send('postEntry', payout, { key })));

    const types = await typesIn('books-EUR');
    expect(types).toEqual(['BooksOpened', ...Array(20).fill('EntryPosted')]);
  });

  it.each<[string, object, readonly [number, string]]>([
    [
      'an account that is not in the chart',
      { postings: [{ debit: '1001', credit: '3000', amount: 1 }] },
      [400, 'validation-failed'],
    ],
    [
      'a provider’s account without the provider',
      { postings: [{ debit: '1100', credit: '3000', amount: 1 }] },
      [400, 'validation-failed'],
    ],
    ['no postings', { postings: [] }, [400, 'validation-failed']],
    ['nothing', { postings: [{ debit: '1000', credit: '3000', amount: 0 }] }, [400, 'validation-failed']],
    [
      'half a cent',
      { postings: [{ debit: '1000', credit: '3000', amount: 0.5 }] },
      [400, 'validation-failed'],
    ],
    ['more members', { postedBy: 'me' }, [400, 'validation-failed']],
    ['no memo', { memo: '' }, [400, 'validation-failed']],
    [
      'another currency',
      { postings: [{ debit: '1000', credit: '3000', amount: 1, currency: 'USD' }] },
      [422, 'currency-mismatch'],
    ],
    [
      'what orders keep',
      { postings: [{ debit: '2000', credit: '1000', amount: 1 }] },
      [422, 'account-kept-by-orders'],
    ],
  ])('is refused with %s', async (_what, more, problem) => {
    expect(await problemOf(send('postEntry', { ...payout, ...more } as Json))).toEqual(problem);
  });

  it('can be insisted on at a revision', async () => {
    await send('postEntry', payout);
    expect(await problemOf(send('postEntry', payout, { key: 'second-key', ifMatch: '"0"' }))).toEqual([
      412,
      'revision-mismatch',
    ]);
  });
});

describe('undoing an entry', () => {
  it('posts its opposite, once', async () => {
    const { entryId } = bodyOf(await send('postEntry', payout));
    const undo = { currency: 'EUR', memo: 'posted by mistake' };

    const undone = bodyOf(await send('reverseEntry', undo, { entryId }));

    expect(undone).toMatchObject({
      reverses: entryId,
      postings: [{ debit: '1100:external', credit: '1000', amount: 970, currency: 'EUR' }],
    });
    expect(await problemOf(send('reverseEntry', undo, { entryId, key: 'second-key' }))).toEqual([
      409,
      'entry-already-reversed',
    ]);
  });

  it('is refused where there is no such entry, and leaves nothing behind', async () => {
    const entryId = '00000000-0000-5000-8000-000000000001';
    const undo = { currency: 'EUR', memo: 'posted by mistake' };
    expect(await problemOf(send('reverseEntry', undo, { entryId }))).toEqual([404, 'not-found']);
    expect(await typesIn('books-EUR')).toEqual([]);
  });
});

describe('a dry run', () => {
  it('answers what would be posted, and posts nothing', async () => {
    const plan = bodyOf(await send('postEntry', payout, { dryRun: true }));

    expect(plan).toMatchObject({
      dryRun: true,
      replays: false,
      events: [{ type: 'BooksOpened' }, { type: 'EntryPosted' }],
      postings: [{ debit: '1000', amount: 970, currency: 'EUR' }],
      entry: { currency: 'EUR', reference: 'po_1' },
    });
    expect(await typesIn('books-EUR')).toEqual([]);
    expect(bodyOf(await send('postEntry', payout)).entryId).toBe(plan.entry.entryId);
    expect(bodyOf(await send('postEntry', payout, { dryRun: true }))).toMatchObject({
      replays: true,
      events: [],
      postings: [],
    });
  });

  it('is refused like the command itself, and that is not recorded', async () => {
    const wrong = { ...payout, postings: [{ debit: '1000', credit: '1000', amount: 1 }] };
    expect(await problemOf(send('postEntry', wrong, { dryRun: true }))).toEqual([
      422,
      'account-posts-to-itself',
    ]);
    expect(await typesIn('books-EUR')).toEqual([]);
  });
});
