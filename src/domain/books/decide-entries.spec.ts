import { describe, expect, it } from 'vitest';
import { entries, givenBooks, idOfEntry, payout, posting } from '../../../test/support/books-builders.ts';
import { instantOf } from '../../../test/support/given.ts';
import { amountMax } from '../kernel/money.ts';
import { booksAggregate } from './aggregate.ts';
import { entriesMax } from './decide-entries.ts';
import { type BooksRejection, booksRejections } from './rejections.ts';
import type { Books } from './state.ts';

const { opened, posted, reversed, post, reverse } = entries;

describe('posting an entry', () => {
  it('opens the books where there are none in this currency', () => {
    const books = givenBooks().when(post(1)).then(opened, posted(1));
    expect(books).toEqual({
      currency: 'EUR',
      entries: [
        { entryId: idOfEntry(1), postings: [payout], memo: 'payout of Friday', postedAt: instantOf(1) },
      ],
      revision: 1,
    });
  });

  it('opens them too where all that happened was refused', () => {
    givenBooks(entries.refused).when(post(1)).then(opened, posted(1));
  });

  it('adds it to the books there are', () => {
    const more = { postings: [payout, posting('5000', '1100:external', 3)], reference: 'po_1' };
    const books = givenBooks(opened, posted(1))
      .when(post(2, more))
      .then(posted(2, more.postings, more.reference));
    expect(books.entries.map(({ entryId, reference }) => [entryId, reference])).toEqual([
      [idOfEntry(1), undefined],
      [idOfEntry(2), 'po_1'],
    ]);
  });

  it('changes nothing where the same entry is there already, also once it was undone', () => {
    const back = posting('1100:external', '1000');
    expect(givenBooks(opened, posted(1)).when(post(1)).decision).toEqual({ ok: true, events: [] });
    expect(givenBooks(opened, posted(1), reversed(2, 1, [back])).when(post(1)).decision).toEqual({
      ok: true,
      events: [],
    });
  });

  it.each([
    ['another amount', { postings: [posting('1000', '1100:external', 99)] }],
    ['another account', { postings: [posting('1000', '1100:stripe')] }],
    ['another account on the other side', { postings: [posting('5000', '1100:external')] }],
    ['another currency', { postings: [posting('1000', '1100:external', 100, 'USD')] }],
    ['one posting more', { postings: [payout, payout] }],
    ['another memo', { memo: 'payout of Monday' }],
    ['a reference', { reference: 'po_1' }],
  ])('is refused under a used id with %s', (_what, more) => {
    givenBooks(opened, posted(1)).when(post(1, more)).refused('entry-id-used');
  });

  it('is refused under a used id where one of its postings is another', () => {
    const fee = posting('5000', '1100:external', 3);
    givenBooks(opened, posted(1, [payout, fee]))
      .when(post(1, { postings: [payout, posting('5000', '1100:external', 4)] }))
      .refused('entry-id-used');
  });

  it('is refused under the id of an entry that undoes another, whatever it says', () => {
    const back = posting('1100:external', '1000');
    givenBooks(opened, posted(1), reversed(2, 1, [back]))
      .when(post(2, { postings: [back], memo: 'posted by mistake' }))
      .refused('entry-id-used');
  });

  it('is refused where an amount is in another currency, or nothing moves', () => {
    const dollars = { postings: [payout, posting('1000', '3000', 1, 'USD')] };
    givenBooks(opened).when(post(1, dollars)).refused('currency-mismatch', 'not in USD');
    givenBooks().when(post(1, dollars)).refused('currency-mismatch', 'not in USD');
    givenBooks()
      .when(post(1, { postings: [posting('1000', '1000')] }))
      .refused('account-posts-to-itself', '1000');
    givenBooks()
      .when(post(1, { postings: [] }))
      .refused('nothing-to-post');
  });

  it.each(['1200', '2000', '2100', '2400', '9000', '9100'])('leaves account %s to the orders', (account) => {
    for (const each of [posting(account, '3000'), posting('3000', account)])
      givenBooks()
        .when(post(1, { postings: [each] }))
        .refused('account-kept-by-orders', account);
  });

  it('counts its total exactly, up to the last minor unit', () => {
    const most = { postings: [posting('1000', '3000', amountMax - 1), posting('1000', '3000', 1)] };
    givenBooks().when(post(1, most)).then(opened, posted(1, most.postings));
    givenBooks()
      .when(post(1, { postings: [...most.postings, posting('1000', '3000', 1)] }))
      .refused('total-too-large', String(amountMax));
    const backAgain = posting('1000', '3000', 2);
    givenBooks()
      .when(post(1, { postings: [...most.postings, backAgain, posting('1000', '3000', 1)] }))
      .refused('total-too-large', String(amountMax));
  });
});

describe('undoing an entry', () => {
  const written = [payout, posting('5000', '1100:external', 3)];
  const opposite = [posting('1100:external', '1000'), posting('1100:external', '5000', 3)];

  it('posts its opposite, and both name each other', () => {
    const books = givenBooks(opened, posted(1, written))
      .when(reverse(2, 1))
      .then(reversed(2, 1, opposite));
    expect(books.entries).toMatchObject([{ reversedBy: idOfEntry(2) }, { reverses: idOfEntry(1) }]);
  });

  it('leaves the entries beside it as they are', () => {
    const books = givenBooks(opened, posted(1, written), posted(2), reversed(3, 1, opposite)).state;
    expect(books?.entries.map(({ reversedBy }) => reversedBy)).toEqual([idOfEntry(3), undefined, undefined]);
    expect(
      givenBooks(opened, posted(1), posted(2)).state?.entries.map(({ reversedBy }) => reversedBy),
    ).toEqual([undefined, undefined]);
  });

  it('is done once', () => {
    const undone = givenBooks(opened, posted(1, written), reversed(2, 1, opposite));
    undone.when(reverse(3, 1)).refused('entry-already-reversed', idOfEntry(2));
    expect(undone.when(reverse(2, 1)).decision).toEqual({ ok: true, events: [] });
    undone.when(reverse(3, 2)).refused('entry-is-reversal', idOfEntry(1));
  });

  it('is refused for what was never posted, and under a used id', () => {
    givenBooks().when(reverse(2, 1)).refused('entry-not-found');
    givenBooks(opened, posted(1)).when(reverse(3, 2)).refused('entry-not-found');
    givenBooks(opened, posted(1), posted(2)).when(reverse(2, 1)).refused('entry-id-used');
  });
});

describe('full books', () => {
  const full: Books = {
    currency: 'EUR',
    entries: Array.from({ length: entriesMax }, (_, index) => ({
      entryId: idOfEntry(index),
      postings: [payout],
      memo: 'payout of Friday',
      postedAt: instantOf(1),
    })),
    revision: entriesMax,
  };
  const refusalOf = (command: Parameters<typeof booksAggregate.decide>[0]) => {
    const decision = booksAggregate.decide(command, full);
    return decision.ok ? undefined : decision.code;
  };

  it('say so', () => {
    const decision = booksAggregate.decide(post(entriesMax), full);
    expect(decision).toHaveProperty('detail', expect.stringContaining(`${entriesMax} entries in EUR`));
  });

  it('are about nobody but themselves', () => {
    expect(booksAggregate.subject(full)).toBe('books-EUR');
  });

  it('take nothing more, and answer what is so already', () => {
    expect(refusalOf(post(entriesMax))).toBe('books-full');
    expect(refusalOf(reverse(entriesMax, 1))).toBe('books-full');
    expect(refusalOf(post(1))).toBeUndefined();
  });

  it('refuse what is wrong with the command first', () => {
    expect(refusalOf(post(1, { memo: 'another' }))).toBe('entry-id-used');
    expect(refusalOf(post(entriesMax, { postings: [] }))).toBe('nothing-to-post');
  });
});

describe('the refusals of the books', () => {
  /** The order of precedence as it is promised. */
  const promised: readonly BooksRejection[] = [
    'entry-not-found',
    'entry-id-used',
    'entry-already-reversed',
    'entry-is-reversal',
    'nothing-to-post',
    'currency-mismatch',
    'account-posts-to-itself',
    'account-kept-by-orders',
    'total-too-large',
    'books-full',
  ];

  it('stand in the promised order of precedence', () => {
    expect(Object.keys(booksRejections)).toEqual(promised);
  });

  it('say the first that applies: one wrong thing is put right at a time', () => {
    const wrong = [posting('9000', '9000', amountMax, 'USD'), posting('9000', '9000', amountMax, 'USD')];
    const euros = wrong.map((each) => ({ ...each, currency: 'EUR' as const }));
    const holds = euros.map((each) => ({ ...each, credit: '9100' }));
    const plain = euros.map((each) => ({ ...each, debit: '1000', credit: '3000' }));
    const books = givenBooks(opened, posted(1));
    books.when(post(1, { postings: wrong })).refused('entry-id-used');
    books.when(post(2, { postings: wrong })).refused('currency-mismatch');
    books.when(post(2, { postings: euros })).refused('account-posts-to-itself');
    books.when(post(2, { postings: holds })).refused('account-kept-by-orders');
    books.when(post(2, { postings: plain })).refused('total-too-large');
  });

  it('have a title that says what is the case', () => {
    for (const { title } of Object.values(booksRejections)) expect(title).toMatch(/^[A-Z].*[^.]$/);
  });
});
