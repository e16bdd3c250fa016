import type { Cache } from '../../ports/cache.ts';
import { createMemoryCache } from './memory/memory-cache.ts';

export interface CacheOptions {
  readonly entriesMax: number;
  /** How long an entry is kept where nobody invalidates what has changed; absent where somebody does. */
  readonly entryMsMax?: number;
}

/** Every cache, by the scheme of its URL. Adding one is its file and its line here. */
export const caches: Readonly<
  Record<string, (url: string, options: CacheOptions) => Cache | Promise<Cache>>
> = {
  memory: (_url, { entriesMax, entryMsMax }) => createMemoryCache(entriesMax, entryMsMax),
};
