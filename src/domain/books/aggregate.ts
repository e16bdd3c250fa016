import type { Aggregate } from '../kernel/decider.ts';
import { evolveWith } from '../kernel/event-catalogue.ts';
import type { BooksCommand } from './commands.ts';
import { type BooksEvent, postEntry, reverseEntry } from './decide-entries.ts';
import { entryEvents } from './entry-events.ts';
import { type BooksRejection, booksRejections } from './rejections.ts';
import type { Books } from './state.ts';

/**
 * Entries that no order has caused, one stream `books-{currency}`. The first entry opens the books in the same append.
 * Nothing is in `creating`, because that is for commands that find nothing there: an entry mostly finds books that are
 * open, and is decided on what they hold.
 */
export const booksAggregate: Aggregate<Books, BooksCommand, BooksEvent, BooksRejection> = {
  category: 'books',
  events: entryEvents,
  evolve: evolveWith<Books, typeof entryEvents>(entryEvents),
  decide: (command, books) =>
    command.type === 'PostEntry' ? postEntry(command, books) : reverseEntry(command, books),
  creating: [],
  rejections: booksRejections,
  subject: ({ currency }) => `books-${currency}`,
};
