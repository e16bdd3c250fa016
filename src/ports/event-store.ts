/**
 * The log: every fact, once, for ever. Streams are named `<category>-<id>`; revisions of a stream are 0, 1, 2 … without
 * gaps; positions order all events of all streams and only grow, and are safe integers: a store that counts further must
 * refuse to start. Names that start with `$` are never used.
 */
export interface EventStore {
  /**
   * Appends all of `events` to `stream`, or none, durably: the promise resolves after the store has made them safe.
   * `expected` is the exact revision of the last event there, or `noStream`. Repeating an append with the same event
   * ids at the same revision answers as the first time did (only ids are compared); an empty append is refused by assertion.
   * Appends of one caller to one stream keep their order.
   * @throws StoreUnavailable when nothing was written; OutcomeUnknown when it cannot be told whether it was.
   */
  append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendResult>;

  /**
   * Events of one stream in order of revision, at most `countMax`; empty where there are none, also for a stream that
   * does not exist. Forwards from `from` (inclusive, default 0), or backwards from the end.
   * @throws StoreUnavailable
   */
  readStream(stream: string, page: StreamPage): Promise<readonly RecordedEvent[]>;

  /**
   * Events of all streams in order of position: forwards those after `after` (exclusive; `beginning` for all),
   * backwards those before `before`. At most `countMax`; an empty page means the end.
   * @throws StoreUnavailable
   */
  readAll(page: LogPage): Promise<readonly RecordedEvent[]>;

  /** Position of the last event, `beginning` when the log is empty. @throws StoreUnavailable */
  head(): Promise<number>;

  /**
   * What the store itself can tell is wrong with the log: gaps, damaged pages, an end that was cut off. Reads everything.
   * Hashes and meaning are checked elsewhere.
   */
  audit(): AsyncIterable<StoreDefect>;

  /**
   * Rings after events were appended, by this process or another: soon, at least once, without saying what. It is a
   * doorbell and never the data path. Returns the way to stop it.
   */
  onAppended(listener: () => void): () => void;

  close(): Promise<void>;
}

export interface NewEvent {
  readonly eventId: string;
  readonly type: string;
  /** JSON text, stored to the byte. */
  readonly data: string;
  /** JSON text, stored to the byte. */
  readonly metadata: string;
}

export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  readonly revision: number;
  readonly position: number;
}

export type AppendResult =
  | {
      readonly status: 'appended';
      readonly revision: number;
      /** Of the last event of the append. */
      readonly position: number;
      /** True when the events were there already: read them again, because what is stored is what the first append said. */
      readonly repeated: boolean;
    }
  /** `actual` is the revision of the last event there now, or `noStream`. */
  | { readonly status: 'conflict'; readonly actual: number };

export interface StreamPage {
  readonly from?: number;
  readonly direction?: 'forwards' | 'backwards';
  readonly countMax: number;
}

export type LogPage =
  | { readonly after: number; readonly countMax: number }
  | { readonly before: number; readonly countMax: number };

export interface StoreDefect {
  readonly problem: string;
  readonly stream?: string;
  readonly revision?: number;
  readonly position?: number;
}
