import { expect, test } from 'vitest';
import { createMemoryCache } from './adapters/cache/memory/memory-cache.ts';
import type { Cache, PublishedChanges } from './ports/cache.ts';
import type { ProjectionNews } from './ports/projection-feed.ts';
import type { CommittedPage } from './projections/runner.ts';
import { tellsOf } from './write-through.ts';

const document = (id: string) => ({
  id,
  body: '{"customerId":"c-1","revision":3}',
  position: 7,
  isNew: false,
  fields: {},
});

const page = (ids: readonly string[]): CommittedPage => ({
  projection: 'order-details',
  version: 3,
  from: 4,
  position: 7,
  writes: ids.map(document),
  deletes: ['gone'],
});

/** What a cache and the queries of the same process are told of a page. */
function toldOf(told: CommittedPage, { shared }: { readonly shared: boolean }) {
  const published: { readonly of: string; readonly changes: PublishedChanges }[] = [];
  const news: ProjectionNews[] = [];
  const local = createMemoryCache(1);
  const cache: Cache = {
    ...local,
    shared,
    documents: (projection, version) => ({
      ...local.documents(projection, version),
      published: (changes) => void published.push({ of: `${projection}@${version}`, changes }),
    }),
  };
  tellsOf(cache, (each) => news.push(each))(told);
  return { published, news };
}

test('a shared cache is told the documents, with what has to be known to serve them', () => {
  const memo = { customerId: 'c-1', etag: '"3"' };
  const writes = [{ id: 'a', body: document('a').body, memo }];
  expect(toldOf(page(['a']), { shared: true }).published).toEqual([
    { of: 'order-details@3', changes: { from: 4, to: 7, writes, forgets: ['gone'] } },
  ]);
});

test('of a page of very many documents it is told only that they have changed', () => {
  const ids = Array.from({ length: 201 }, (_, index) => `order-${index}`);
  expect(toldOf(page(ids), { shared: true }).published).toEqual([
    { of: 'order-details@3', changes: { from: 4, to: 7, writes: [], forgets: [...ids, 'gone'] } },
  ]);
});

test.each([true, false])('the queries of the same process are told what changed; shared: %j', (shared) => {
  const { news, published } = toldOf(page(['a']), { shared });
  expect(news).toEqual([{ projection: 'order-details', from: 4, position: 7, changed: ['a', 'gone'] }]);
  expect(published).toHaveLength(shared ? 1 : 0);
});
