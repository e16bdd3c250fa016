/**
 * Documents, kept close. Never the truth: it may forget anything at any time, and loses nobody anything but time. It says
 * of what it gives whether it can prove that it is current. Nothing in it throws or rejects, `check` aside.
 */
export interface Cache {
  /**
   * Whether other processes see what is in it. Then whoever hosts the projector tells it of every commit, documents and
   * all; else it is told by the news within its process, which carry ids alone.
   */
  readonly shared: boolean;
  /** What has happened so far; counts only grow. */
  readonly figures: CacheFigures;
  /** The part of one projection. @param version keeps documents of another version apart. */
  documents(projection: string, version: number): DocumentCache;
  /** Rejects while it cannot be reached; absent where it always can. For those who watch: nobody waits for it. */
  check?(): Promise<void>;
  close(): Promise<void>;
}

/** The documents of one version of a projection. */
export interface DocumentCache {
  /** `undefined` for what is not there or cannot be reached. */
  get(id: string): FoundEntry | undefined | Promise<FoundEntry | undefined>;
  /**
   * Keeps a document as it was read, unless what is there holds for as late a position, or a projector was heard of
   * later than that: then it may have been overtaken by a change.
   */
  fill(id: string, entry: CacheEntry): void | Promise<void>;
  /**
   * A projector has committed, or vouches with `from` = `to` that nothing has come since. What holds for `from` and has
   * not changed holds for `to`. News may be lost, repeated and late: then less is proven, and never something wrong.
   */
  published(news: PublishedChanges): void | Promise<void>;
}

export interface CacheEntry {
  readonly body: string;
  /** Position up to which nothing is missing from the body. What is found holds for the latest that this is proven for. */
  readonly asOf: number;
  /** What the reader worked out from the body. It may be dropped. */
  readonly memo?: DocumentMemo;
}

export interface FoundEntry extends CacheEntry {
  /**
   * Whether a projector has vouched for it lately, so that it is what the read model would answer. Without that it was
   * so at `asOf`, and nobody knows what has come since: good enough only while the read model is away.
   */
  readonly isCurrent: boolean;
}

/** What has to be known of a document to serve it, beside its body. */
export interface DocumentMemo {
  /** Whose it is; `undefined` for what belongs to no customer. */
  readonly customerId: string | undefined;
  readonly etag: string;
}

/** Everything that changed in a projection after the position `from`, up to `to`. */
export interface PublishedChanges {
  readonly from: number;
  readonly to: number;
  /** Documents as they are at `to`. */
  readonly writes: readonly { readonly id: string; readonly body: string; readonly memo?: DocumentMemo }[];
  /** Ids of what is to be forgotten: it is gone, or its new body is not at hand. */
  readonly forgets: readonly string[];
}

export interface CacheFigures {
  /** Entries found that are current. */
  readonly hits: number;
  readonly misses: number;
  /** Questions that were not answered, in time or at all. */
  readonly failures: number;
  /** True while it is not asked, because it did not answer. */
  readonly bypassed: boolean;
}
