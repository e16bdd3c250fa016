import type { ProjectionFeed, ProjectionNews } from '../../ports/projection-feed.ts';

/** News within one thread; another thread hands its news to `publish`. */
export function createLocalFeed(): ProjectionFeed {
  const listeners = new Set<(news: ProjectionNews) => void>();
  return {
    publish: (news) => {
      for (const listener of listeners) listener(news);
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
