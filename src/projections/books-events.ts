import type { Posting } from '../domain/books/posting.ts';
import type { Recorded } from './projection.ts';

/** Any event, of whatever aggregate: it is an entry of the books where it has postings. */
export type BookedEvent = Recorded<{ readonly type: string; readonly data: Data }>;

type Data = { readonly postings?: readonly Posting[] } & { readonly [name: string]: unknown };

/** Categories of the streams whose events may be entries. */
export const booksScope = { category: 'order', alsoAbout: ['books'] } as const;

const none: readonly Posting[] = [];

/** What an event means for the books: nothing, for most. */
export function postingsIn({ data: { postings = none } }: Pick<BookedEvent, 'data'>): readonly Posting[] {
  return postings;
}

/** Whether an event of money is from before there were books: what it moved is not in them. */
export function isUnbooked({
  data: { postings },
  metadata,
}: Pick<BookedEvent, 'data' | 'metadata'>): boolean {
  return postings?.length === 0 && metadata.schemaVersion === 1;
}
