import type { Cache, PublishedChanges } from './ports/cache.ts';
import type { ProjectionNews } from './ports/projection-feed.ts';
import type { CommittedPage } from './projections/runner.ts';
import { memoOf } from './queries/memo.ts';

/** A page of more documents than this comes from a projector that has much to catch up with: nobody waits for each of them. */
const writtenMax = 200;

/** What a projector tells when it has committed, or has nothing to commit. */
export type Tell = (page: CommittedPage) => void;

/**
 * Tells a cache that processes share what the projector has committed, documents and all, and waits for nothing. A cache
 * of one process alone is told by the news there.
 */
export function writeThrough(cache: Cache): Tell {
  if (!cache.shared) return () => {};
  return (page) => void cache.documents(page.projection, page.version).published(changesIn(page));
}

function changesIn({ from, position: to, writes, deletes }: CommittedPage): PublishedChanges {
  if (writes.length > writtenMax)
    return { from, to, writes: [], forgets: [...writes.map(({ id }) => id), ...deletes] };
  // Worked out here once, instead of by everybody who reads it.
  return {
    from,
    to,
    writes: writes.map(({ id, body }) => ({ id, body, memo: memoOf(body) })),
    forgets: deletes,
  };
}

/** What the queries of the same process are told. */
export function newsOf({ projection, from, position, writes, deletes }: CommittedPage): ProjectionNews {
  return { projection, from, position, changed: [...writes.map(({ id }) => id), ...deletes] };
}
