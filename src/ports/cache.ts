/**
 * Bodies of documents, kept close. Never the truth: it may forget anything at any time, and loses nobody anything but
 * time. Entries carry the position they hold for, and an older one never replaces a newer one.
 */
export interface Cache {
  /** `undefined` also when the cache cannot be reached: it never throws. */
  get(key: string): CacheEntry | undefined | Promise<CacheEntry | undefined>;
  /** Keeps the entry unless what is there holds for as late a position, or later. */
  setIfNewer(key: string, entry: CacheEntry): void | Promise<void>;
  /** Forgets entries that hold for less than `position`. */
  invalidate(keys: readonly string[], position: number): void | Promise<void>;
  /** Rejects while it cannot be reached; absent where it always can. For those who watch: nobody waits for it. */
  check?(): Promise<void>;
  close(): Promise<void>;
}

export interface CacheEntry {
  readonly body: string;
  /** Position up to which nothing is missing from the body. */
  readonly asOf: number;
  /** What the reader worked out from the body. A cache outside this process drops it. */
  readonly memo?: DocumentMemo;
}

/** What has to be known of a document to serve it, beside its body. */
export interface DocumentMemo {
  /** Whose it is; `undefined` for what belongs to no customer. */
  readonly customerId: string | undefined;
  readonly etag: string;
}
