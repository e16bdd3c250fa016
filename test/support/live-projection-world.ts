import { createMemoryCache } from '../../src/adapters/cache/memory/memory-cache.ts';
import { createLocalFeed } from '../../src/adapters/feed/local-feed.ts';
import { StoreUnavailable } from '../../src/domain/kernel/faults.ts';
import type { ReadDocument } from '../../src/ports/read-model.ts';
import { LiveProjection } from '../../src/queries/live-projection.ts';
import { createManualClock } from './http-manual-clock.ts';

export const projectionName = 'order-details';
export const waitMsMax = 2_000;

/** A projection over one document, a clock that moves when told, and the news of a projector. */
export function liveProjectionWorld({ fed = true } = {}) {
  const store = {
    body: '{"revision":0}',
    position: 1,
    reads: 0,
    lists: 0,
    asks: 0,
    held: undefined as Promise<void> | undefined,
    away: false,
  };
  const clock = createManualClock();
  const feed = createLocalFeed();
  const cache = createMemoryCache(100);
  const reader = {
    get: async (): Promise<ReadDocument | undefined> => {
      store.reads += 1;
      if (store.away) throw new StoreUnavailable('read model', 'no connection', '');
      // What is read is what was there when the reading began, however long it takes.
      const read = store.body === '' ? undefined : { body: store.body, asOf: store.position };
      await store.held;
      return read;
    },
    list: async () => ({ documents: [], asOf: store.position }),
    position: async () => {
      store.asks += 1;
      if (store.away) throw new StoreUnavailable('read model', 'no connection', '');
      const { position } = store;
      await store.held;
      return position;
    },
  };
  const tell = (projection: string, from: number, position: number, changed: readonly string[]) =>
    feed.publish({ projection, from, position, changed });
  const live = new LiveProjection(projectionName, 1, reader, {
    cache,
    clock,
    ...(fed && { feed }),
    waitMsMax,
    memoOf: (body) => ({ customerId: 'customer-1', etag: `"${JSON.parse(body).revision}"` }),
  });
  // The projector vouches for where it is, as one does that has nothing to commit.
  tell(projectionName, store.position, store.position, []);
  return {
    live,
    store,
    cache,
    /** The projector commits the document at a revision, and says so. */
    commit: (revision: number, position: number, changed: readonly string[] = ['a']) => {
      const from = store.position;
      Object.assign(store, { body: `{"revision":${revision}}`, position });
      tell(projectionName, from, position, changed);
    },
    tell: (projection: string, position: number) => tell(projection, store.position, position, ['a']),
    hold: () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      store.held = promise;
      return () => {
        store.held = undefined;
        resolve();
      };
    },
    pass: clock.pass,
  };
}
