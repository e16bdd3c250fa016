import fc from 'fast-check';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryCache } from '../../src/adapters/cache/memory/memory-cache.ts';
import { openRedisCache } from '../../src/adapters/cache/redis/redis-cache.ts';
import type { CacheEntry, DocumentCache, PublishedChanges } from '../../src/ports/cache.ts';
import { available, type RedisServer, startRedis } from '../support/servers/redis.ts';

const ids = ['a', 'b', 'c'] as const;
const id = fc.constantFrom(...ids);
const reader = fc.constantFrom(0, 1);

/** Whatever can happen around a cache, in any order. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('change'), id, deletes: fc.nat({ max: 9 }) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('commit'),
      count: fc.integer({ min: 1, max: 3 }),
      news: fc.constantFrom('told', 'told', 'told', 'late', 'lost'),
      withBodies: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('deliver'), which: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('vouch') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('lag'), from: fc.nat(), to: fc.nat() }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('read'), id, reader, early: fc.nat({ max: 4 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('fill'), which: fc.nat() }) },
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('get'), id, reader }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('forget'), what: fc.constantFrom(...ids, 'mark', 'all') }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Kind> ? Kind : never;

interface Place {
  /** The documents as each of two query processes sees them; the projector writes to the first. */
  readonly readers: readonly [DocumentCache, DocumentCache];
  forget(what: string): Promise<void>;
}

/** A log, its projector, and what is on its way to the cache. Position 0 is before the first event. */
class World {
  readonly #place: Place;
  readonly #log: { readonly id: string; readonly deletes: boolean }[] = [];
  #position = 0;
  readonly #lateNews: PublishedChanges[] = [];
  readonly #readings: { readonly id: string; readonly reader: 0 | 1; readonly entry: CacheEntry }[] = [];
  readonly #sent: unknown[] = [];
  hits = 0;
  lifted = 0;

  constructor(place: Place) {
    this.#place = place;
  }

  async take(next: Step): Promise<void> {
    switch (next.kind) {
      case 'change':
        this.#log.push({ id: next.id, deletes: next.deletes === 0 });
        return;
      case 'commit':
        return this.#commit(
          Math.min(this.#position + next.count, this.#log.length),
          next.news,
          next.withBodies,
        );
      case 'deliver':
        return this.#tell(take(this.#lateNews, next.which));
      case 'vouch':
        return this.#tell(this.#changes(this.#position, this.#position, true));
      case 'lag': {
        const to = next.to % (this.#position + 1);
        return this.#tell(this.#changes(next.from % (to + 1), to, true));
      }
      case 'read':
        return this.#read(next.id, next.reader === 0 ? 0 : 1, next.early === 0);
      case 'fill': {
        const reading = take(this.#readings, next.which);
        if (reading !== undefined)
          this.#sent.push(this.#place.readers[reading.reader].fill(reading.id, reading.entry));
        return;
      }
      case 'get':
        return this.#get(next.id, this.#place.readers[next.reader === 0 ? 0 : 1]);
      case 'forget':
        return this.#place.forget(next.what);
    }
  }

  async settle(): Promise<void> {
    await Promise.all(this.#sent);
  }

  #commit(to: number, news: string, withBodies: boolean): void {
    const changes = this.#changes(this.#position, to, withBodies);
    this.#position = to;
    if (news === 'told') this.#tell(changes);
    else if (news === 'late') this.#lateNews.push(changes);
  }

  #tell(changes: PublishedChanges | undefined): void {
    if (changes !== undefined) this.#sent.push(this.#place.readers[0].published(changes));
  }

  #changes(from: number, to: number, withBodies: boolean): PublishedChanges {
    const changed = [...new Set(this.#log.slice(from, to).map((event) => event.id))];
    const bodies = changed.map((each) => ({ id: each, body: this.#bodyAt(each, to) }));
    const writes = bodies.flatMap(({ id: each, body }) => (withBodies && body ? [{ id: each, body }] : []));
    const written = new Set(writes.map((each) => each.id));
    return { from, to, writes, forgets: changed.filter((each) => !written.has(each)) };
  }

  /** Some stores tell the position they were at before a read: the document may be newer. */
  #read(wanted: string, by: 0 | 1, early: boolean): void {
    const body = this.#bodyAt(wanted, this.#position);
    const asOf = early ? Math.max(0, this.#position - 1) : this.#position;
    if (body !== undefined) this.#readings.push({ id: wanted, reader: by, entry: { body, asOf } });
  }

  async #get(wanted: string, documents: DocumentCache): Promise<void> {
    const found = await documents.get(wanted);
    if (found === undefined) return;
    const changedAt = Number(found.body);
    expect(this.#log[changedAt - 1]?.id).toBe(wanted);
    expect(changedAt, `${wanted} as of ${found.asOf}`).toBeGreaterThanOrEqual(
      this.#lastChange(wanted, found.asOf),
    );
    if (!found.isCurrent) return;
    this.hits += 1;
    if (this.#lastChange(wanted, found.asOf) < found.asOf - 1) this.lifted += 1;
  }

  /** A body is the position of the event that made it. */
  #bodyAt(wanted: string, position: number): string | undefined {
    const at = this.#lastChange(wanted, position);
    return at === 0 || this.#log[at - 1]?.deletes ? undefined : String(at);
  }

  #lastChange(wanted: string, position: number): number {
    return this.#log.slice(0, position).findLastIndex((event) => event.id === wanted) + 1;
  }
}

function take<Item>(items: Item[], which: number): Item | undefined {
  return items.splice(which % Math.max(1, items.length), 1)[0];
}

async function neverWrong(open: () => Place, runs: number): Promise<void> {
  let hits = 0;
  let lifted = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 80, size: 'max' }), async (steps) => {
      const world = new World(open());
      for (const each of steps) await world.take(each);
      await world.settle();
      hits += world.hits;
      lifted += world.lifted;
    }),
    { numRuns: runs },
  );
  // Answering nothing would never be wrong either.
  expect(hits).toBeGreaterThan(runs / 4);
  expect(lifted).toBeGreaterThan(runs / 20);
}

test('whatever happens, the cache in memory gives nothing for a position at which it had changed', async () => {
  await neverWrong(() => {
    const documents = createMemoryCache(100).documents('order-details', 1);
    return { readers: [documents, documents], forget: async () => {} };
  }, 1_000);
});

describe.skipIf(!available())('processes that share a cache', () => {
  let redis: RedisServer;
  const closes: (() => unknown)[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(async () => {
    for (const close of closes) await close();
    await redis?.stop();
  });

  test('are given nothing for a position at which it had changed, whatever happens', async () => {
    const caches = await Promise.all([0, 1].map(() => openRedisCache(redis.url, { answerMsMax: 5_000 })));
    const server = new Redis(redis.url);
    closes.push(() => server.disconnect(), ...caches.map((cache) => () => cache.close()));
    let world = 0;
    await neverWrong(() => {
      world += 1;
      const name = `world-${world}`;
      const [first, second] = caches.map((cache) => cache.documents(name, 1));
      if (first === undefined || second === undefined) throw new Error('two caches were opened');
      return {
        readers: [first, second],
        forget: async (what) => {
          if (what === 'all') await server.flushall();
          else await server.del(what === 'mark' ? `${name}@1` : `${name}@1:${what}`);
        },
      };
    }, 300);
  });
});
