import { booksAggregate } from '../../src/domain/books/aggregate.ts';
import type { BooksCommandOf } from '../../src/domain/books/commands.ts';
import type { BooksEvent } from '../../src/domain/books/decide-entries.ts';
import type { Posting } from '../../src/domain/books/posting.ts';
import type { Books, Entry } from '../../src/domain/books/state.ts';
import type { Currency } from '../../src/domain/kernel/currency.ts';
import { type EntryId, entryId } from '../../src/domain/kernel/ids.ts';
import { givenFor } from './given.ts';

/** Given / when / then for the books in one currency: in EUR unless said. */
export const givenBooks = givenFor(booksAggregate, brokenRules);

/** A readable id of an entry. */
export function idOfEntry(number: number): EntryId {
  return entryId.parse(`00000000-0000-5000-8000-${String(number).padStart(12, '0')}`);
}

export function posting(debit: string, credit: string, amount = 100, currency: Currency = 'EUR'): Posting {
  return { debit, credit, amount, currency };
}

export const payout = posting('1000', '1100:external');

type Posted = Partial<Omit<BooksCommandOf<'PostEntry'>, 'type'>>;

export const entries = {
  post: (number: number, more: Posted = {}): BooksCommandOf<'PostEntry'> => ({
    type: 'PostEntry',
    entryId: idOfEntry(number),
    currency: 'EUR',
    postings: [payout],
    memo: 'payout of Friday',
    ...more,
  }),
  reverse: (number: number, reverses: number): BooksCommandOf<'ReverseEntry'> => ({
    type: 'ReverseEntry',
    entryId: idOfEntry(number),
    reverses: idOfEntry(reverses),
    memo: 'posted by mistake',
  }),
  opened: { type: 'BooksOpened', data: { currency: 'EUR' } },
  posted: (number: number, postings: readonly Posting[] = [payout], reference?: string): BooksEvent => ({
    type: 'EntryPosted',
    data: {
      entryId: idOfEntry(number),
      postings: [...postings],
      memo: 'payout of Friday',
      ...(reference !== undefined && { reference }),
    },
  }),
  reversed: (number: number, reverses: number, postings: readonly Posting[]): BooksEvent => ({
    type: 'EntryPosted',
    data: {
      entryId: idOfEntry(number),
      postings: [...postings],
      memo: 'posted by mistake',
      reverses: idOfEntry(reverses),
    },
  }),
  refused: {
    type: 'CommandRefused',
    data: { command: 'PostEntry', code: 'total-too-large', detail: 'Its amounts add up to too much.' },
  },
} as const satisfies Record<string, BooksEvent | ((...numbers: never) => unknown)>;

/** What holds for the books after every append. */
function brokenRules({ currency, entries: all }: Books): readonly string[] {
  const byId = new Map(all.map((entry) => [entry.entryId, entry]));
  const rules: Readonly<Record<string, boolean>> = {
    'every id is used once': byId.size === all.length,
    'every amount is in the currency of the books': all.every(({ postings }) =>
      postings.every((each) => each.currency === currency),
    ),
    'who undoes and who is undone agree': all.every((entry) => agrees(entry, byId)),
  };
  return Object.entries(rules)
    .filter(([, holds]) => !holds)
    .map(([name]) => name);
}

function agrees(entry: Entry, byId: ReadonlyMap<EntryId, Entry>): boolean {
  const { entryId: id, reverses, reversedBy } = entry;
  return (
    (reverses === undefined || byId.get(reverses)?.reversedBy === id) &&
    (reversedBy === undefined || byId.get(reversedBy)?.reverses === id)
  );
}
