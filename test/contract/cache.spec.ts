import { expect, test } from 'vitest';
import { type CacheOptions, caches } from '../../src/adapters/cache/registry.ts';
import type { Cache } from '../../src/ports/cache.ts';
import { closedAfterwards, eventually, temporaryDirectory } from '../support/store-directory.ts';
import { cacheRows, describeEveryAdapter } from '../support/store-rows.ts';

describeEveryAdapter('cache', caches, cacheRows, (openCache, place) => {
  const open = async (options: Partial<CacheOptions> = {}) =>
    closedAfterwards(await openCache(place(temporaryDirectory()), { entriesMax: 100, ...options }));
  cacheContract(open);
});

const key = 'order-details/4f0c7f6e-2f3b-5d0e-9c39-6f0f7d1f5b7a';
const body = (asOf: number) => JSON.stringify({ text: 'Ärger 🔑', asOf });

async function put(cache: Cache, asOf: number, at = key): Promise<void> {
  await cache.setIfNewer(at, { body: body(asOf), asOf });
}

/** What every cache promises; `ports/cache.ts` says it in words. */
function cacheContract(open: (options?: Partial<CacheOptions>) => Promise<Cache>): void {
  test('what was never put in is not there', async () => {
    const cache = await open();
    expect(await cache.get(key)).toBeUndefined();
  });

  test('what was put in comes back to the byte, with its position', async () => {
    const cache = await open();
    await put(cache, 7);
    expect(await cache.get(key)).toMatchObject({ body: body(7), asOf: 7 });
  });

  test('what the reader worked out is given back as it was, or not at all', async () => {
    const cache = await open();
    const memo = { customerId: 'c-1', etag: '"3"' };
    await cache.setIfNewer(key, { body: body(1), asOf: 1, memo });
    expect([memo, undefined]).toContainEqual((await cache.get(key))?.memo);
  });

  test.each([
    { there: 5, put: 6, kept: 6 },
    { there: 5, put: 5, kept: 5 },
    { there: 5, put: 4, kept: 5 },
  ])(
    'of $there and then $put it keeps $kept: a late fill never hides news',
    async ({ there, put: late, kept }) => {
      const cache = await open();
      await put(cache, there);
      await cache.setIfNewer(key, { body: `late ${late}`, asOf: late });
      expect(await cache.get(key)).toMatchObject({
        asOf: kept,
        body: late > there ? `late ${late}` : body(there),
      });
    },
  );

  test('whatever the order of fills, the newest stays', async () => {
    const cache = await open();
    await Promise.all([3, 9, 1, 8, 2].map((asOf) => put(cache, asOf)));
    expect((await cache.get(key))?.asOf).toBe(9);
  });

  test('an invalidation forgets what is older than its position, and nothing else', async () => {
    const cache = await open();
    for (const [name, asOf] of [
      ['older', 4],
      ['same', 5],
      ['newer', 6],
      ['untold', 1],
    ] as const)
      await put(cache, asOf, name);
    await cache.invalidate(['older', 'same', 'newer', 'never-there'], 5);
    expect(await cache.get('older')).toBeUndefined();
    expect(await cache.get('same')).toMatchObject({ asOf: 5 });
    expect(await cache.get('newer')).toMatchObject({ asOf: 6 });
    expect(await cache.get('untold')).toMatchObject({ asOf: 1 });
  });

  test('it keeps no more entries than it may, and those used last', async () => {
    const cache = await open({ entriesMax: 10 });
    for (let index = 0; index < 50; index++) {
      await put(cache, 1, `order/${index}`);
      await cache.get('order/0');
    }
    const kept = [];
    for (let index = 0; index < 50; index++)
      if ((await cache.get(`order/${index}`)) !== undefined) kept.push(index);
    expect(kept.length).toBeLessThanOrEqual(10);
    expect(kept).toContain(0);
    expect(kept).toContain(49);
  });

  test('where nobody invalidates, an entry goes after its time', async () => {
    const cache = await open({ entryMsMax: 30 });
    await put(cache, 1);
    await eventually('the entry to go', async () => (await cache.get(key)) === undefined);
  });

  test('a closed cache gives nothing and complains about nothing', async () => {
    const cache = await open();
    await put(cache, 1);
    await cache.close();
    expect(await cache.get(key)).toBeUndefined();
    await cache.invalidate([key], 9);
    await expect(cache.close()).resolves.toBeUndefined();
  });
}
