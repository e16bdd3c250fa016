import { z } from 'zod';
import { commandRefusedData } from '../kernel/command-refused.ts';
import { currency } from '../kernel/currency.ts';
import { defineEvents } from '../kernel/event-catalogue.ts';
import { entryId } from '../kernel/ids.ts';
import { freeText, printable } from '../kernel/text.ts';
import { postings } from './posting.ts';
import type { Books, Entry } from './state.ts';

/** Why an entry was posted. It is kept for as long as the books are, so it must not be about a person. */
export const memoText = freeText(500, { multiline: true });
export const entryReference = printable(300);

/** What happens in the books of one currency beside what the events of orders book themselves. */
export const entryEvents = defineEvents<Books>()({
  /** The first of every stream: from here on there are books in this currency. */
  BooksOpened: {
    version: 1,
    data: z.strictObject({ currency }),
    creates: ({ currency: code }, { revision }) => ({ currency: code, entries: [], revision }),
  },
  EntryPosted: {
    version: 1,
    data: z.strictObject({
      entryId,
      postings: postings.min(1),
      memo: memoText,
      reference: entryReference.exactOptional(),
      reverses: entryId.exactOptional(),
    }),
    evolve: ({ currency: code, entries }, posted, { at, revision }) => ({
      currency: code,
      entries: [
        ...(posted.reverses === undefined ? entries : entries.map((entry) => undone(entry, posted))),
        { ...posted, postedAt: at },
      ],
      revision,
    }),
  },
  CommandRefused: {
    version: 1,
    data: commandRefusedData,
    observe: (books, { revision }) => (books === undefined ? undefined : { ...books, revision }),
  },
});

function undone(entry: Entry, { entryId: by, reverses }: Pick<Entry, 'entryId' | 'reverses'>): Entry {
  return entry.entryId === reverses ? { ...entry, reversedBy: by } : entry;
}
