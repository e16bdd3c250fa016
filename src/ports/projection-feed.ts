/** News of what live projections have committed, where the projector runs in the same process as queries. */
export interface ProjectionFeed {
  publish(news: ProjectionNews): void;
  /** Hears all news published from now on, in order; returns the way to stop. */
  subscribe(listener: (news: ProjectionNews) => void): () => void;
}

export interface ProjectionNews {
  readonly projection: string;
  /** Position it was at before. The same as `position` when nothing has come since and that is the news. */
  readonly from: number;
  /** Position the projection has reached. */
  readonly position: number;
  /** Ids of the documents that changed on the way there. */
  readonly changed: readonly string[];
}
