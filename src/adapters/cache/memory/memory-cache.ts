import { LRUCache } from 'lru-cache';
import type { Cache, CacheEntry } from '../../../ports/cache.ts';

/**
 * The cache in this process: the entries used last.
 * @param entryMsMax how long an entry is kept, where nobody invalidates what has changed.
 */
export function createMemoryCache(entriesMax: number, entryMsMax?: number): Cache {
  const entries = new LRUCache<string, CacheEntry>({
    max: entriesMax,
    ...(entryMsMax !== undefined && { ttl: entryMsMax }),
  });

  return {
    get: (key) => entries.get(key),
    setIfNewer: (key, entry) => {
      const there = entries.peek(key);
      if (there === undefined || there.asOf < entry.asOf) entries.set(key, entry);
    },
    invalidate: (keys, position) => {
      for (const key of keys) {
        const there = entries.peek(key);
        if (there !== undefined && there.asOf < position) entries.delete(key);
      }
    },
    close: async () => entries.clear(),
  };
}
