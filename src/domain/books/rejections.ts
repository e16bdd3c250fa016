import { decideBy } from '../kernel/rejections.ts';

/** Why a command on the books is refused. The order of this table is the order of precedence. */
export const booksRejections = {
  'entry-not-found': { status: 404, title: 'There is no such entry' },
  'entry-id-used': { status: 409, title: 'The id stands for another entry' },
  'entry-already-reversed': { status: 409, title: 'The entry is reversed' },
  'entry-is-reversal': { status: 409, title: 'The entry undoes another one' },
  'nothing-to-post': { status: 422, title: 'The entry has no postings' },
  'currency-mismatch': { status: 422, title: 'An amount is not in the currency of these books' },
  'account-posts-to-itself': { status: 422, title: 'Debit and credit are the same account' },
  'account-kept-by-orders': { status: 422, title: 'Only orders book on this account' },
  'total-too-large': { status: 422, title: 'The total is beyond what can be counted exactly' },
  'books-full': { status: 409, title: 'The books have as many entries as they may' },
} as const;

export type BooksRejection = keyof typeof booksRejections;

export const decide = decideBy(booksRejections);
