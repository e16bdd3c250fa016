import { describe, expect, it } from 'vitest';
import type { Posting } from '../domain/books/posting.ts';
import type { BookedEvent } from './books-events.ts';
import { brokenBalance, type WholeBooks, wholeBooks } from './whole-books.ts';

const post = (debit: string, credit: string, amount: number, currency = 'EUR') =>
  ({ debit, credit, amount, currency }) as Posting;

function eventOf(position: number, commandId: string, ...postings: readonly Posting[]): BookedEvent {
  return { data: { postings }, position, metadata: { commandId } } as unknown as BookedEvent;
}

function fold(...events: readonly BookedEvent[]): WholeBooks {
  return events.reduce<WholeBooks | undefined>(
    (books, event) => wholeBooks.when(books, event),
    undefined,
  ) as WholeBooks;
}

const sale = eventOf(1, 'a', post('1100:external', '2000', 5), post('2000', '4000', 5));
const hold = eventOf(2, 'b', post('9000', '9100', 7), post('1000', '4000', 1, 'USD'));
const crossing = eventOf(3, 'c', post('9000', '4000', 3));

describe('the whole books', () => {
  it('balance after entries that are right, and count them', () => {
    const books = fold(sale, hold);

    expect(brokenBalance(books)).toEqual([]);
    expect(books.entries).toBe(2);
    expect(books.currencies.map(({ currency }) => currency)).toEqual(['EUR', 'USD']);
  });

  it('tell the append that breaks the identity of assets and what they are made of, and no later one', () => {
    expect(brokenBalance(fold(sale, crossing))).toEqual([
      'I2 the books balance at every position: assets − liabilities are 5, equity + revenue − expenses 8, in EUR',
      'I2 the books balance at every position: accounts off the balance sheet sum to 3 in EUR',
    ]);
    expect(brokenBalance(fold(sale, crossing, hold))).toEqual([]);
    expect(brokenBalance(fold(crossing, eventOf(4, 'd', post('9000', '4000', 1))))).toHaveLength(2);
  });

  it('remember what an append has broken until its end', () => {
    const more = eventOf(4, 'c', post('1000', '4000', 1, 'USD'));

    expect(brokenBalance(fold(sale, crossing, more))).toHaveLength(2);
  });

  it('are touched by entries alone, of orders and of manual books', () => {
    const { keys } = wholeBooks;

    expect(keys === 'stream' ? [] : [eventOf(1, 'a'), sale].map(keys)).toEqual([[], ['all']]);
    expect([wholeBooks.category, wholeBooks.alsoAbout]).toEqual(['order', ['books']]);
  });
});
