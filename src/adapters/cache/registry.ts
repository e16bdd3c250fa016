import type { Cache } from '../../ports/cache.ts';
import type { Logger } from '../../ports/logger.ts';
import { createMemoryCache } from './memory/memory-cache.ts';

export interface CacheOptions {
  /** Bounds what is kept in this process; a server has a bound of its own. */
  readonly entriesMax: number;
  /** Told when a server is away, and when it is back. */
  readonly logger?: Logger;
  /** How long an answer of a server is waited for, 50 ms by default: after that the read model is quicker. */
  readonly answerMsMax?: number;
}

/** Every cache, by the scheme of its URL. Adding one is its file and its line here. */
export const caches: Readonly<
  Record<string, (url: string, options: CacheOptions) => Cache | Promise<Cache>>
> = {
  memory: (_url, { entriesMax }) => createMemoryCache(entriesMax),
  redis: openRedis,
  rediss: openRedis,
};

async function openRedis(url: string, options: CacheOptions): Promise<Cache> {
  return (await import('./redis/redis-cache.ts')).openRedisCache(url, options);
}
