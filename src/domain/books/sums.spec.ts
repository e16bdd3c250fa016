import { describe, expect, it } from 'vitest';
import type { JournalLine } from './posting.ts';
import { faultsOf, normalBalanceOf, Sums, signedBalanceOf, trialBalancesOf } from './sums.ts';

/** `debit 1000 500`: one line of the journal, in EUR unless said. */
function line(text: string): JournalLine {
  const [side, account, amount, currency = 'EUR'] = text.split(' ');
  return { side, account, amount: Number(amount), currency } as JournalLine;
}

function booked(...lines: readonly string[]): Sums {
  const sums = new Sums();
  for (const each of lines) sums.book(line(each));
  return sums;
}

/** Goods for 500 sold with 80 of returns, 30 of fees, 1,000 paid in, 200 owed, and a hold of 70. */
const year = [
  ...['debit 1000 1000', 'credit 3000 1000'],
  ...['debit 1100:external 500', 'credit 4000 500'],
  ...['debit 4900 80', 'credit 2100 80'],
  ...['debit 5000 30', 'credit 1100:external 30'],
  ...['debit 1900 120', 'credit 2000 120'],
  ...['debit 9000 70', 'credit 9100 70'],
];

describe('sums of accounts', () => {
  it('keep debit and credit apart, and count the lines', () => {
    const sums = booked('debit 1000 5', 'credit 1000 2', 'debit 1000 7', 'credit 1000 1 USD');
    expect(sums.accounts()).toEqual([
      { code: '1000', currency: 'EUR', debit: 12n, credit: 2n, entries: 3 },
      { code: '1000', currency: 'USD', debit: 0n, credit: 1n, entries: 1 },
    ]);
    expect(sums.account('1000', 'EUR')).toEqual(sums.accounts()[0]);
  });

  it('are zero where nothing was booked', () => {
    const nothing = { code: '4000', currency: 'EUR', debit: 0n, credit: 0n, entries: 0 };
    expect(booked('debit 1000 5', 'credit 4000 5 USD').account('4000', 'EUR')).toEqual(nothing);
    expect(new Sums().accounts()).toEqual([]);
  });

  it('stand in order of currency, then code, whatever came first', () => {
    const sums = booked('debit 4000 1', 'debit 1000 1 USD', 'debit 1000 1', 'debit 2000 1');
    expect(sums.accounts().map(({ currency, code }) => `${currency} ${code}`)).toEqual([
      'EUR 1000',
      'EUR 2000',
      'EUR 4000',
      'USD 1000',
    ]);
  });

  it('are added to each other, exact beyond what a number holds', () => {
    const sums = booked(`debit 1000 ${Number.MAX_SAFE_INTEGER}`);
    for (const more of booked(`debit 1000 ${Number.MAX_SAFE_INTEGER}`, 'credit 1000 1').accounts())
      sums.add(more);
    expect(sums.account('1000', 'EUR')).toMatchObject({
      debit: 18_014_398_509_481_982n,
      credit: 1n,
      entries: 3,
    });
  });
});

describe('a balance', () => {
  const sides = { debit: 5n, credit: 7n };

  it('is debit less credit, so that all of them sum to zero', () => {
    expect(signedBalanceOf(sides)).toBe(-2n);
  });

  it.each([
    ['1000', -2n],
    ['5000', -2n],
    ['4900', -2n],
    ['2000', 2n],
    ['3000', 2n],
    ['4000', 2n],
  ])('of account %s is %s on the side that makes it grow', (code, balance) => {
    expect(normalBalanceOf({ code, ...sides })).toBe(balance);
  });
});

describe('a trial balance', () => {
  it('says what there is, what is owed, and what was earned', () => {
    const [balance, ...others] = trialBalancesOf(booked(...year));
    expect(others).toEqual([]);
    expect(balance).toEqual({
      currency: 'EUR',
      debit: 1_800n,
      credit: 1_800n,
      difference: 0n,
      assets: 1_590n,
      liabilities: 200n,
      equity: 1_000n,
      revenue: 420n,
      expenses: 30n,
      memorandum: 0n,
      accounts: booked(...year).accounts(),
    });
    expect(balance && faultsOf(balance)).toEqual([]);
  });

  it('is one for each currency, by itself', () => {
    const balances = trialBalancesOf(
      booked(...year, 'debit 1000 9 USD', 'credit 3000 9 USD', 'debit 1000 1 CHF'),
    );
    expect(balances.map(({ currency, assets }) => [currency, assets])).toEqual([
      ['CHF', 1n],
      ['EUR', 1_590n],
      ['USD', 9n],
    ]);
    expect(balances.map((balance) => faultsOf(balance).length)).toEqual([2, 0, 0]);
  });

  it.each([
    ['debit and credit that differ', ['debit 9000 5'], ['debit and credit in EUR differ by 5', 'sum to 5']],
    [
      'what is owned that nobody owes or earned',
      ['debit 1000 5', 'credit 9100 5'],
      ['assets − liabilities are 1395, equity + revenue − expenses 1390', 'sum to -5'],
    ],
    [
      'a hold without its counterpart',
      ['debit 9000 3', 'credit 9000 1', 'credit 9100 1'],
      ['differ by 1', 'sum to 1'],
    ],
  ])('finds fault with %s', (_what, more, faults) => {
    const found = trialBalancesOf(booked(...year, ...more)).flatMap(faultsOf);
    expect(found).toEqual(faults.map((fault) => expect.stringContaining(fault)));
  });
});
