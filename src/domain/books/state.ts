import type { Currency } from '../kernel/currency.ts';
import type { EntryId } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Posting } from './posting.ts';

/** One entry that no order has caused: posted by hand, or by reconciliation. */
export interface Entry {
  readonly entryId: EntryId;
  readonly postings: readonly Posting[];
  readonly memo: string;
  /** What it is about, in the words of another system: the payout of a provider, an invoice. */
  readonly reference?: string;
  /** The entry it undoes. */
  readonly reverses?: EntryId;
  /** The entry that undoes it. */
  readonly reversedBy?: EntryId;
  /** When it took effect. */
  readonly postedAt: Instant;
}

/** The entries of one currency, oldest first, folded from its stream `books-{currency}`. Plain JSON throughout. */
export interface Books {
  readonly currency: Currency;
  readonly entries: readonly Entry[];
  /** Revision of the last event in the stream; the first is 0. */
  readonly revision: number;
}

export function entryOf(books: Books | undefined, id: EntryId): Entry | undefined {
  return books?.entries.find(({ entryId }) => entryId === id);
}
