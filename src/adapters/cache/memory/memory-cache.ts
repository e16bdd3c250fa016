import { LRUCache } from 'lru-cache';
import type { Cache, CacheEntry, DocumentCache, FoundEntry } from '../../../ports/cache.ts';

/** How long an entry is taken for current that no projector of this process vouches for. */
const unprovenMsMax = 1_000;
/** How long a projector's word holds: it is given at least every half second. */
const vouchedMsMax = 1_500;

interface Kept {
  readonly entry: CacheEntry;
  readonly sinceMs: number;
}

/** What holds for `floor` or later and is there holds for `to`: a projector has said what changed in between. */
interface Watermark {
  readonly floor: number;
  readonly to: number;
  readonly heardMs: number;
}

/**
 * The cache in this process: the entries used last, and what its own projector says about them.
 *
 * @param monotonicMs milliseconds from any start on, by which entries age
 */
export function createMemoryCache(
  entriesMax: number,
  monotonicMs: () => number = () => performance.now(),
): Cache {
  const entries = new LRUCache<string, Kept>({ max: entriesMax });
  const parts = new Map<string, DocumentCache>();
  const figures = { hits: 0, misses: 0, failures: 0, bypassed: false };
  return {
    shared: false,
    figures,
    documents: (projection, version) => {
      const prefix = `${projection}@${version}:`;
      const part = parts.get(prefix) ?? partOf(entries, prefix, figures, monotonicMs);
      parts.set(prefix, part);
      return part;
    },
    close: async () => entries.clear(),
  };
}

function partOf(
  entries: LRUCache<string, Kept>,
  prefix: string,
  figures: { hits: number; misses: number },
  monotonicMs: () => number,
): DocumentCache {
  let mark: Watermark | undefined;

  return {
    get: (id) => {
      const kept = entries.get(prefix + id);
      const found = kept && judged(kept, monotonicMs());
      if (found?.isCurrent) figures.hits += 1;
      else figures.misses += 1;
      return found;
    },
    fill: (id, entry) => {
      if (mark !== undefined && entry.asOf < mark.to) return;
      const there = entries.peek(prefix + id);
      const sinceMs = monotonicMs();
      if (there === undefined || there.entry.asOf < entry.asOf) entries.set(prefix + id, { entry, sinceMs });
      // Read again and found the same: as good as new.
      else if (there.entry.asOf === entry.asOf) entries.set(prefix + id, { entry: there.entry, sinceMs });
    },
    published: ({ from, to, writes, forgets }) => {
      if (mark !== undefined && mark.to > to) return;
      for (const { id } of writes) forget(id, to);
      for (const id of forgets) forget(id, to);
      // Nobody has said what changed between what was heard of and `from`: what is there is proven no more.
      const floor = mark === undefined || mark.to < from ? to : mark.floor;
      mark = { floor, to, heardMs: monotonicMs() };
    },
  };

  function judged({ entry, sinceMs }: Kept, nowMs: number): FoundEntry {
    if (mark === undefined || nowMs - mark.heardMs > vouchedMsMax)
      return { ...entry, isCurrent: nowMs - sinceMs < unprovenMsMax };
    if (entry.asOf < mark.floor) return { ...entry, isCurrent: false };
    return { ...entry, asOf: Math.max(entry.asOf, mark.to), isCurrent: true };
  }

  function forget(id: string, position: number): void {
    const there = entries.peek(prefix + id);
    if (there !== undefined && there.entry.asOf < position) entries.delete(prefix + id);
  }
}
