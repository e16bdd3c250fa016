import type { Cache } from '../../../ports/cache.ts';
import { redisAddress } from './redis-address.ts';
import { RedisDocuments } from './redis-documents.ts';
import { RedisLink, type RedisLinkOptions } from './redis-link.ts';

/**
 * A cache that processes share, in Redis. It opens whether the server is there or not, and is used as soon as it is.
 * @param url `redis://user:password@host:port/database?keyPrefix=…`, or `rediss:` for TLS. What begins with the prefix
 * is this ledger's alone: another ledger needs another.
 * @throws StoreUnavailable for a URL that names no server
 */
export async function openRedisCache(url: string, options: RedisLinkOptions): Promise<Cache> {
  const address = redisAddress(url);
  const link = new RedisLink(address, options);
  const parts = new Map<string, RedisDocuments>();
  const counts = { hits: 0, misses: 0 };
  await link.connect();
  return {
    shared: true,
    figures: {
      get hits() {
        return counts.hits;
      },
      get misses() {
        return counts.misses;
      },
      get failures() {
        return link.failures;
      },
      get bypassed() {
        return link.isBypassed;
      },
    },
    documents: (projection, version) => {
      const name = `${projection}@${version}`;
      const part = parts.get(name) ?? new RedisDocuments(link, address.keyPrefix, name, counts);
      parts.set(name, part);
      return part;
    },
    check: () => link.check(),
    close: async () => link.close(),
  };
}
