import { describe, expect, it } from 'vitest';
import { eur, usd } from '../../../test/support/order-builders.ts';
import { amountMax } from '../kernel/money.ts';
import { linesOfEntry, post, posting, postings, postingsMax } from './posting.ts';

const sale = { debit: '2000', credit: '4000', amount: 100, currency: 'EUR' } as const;

describe('a posting', () => {
  it('moves an amount from one account to another', () => {
    expect(post('2000', '4000', eur(100))).toEqual([sale]);
    expect(post('1100:simulated', '2000', usd(1))).toEqual([
      { debit: '1100:simulated', credit: '2000', amount: 1, currency: 'USD' },
    ]);
  });

  it('is none where nothing moves', () => {
    expect(post('2000', '4000', eur(0))).toEqual([]);
  });

  it('is read back as it was written', () => {
    expect(posting.parse(sale)).toEqual(sale);
    expect(posting.parse({ ...sale, amount: amountMax }).amount).toBe(amountMax);
  });

  it.each([
    ['nothing', { ...sale, amount: 0 }],
    ['less than nothing', { ...sale, amount: -1 }],
    ['half a cent', { ...sale, amount: 0.5 }],
    ['more than can be counted', { ...sale, amount: amountMax + 1 }],
    ['an account that there is not', { ...sale, debit: '2001' }],
    ['a provider’s account without the provider', { ...sale, credit: '1100' }],
    ['a currency that there is not', { ...sale, currency: 'EUX' }],
    ['one side alone', { debit: '2000', amount: 1, currency: 'EUR' }],
    ['a side too many', { ...sale, third: '5000' }],
  ])('is refused for %s', (_what, wrong) => {
    expect(posting.safeParse(wrong).success).toBe(false);
  });

  it('comes with at most so many others', () => {
    expect(postings.safeParse(Array.from({ length: postingsMax }, () => sale)).success).toBe(true);
    expect(postings.safeParse(Array.from({ length: postingsMax + 1 }, () => sale)).success).toBe(false);
  });
});

describe('the lines of an entry', () => {
  it('are a debit and a credit for each posting, in its order', () => {
    expect(linesOfEntry([sale, { ...sale, debit: '5000', amount: 3, currency: 'USD' }])).toEqual([
      { account: '2000', side: 'debit', amount: 100, currency: 'EUR' },
      { account: '4000', side: 'credit', amount: 100, currency: 'EUR' },
      { account: '5000', side: 'debit', amount: 3, currency: 'USD' },
      { account: '4000', side: 'credit', amount: 3, currency: 'USD' },
    ]);
  });

  it('are none of an entry without postings', () => {
    expect(linesOfEntry([])).toEqual([]);
  });
});
