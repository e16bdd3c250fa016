import type { Instant } from '../domain/kernel/instant.ts';
import type { ProjectionShape } from '../ports/read-model.ts';

/** One entry of a process's to-do list: a document of its projection. */
export interface Work {
  /** Id of the document. */
  readonly id: string;
  /** When there is something to do; absent where the document only remembers what a later event will need. */
  readonly due?: Instant;
}

/**
 * Something the ledger does by itself. Its to-do list is a projection: what is to be done and how far the log was read
 * are stored together (docs/adr/0017). It may be run by several ledgers at once, and may die at any moment: so every act
 * must have the same effect when it is done again, by keys and command ids that follow from the work and nothing else.
 */
export interface Process<Document extends Work> {
  /** Kebab-case: its commands are recorded as those of `process:<name>`. */
  readonly name: string;
  /** Has the field `urgency`, which is `urgencyOf` the document's `due` or missing, and the index `['urgency']`. */
  readonly projection: ProjectionShape;
  /**
   * Does what is due, and resolves when that is recorded. Called for a document that is due, one call at a time per
   * document, many documents at once. What it throws is logged, and the work is looked at again later.
   */
  readonly act: (work: Document) => Promise<Acted>;
}

export type Acted =
  /**
   * @param position of the event that records it: until the projection has reached it, the document is stale and left
   * alone. Where the projection had been there already, nothing was recorded, and it is left alone for a while.
   * @param byAnother somebody else had recorded it before
   */
  | { readonly kind: 'done'; readonly position: number; readonly byAnother?: boolean }
  /** Nothing was done; to be looked at again after so many milliseconds, in whatever state it is then. */
  | { readonly kind: 'later'; readonly afterMs: number };
