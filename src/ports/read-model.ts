/**
 * Where projections keep their documents. Every projection has generations: complete, separate sets of documents with
 * a position of their own. One is active and answers queries; the one before is kept for rollback; at most one is
 * being built. A generation is written by one projector at a time, which the position guards.
 */
export interface ReadModel {
  /** Every projection that was ever registered, ordered by name. @throws StoreUnavailable */
  projections(): Promise<readonly ProjectionRecord[]>;

  /**
   * Starts a generation to be built, or answers the one that is being built for this version already. A build for
   * another version is dropped. @throws StoreUnavailable
   */
  startBuild(shape: ProjectionShape): Promise<number>;

  /** Drops the generation being built, if there is one. @throws StoreUnavailable */
  dropBuild(name: string): Promise<void>;

  /** The documents of one generation, to be written. @throws StoreUnavailable */
  open(shape: ProjectionShape, generation: number): Promise<Generation>;

  /**
   * Makes `generation` (the one built, or the previous one) the active one. First stops commits to the active one for
   * good, then calls `catchUp` with the position it stopped at; `catchUp` brings the new one at least there, and only
   * then do readers see it: no reader goes back in time. The one before is kept, older ones are dropped.
   * @throws StoreUnavailable; whatever `catchUp` throws, and then the active one stays and accepts commits again.
   */
  activate(
    shape: ProjectionShape,
    generation: number,
    catchUp: (position: number) => Promise<void>,
  ): Promise<void>;

  /** Reads of the active generation. */
  reader(shape: ProjectionShape): ProjectionReader;

  close(): Promise<void>;
}

/** What a store has to know of a projection to keep its documents. */
export interface ProjectionShape {
  /** Kebab-case; names tables, files and collections. */
  readonly name: string;
  /** Raised whenever the same events would give other documents. */
  readonly version: number;
  /** Members of the documents that can be searched by; all text. Optional members may be missing. */
  readonly fields: readonly string[];
  /** Each list is an index: equality on the first ones, order by the last. */
  readonly indexes: readonly (readonly string[])[];
}

export interface GenerationRecord {
  readonly generation: number;
  readonly version: number;
  /** Position up to which all events are in its documents. */
  readonly position: number;
  readonly halted?: Halt;
}

export interface ProjectionRecord {
  readonly name: string;
  readonly active?: GenerationRecord;
  readonly previous?: GenerationRecord;
  readonly building?: GenerationRecord;
}

/** Why a projection stands still: the first event it could not take in. */
export interface Halt {
  readonly position: number;
  readonly type: string;
  readonly error: string;
}

export interface StoredDocument {
  readonly id: string;
  /** JSON text. */
  readonly body: string;
  /** Position of the last event in it. */
  readonly position: number;
}

/** A document, or what is left of one that was deleted: the position up to which its deletion holds. */
export interface LoadedDocument extends Omit<StoredDocument, 'body'> {
  readonly body: string | undefined;
}

export interface DocumentWrite extends StoredDocument {
  /**
   * True when the event that starts the document came after the position the commit starts from: a store whose commits
   * are whole then knows that it is not there yet, and need not look.
   */
  readonly isNew: boolean;
  readonly fields: Readonly<Record<string, string | undefined>>;
}

export interface ProjectionCommit {
  /** Position the generation must be at: where it is not, nothing is written. */
  readonly from: number;
  readonly to: number;
  readonly writes: readonly DocumentWrite[];
  readonly deletes: readonly string[];
}

/** One generation as its projector sees it. Throws `StoreUnavailable` throughout. */
export interface Generation {
  /**
   * Whether this projector may write now; takes the right to where that is free, or where its holder seems dead, and
   * keeps it until this is closed. Costs nothing as long as it is held for certain. `false`: another has it; ask again in
   * a moment. A store that several processes write to without it answers `true`: there the commits alone decide.
   */
  claim(): Promise<boolean>;
  position(): Promise<number>;
  halted(): Promise<Halt | undefined>;
  /** Documents by id; missing ones are left out. A store that keeps a trace of those that were deleted gives the trace. */
  load(ids: readonly string[]): Promise<ReadonlyMap<string, LoadedDocument>>;
  /**
   * Writes all of the documents and moves the position; `false` when the generation is no longer at `from`, is written
   * by another projector, or accepts no more commits because another generation takes over: then nothing is written,
   * or nothing that whoever has taken over would not write too. Documents may be there before the position has moved;
   * after a commit that broke off they are found again, and hold their events already.
   */
  commit(commit: ProjectionCommit): Promise<boolean>;
  /** Accepts commits again, after another generation has taken over from it and before it takes over back. */
  reopen(): Promise<void>;
  /** Records why it stands still, or with `undefined` that it moves again. */
  halt(halt: Halt | undefined): Promise<void>;
  /** All documents, as of the moment the reading starts, in any order. */
  documents(): AsyncIterable<StoredDocument>;
  close(): Promise<void>;
}

/** A document with the position its answer holds for: nothing up to there is missing from it. */
export interface ReadDocument {
  readonly body: string;
  readonly asOf: number;
}

export interface ListQuery {
  readonly equals: Readonly<Record<string, string>>;
  /** Field to order by, descending; the store breaks ties, always the same way. */
  readonly orderBy: string;
  /** Bounds of the `orderBy` field: `from` inclusive, `to` exclusive. */
  readonly from?: string;
  readonly to?: string;
  /** Continues after this place in the order. */
  readonly after?: ListPlace;
  readonly countMax: number;
}

/** A place in an order: the value of the field, and what breaks a tie, which only the store can read. */
export interface ListPlace {
  readonly value: string;
  readonly tie: string;
}

export interface ListPage {
  readonly documents: readonly { readonly body: string; readonly place: ListPlace }[];
  readonly asOf: number;
}

/** Reads of whichever generation is active at the time. Throws `StoreUnavailable` throughout. */
export interface ProjectionReader {
  get(id: string): Promise<ReadDocument | undefined> | ReadDocument | undefined;
  list(query: ListQuery): Promise<ListPage>;
  /** Position up to which the active generation has all events. */
  position(): Promise<number> | number;
}
