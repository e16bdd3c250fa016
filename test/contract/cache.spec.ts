import { expect, test } from 'vitest';
import { createMemoryCache } from '../../src/adapters/cache/memory/memory-cache.ts';
import { caches } from '../../src/adapters/cache/registry.ts';
import type { Cache, DocumentCache, FoundEntry } from '../../src/ports/cache.ts';
import { closedAfterwards, eventually, temporaryDirectory } from '../support/store-directory.ts';
import { cacheRows, describeEveryAdapter } from '../support/store-rows.ts';

describeEveryAdapter('cache', caches, cacheRows, (openCache, place) => {
  cacheContract(async (entriesMax = 100) =>
    closedAfterwards(await openCache(place(temporaryDirectory()), { entriesMax, answerMsMax })),
  );
});

/** What is promised is shown on busy machines too; that it is soon is shown elsewhere. */
const answerMsMax = 5_000;
const id = '4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a';
const body = (asOf: number) => JSON.stringify({ text: 'Ärger 🔑', asOf });

/** What is there and proven to be current. */
async function current(documents: DocumentCache, at = id): Promise<FoundEntry | undefined> {
  const found = await documents.get(at);
  return found?.isCurrent ? found : undefined;
}

async function put(documents: DocumentCache, asOf: number, at = id): Promise<void> {
  await documents.fill(at, { body: body(asOf), asOf });
}

/** A projector says what has changed between two positions, or with the same one twice that nothing has. */
async function tell(documents: DocumentCache, from: number, to: number, ...forgets: string[]): Promise<void> {
  await documents.published({ from, to, writes: [], forgets });
}

/** What every cache promises; `ports/cache.ts` says it in words. */
function cacheContract(openCache: (entriesMax?: number) => Promise<Cache>): void {
  /** Documents of a projection whose projector stands at a position. */
  const open = async (at: number) => {
    const documents = (await openCache()).documents('order-details', 1);
    await tell(documents, at, at);
    return documents;
  };

  test('what was never put in is not there', async () => {
    expect(await (await open(1)).get(id)).toBeUndefined();
  });

  test.each([id, 'a', '', 'x'.repeat(3_000), 'Ä 🔑\r\nDEL *', '../*:@#'])(
    'what was put in as %j comes back to the byte, with its position',
    async (name) => {
      const documents = await open(7);
      await put(documents, 7, name);
      expect(await documents.get(name)).toMatchObject({ body: body(7), asOf: 7 });
    },
  );

  test.each([
    { customerId: 'c-1', etag: '"3"' },
    { customerId: undefined, etag: '' },
    { customerId: '', etag: '"\t"' },
    { customerId: 'a\nb', etag: '"ü"' },
  ])('what the reader worked out is given back as it was, or not at all: %j', async (memo) => {
    const documents = await open(1);
    await documents.fill(id, { body: body(1), asOf: 1, memo });
    expect([memo, undefined]).toContainEqual((await documents.get(id))?.memo);
  });

  test.each([
    { there: 5, put: 6, kept: 6 },
    { there: 5, put: 5, kept: 5 },
    { there: 5, put: 4, kept: 5 },
  ])('of $there and then $put it keeps $kept: a late fill never hides news', async (row) => {
    const documents = await open(1);
    await put(documents, row.there);
    await documents.fill(id, { body: `late ${row.put}`, asOf: row.put });
    const expected = row.put > row.there ? `late ${row.put}` : body(row.there);
    expect(await current(documents)).toMatchObject({ asOf: row.kept, body: expected });
  });

  test('whatever the order of fills, the newest stays', async () => {
    const documents = await open(1);
    await Promise.all([3, 9, 1, 8, 2].map((asOf) => put(documents, asOf)));
    expect((await documents.get(id))?.asOf).toBe(9);
  });

  test('what a projector calls changed is forgotten, unless it is there as new as that', async () => {
    const documents = await open(4);
    for (const [name, asOf] of [
      ['older', 4],
      ['same', 5],
      ['newer', 6],
    ] as const)
      await put(documents, asOf, name);
    await tell(documents, 4, 5, 'older', 'same', 'newer', 'never-there');
    expect(await documents.get('older')).toBeUndefined();
    expect(await documents.get('same')).toMatchObject({ asOf: 5 });
    expect(await documents.get('newer')).toMatchObject({ asOf: 6 });
  });

  test('what a projector does not call changed holds for where it has come to', async () => {
    const documents = await open(4);
    await put(documents, 4);
    await tell(documents, 4, 9, 'another');
    expect(await current(documents)).toMatchObject({ body: body(4), asOf: 9 });
    await tell(documents, 7, 12, 'another');
    expect(await current(documents)).toMatchObject({ asOf: 12 });
  });

  test('what a projector writes is there, or at least nothing older is', async () => {
    const documents = await open(4);
    await put(documents, 4);
    await documents.published({ from: 4, to: 6, writes: [{ id, body: body(6) }], forgets: [] });
    expect([undefined, { body: body(6), asOf: 6, isCurrent: true }]).toContainEqual(await documents.get(id));
  });

  test('when news were lost, what is older than them is proven no more, and can be put in anew', async () => {
    const documents = await open(4);
    await put(documents, 4);
    await tell(documents, 6, 8);
    expect(await documents.get(id)).toEqual({ body: body(4), asOf: 4, isCurrent: false });
    await put(documents, 8);
    expect(await documents.get(id)).toMatchObject({ asOf: 8, isCurrent: true });
  });

  test('what was read before the projector came by is not kept: it may have changed', async () => {
    const documents = await open(4);
    await tell(documents, 4, 9, id);
    await put(documents, 8);
    expect(await documents.get(id)).toBeUndefined();
  });

  test('news that come late or twice change nothing', async () => {
    const documents = await open(4);
    await put(documents, 4);
    await tell(documents, 4, 9);
    await tell(documents, 4, 9);
    await tell(documents, 5, 7, id);
    expect(await current(documents)).toMatchObject({ asOf: 9 });
  });

  test('an entry that no projector vouches for is proven no more within two seconds, and again when one does', async () => {
    const documents = await open(1);
    await put(documents, 1);
    expect(await current(documents)).toBeDefined();
    await eventually('the proof to end', async () => (await current(documents)) === undefined, 2_500);
    expect(await documents.get(id)).toEqual({ body: body(1), asOf: 1, isCurrent: false });
    await tell(documents, 1, 1);
    expect(await current(documents)).toMatchObject({ asOf: 1 });
  });

  test('documents of another projection and of another version are others', async () => {
    const cache = await openCache();
    const [ours, next, others] = [
      cache.documents('order-details', 1),
      cache.documents('order-details', 2),
      cache.documents('stats', 1),
    ];
    for (const each of [ours, next, others]) await tell(each, 1, 1);
    await put(ours, 1);
    expect([await next.get(id), await others.get(id)]).toEqual([undefined, undefined]);
    await tell(next, 1, 5, id);
    expect(await cache.documents('order-details', 1).get(id)).toMatchObject({ asOf: 1 });
  });

  test('many who ask at once are all answered', async () => {
    const documents = await open(1);
    const ids = Array.from({ length: 500 }, (_, index) => `order-${index % 450}`);
    const cache = await openCache(1_000);
    const many = cache.documents('many', 1);
    await tell(many, 1, 1);
    await Promise.all(ids.map((each) => many.fill(each, { body: each, asOf: 1 })));
    const found = await Promise.all([...ids, 'not-there'].map((each) => many.get(each)));
    expect(found.map((entry) => entry?.body)).toEqual([...ids, undefined]);
    expect(await documents.get('order-1')).toBeUndefined();
    expect(cache.figures).toMatchObject({ hits: ids.length, misses: 1, failures: 0, bypassed: false });
  });

  test('a closed cache gives nothing and complains about nothing', async () => {
    const cache = await openCache();
    const documents = cache.documents('order-details', 1);
    await tell(documents, 1, 1);
    await put(documents, 1);
    await cache.close();
    expect(await documents.get(id)).toBeUndefined();
    await tell(documents, 1, 9, id);
    await expect(cache.close()).resolves.toBeUndefined();
  });
}

test('the cache in memory keeps no more entries than it may, and those used last', async () => {
  const documents = createMemoryCache(10).documents('order-details', 1);
  for (let index = 0; index < 50; index++) {
    await put(documents, 1, `${index}`);
    await documents.get('0');
  }
  const kept = [];
  for (let index = 0; index < 50; index++)
    if ((await documents.get(`${index}`)) !== undefined) kept.push(index);
  expect(kept.length).toBeLessThanOrEqual(10);
  expect(kept).toContain(0);
  expect(kept).toContain(49);
});
