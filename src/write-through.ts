import type { Cache, PublishedChanges } from './ports/cache.ts';
import type { ProjectionNews } from './ports/projection-feed.ts';
import type { CommittedPage } from './projections/runner.ts';
import { memoOf } from './queries/memo.ts';

/** A page of more documents than this comes from a projector that has much to catch up with: nobody waits for each of them. */
const writtenMax = 200;

/**
 * What a projector does when it has committed, or has nothing to commit: it tells a cache that processes share, documents
 * and all, and waits for nothing; and it tells the queries of its own process, whose cache learns of it from there.
 */
export function tellsOf(
  cache: Cache,
  publish: (news: ProjectionNews) => void,
): (page: CommittedPage) => void {
  return (page) => {
    if (cache.shared) void cache.documents(page.projection, page.version).published(changesIn(page));
    publish(newsOf(page));
  };
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

function newsOf({ projection, from, position, writes, deletes }: CommittedPage): ProjectionNews {
  return { projection, from, position, changed: [...writes.map(({ id }) => id), ...deletes] };
}
