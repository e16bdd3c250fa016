import type { EventOf } from '../kernel/event-catalogue.ts';
import { amountMax, checkedAdd } from '../kernel/money.ts';
import { accept, type Decision, refuse } from '../kernel/result.ts';
import { isKeptByOrders } from './chart.ts';
import type { BooksCommandOf } from './commands.ts';
import type { entryEvents } from './entry-events.ts';
import type { Posting } from './posting.ts';
import { type BooksRejection, decide } from './rejections.ts';
import { type Books, type Entry, entryOf } from './state.ts';

export type BooksEvent = EventOf<typeof entryEvents>;
type BooksDecision = Decision<BooksEvent, BooksRejection>;

/** Entries one currency can have: every command folds them all, so the cost of a command grows with them. */
export const entriesMax = 10_000;

export function postEntry(command: BooksCommandOf<'PostEntry'>, books: Books | undefined): BooksDecision {
  const { entryId, currency, postings, memo, reference } = command;
  const used = entryOf(books, entryId);
  if (used !== undefined && isSame(used, command)) return accept();
  return decide(
    {
      'entry-id-used': used !== undefined && `It was posted at ${used.postedAt} with other content.`,
      'nothing-to-post': postings.length === 0 && 'An entry has at least one posting.',
      'currency-mismatch': foreignTo(books?.currency ?? currency, postings),
      'account-posts-to-itself': postsToItself(postings),
      'account-kept-by-orders': keptByOrders(postings),
      'total-too-large': totalOf(postings) === undefined && `Its amounts add up to more than ${amountMax}.`,
      'books-full': isFull(books),
    },
    (): readonly BooksEvent[] => [
      ...(books === undefined ? [{ type: 'BooksOpened', data: { currency } } as const] : []),
      {
        type: 'EntryPosted',
        data: { entryId, postings: [...postings], memo, ...(reference !== undefined && { reference }) },
      },
    ],
  );
}

/** Undoes an entry, once: what it debited is credited. What undoes another is not undone: post the entry again. */
export function reverseEntry(
  command: BooksCommandOf<'ReverseEntry'>,
  books: Books | undefined,
): BooksDecision {
  const { entryId, reverses, memo } = command;
  const original = entryOf(books, reverses);
  if (original === undefined) return refuse('entry-not-found', 'Nothing was ever posted under this id.');
  if (original.reversedBy === entryId) return accept();
  const used = entryOf(books, entryId);
  return decide(
    {
      'entry-id-used': used !== undefined && `It was posted at ${used.postedAt} with other content.`,
      'entry-already-reversed':
        original.reversedBy !== undefined && `It was undone by entry ${original.reversedBy}.`,
      'entry-is-reversal':
        original.reverses !== undefined && `It undoes entry ${original.reverses}; post that one again.`,
      'books-full': isFull(books),
    },
    (): readonly BooksEvent[] => [
      { type: 'EntryPosted', data: { entryId, postings: original.postings.map(turned), memo, reverses } },
    ],
  );
}

function turned({ debit, credit, ...rest }: Posting): Posting {
  return { debit: credit, credit: debit, ...rest };
}

function isSame(entry: Entry, { postings, memo, reference }: BooksCommandOf<'PostEntry'>): boolean {
  return (
    entry.reverses === undefined &&
    entry.memo === memo &&
    entry.reference === reference &&
    entry.postings.length === postings.length &&
    entry.postings.every((posting, index) => isSamePosting(posting, postings[index]))
  );
}

function isSamePosting(a: Posting, b: Posting | undefined): boolean {
  return a.debit === b?.debit && a.credit === b.credit && a.amount === b.amount && a.currency === b.currency;
}

function foreignTo(currency: string, postings: readonly Posting[]): string | false {
  const foreign = postings.find((posting) => posting.currency !== currency);
  return foreign !== undefined && `These are the books in ${currency}, not in ${foreign.currency}.`;
}

function postsToItself(postings: readonly Posting[]): string | false {
  const empty = postings.find(({ debit, credit }) => debit === credit);
  return empty !== undefined && `From ${empty.debit} to itself nothing moves.`;
}

function keptByOrders(postings: readonly Posting[]): string | false {
  const account = postings.flatMap(({ debit, credit }) => [debit, credit]).find(isKeptByOrders);
  return (
    account !== undefined && `Account ${account} shows what the orders say; change the order, or use 1900.`
  );
}

function totalOf(postings: readonly Posting[]): number | undefined {
  let total: number | undefined = 0;
  for (const { amount } of postings) {
    total = checkedAdd(total, amount);
    if (total === undefined) return undefined;
  }
  return total;
}

function isFull(books: Books | undefined): string | false {
  return (
    books !== undefined &&
    books.entries.length >= entriesMax &&
    `There are ${entriesMax} entries in ${books.currency}, which is as many as there can be.`
  );
}
