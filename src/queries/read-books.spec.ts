import { describe, expect, it } from 'vitest';
import { seeded } from '../../test/e2e/support/seeded.ts';
import { createBooksWorld, type TestEntry } from '../../test/support/books-world.ts';
import type { Posting } from '../domain/books/posting.ts';
import { faultsOf, type Sums, trialBalancesOf } from '../domain/books/sums.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import { amountMax } from '../domain/kernel/money.ts';
import { sumsAtPosition, sumsNow, sumsUntil } from './read-books.ts';

const codes = ['1000', '1100:external', '1100:simulated', '2000', '4000', '9000', '9100'] as const;
const currencies = ['EUR', 'USD', 'KWD'] as const;
const startMs = Date.UTC(2026, 1, 26, 23, 50);

/** Entries over some days, most of them close together, in any order of time; some events are no entries. */
function entriesOf(seed: number, count: number): readonly TestEntry[] {
  const { below, pick } = seeded(seed);
  const posting = (): Posting => ({
    debit: pick(codes),
    credit: pick(codes),
    amount: below(10) === 0 ? amountMax - below(5) : 1 + below(100_000),
    currency: below(8) === 0 ? pick(currencies) : 'EUR',
  });
  return Array.from({ length: count }, () => ({
    at: new Date(startMs + below(3) * 86_400_000 * below(2) + below(180_000)).toISOString() as Instant,
    postings: Array.from({ length: below(4) }, posting),
    stream: pick(['books-EUR', 'order-1', 'order-2']),
  }));
}

const plain = (sums: Sums) => sums.accounts();

describe.each([1, 100_003])('the books, where positions are %i apart', (stride) => {
  const world = createBooksWorld(stride);
  const { books } = world;
  const entries = entriesOf(7 * stride, 700);

  it('are now what every entry gives', async () => {
    await world.record(entries);
    await world.build();

    const { sums, asOf } = await sumsNow(books, {});

    expect(plain(sums)).toEqual(plain(world.sumsOf(() => true)));
    expect(asOf).toBe(world.entries.length * stride);
    expect(new Set(sums.accounts().map(({ currency }) => currency)).size).toBe(3);
  });

  it('are at every time what had taken effect by then, to the millisecond', async () => {
    const times = world.entries.filter((_, index) => index % 9 === 0).map(({ at }) => at);
    for (const at of [...times, '2000-01-01T00:00:00.000Z', '2099-01-01T00:00:00.000Z']) {
      const upTo = await sumsUntil(books, {}, at, true);
      const before = await sumsUntil(books, {}, at, false);
      expect(plain(upTo.sums), at).toEqual(plain(world.sumsOf((entry) => entry.at <= at)));
      expect(plain(before.sums), at).toEqual(plain(world.sumsOf((entry) => entry.at < at)));
    }
  });

  it('are at every position what the log up to there gives, and balance', async () => {
    for (const [index, { position }] of world.entries.entries()) {
      if (index % 7 > 0 && index < 690) continue;
      for (const at of new Set([position - 1, position, position + (stride > 1 ? 1 : 0)])) {
        const sums = await sumsAtPosition(books, {}, at);
        expect(plain(sums), `${at}`).toEqual(plain(world.sumsOf((entry) => entry.position <= at)));
        expect(trialBalancesOf(sums).map(({ difference }) => difference)).toEqual(
          trialBalancesOf(sums).map(() => 0n),
        );
      }
    }
  });

  it('are those of one currency or one account where that is asked for', async () => {
    const [at = ''] = entries.slice(300).map((entry) => entry.at);
    const { sums } = await sumsUntil(books, { currency: 'EUR', account: '2000' }, at, true);
    const all = world.sumsOf((entry) => entry.at <= at);
    expect(plain(sums)).toEqual([all.account('2000', 'EUR')]);
    expect(plain(await sumsAtPosition(books, { account: '4000' }, 350 * stride))).toEqual(
      plain(world.sumsOf(({ position }) => position <= 350 * stride)).filter(({ code }) => code === '4000'),
    );
  });
});

describe('the books at a position', () => {
  it('cross blocks without losing or doubling an entry', async () => {
    const world = createBooksWorld();
    const booked = [{ debit: '1000', credit: '4000', amount: 1, currency: 'EUR' }] as const;
    const at = '2026-03-01T09:00:00.000Z' as Instant;
    await world.record(Array.from({ length: 16_500 }, () => ({ at, postings: booked })));
    await world.build();
    for (const position of [0, 1, 8_190, 8_191, 8_192, 8_193, 16_383, 16_384, 16_385, 16_500]) {
      const sums = await sumsAtPosition(world.books, {}, position);
      expect(sums.account('1000', 'EUR').debit, `${position}`).toBe(BigInt(position));
    }
  });

  it('are read from the log as far as the projections have not come', async () => {
    const world = createBooksWorld();
    const [first, second] = [entriesOf(3, 50), entriesOf(4, 50)];
    await world.record(first);
    await world.build();
    await world.record(second);

    const sums = await sumsAtPosition(world.books, {}, 80);

    expect(plain(sums)).toEqual(plain(world.sumsOf(({ position }) => position <= 80)));
  });
});

describe('books of which one projection is ahead of the other', () => {
  it('are not answered with a mixture of both', async () => {
    const world = createBooksWorld();
    const at = '2026-03-01T09:00:00.000Z' as Instant;
    const booked = [{ debit: '1000', credit: '4000', amount: 5, currency: 'EUR' }] as const;
    await world.record([{ at, postings: booked }]);
    await world.build();
    const { journal } = world.books;
    const behind = {
      ...world.books,
      journal: { list: async () => ({ documents: [], asOf: 0 }) },
      waitMsMax: 1,
    };

    await expect(sumsUntil(behind, {}, '2026-03-02T00:00:00.000Z', true)).rejects.toThrow(
      'one projection of the books is only at position 0',
    );
    const lines = { ...behind, journal };
    const { sums } = await sumsUntil(lines, {}, '2026-03-02T00:00:00.000Z', true);
    expect(sums.account('1000', 'EUR').debit).toBe(5n);
  });

  it('are right as soon as both have come to the same', async () => {
    const world = createBooksWorld();
    const at = '2026-03-01T09:00:00.000Z' as Instant;
    await world.record([{ at, postings: [{ debit: '1000', credit: '4000', amount: 5, currency: 'EUR' }] }]);
    await world.build();
    let asked = 0;
    const catchingUp = {
      ...world.books,
      journal: {
        list: async () => {
          asked += 1;
          return { documents: [], asOf: asked < 3 ? 0 : 1 };
        },
      },
    };

    const { sums, asOf } = await sumsUntil(catchingUp, {}, '2026-03-02T00:00:00.000Z', true);

    expect({ debit: sums.account('1000', 'EUR').debit, asOf, asked }).toEqual({
      debit: 5n,
      asOf: 1,
      asked: 3,
    });
  });
});

it('shows books that are not right as what they are', () => {
  const world = createBooksWorld();
  const sums = world.sumsOf(() => true);
  sums.book({ account: '1000', side: 'debit', amount: 3, currency: 'EUR' });
  sums.book({ account: '9000', side: 'credit', amount: 1, currency: 'EUR' });
  expect(trialBalancesOf(sums).flatMap(faultsOf)).toEqual([
    'debit and credit in EUR differ by 2',
    'assets − liabilities are 3, equity + revenue − expenses 0, in EUR',
    'accounts off the balance sheet sum to -1 in EUR',
  ]);
});
