import { describe, expect, it } from 'vitest';
import { accountCode, accountOf, chart, normalSideOf } from './chart.ts';

/** The side an increase is booked on, spelt out: assets and expenses debit, the rest credit, contra accounts turned. */
const sides = {
  debit: ['1000', '1100', '1200', '1300', '1900', '4900', '4910', '6000', '9000'],
  credit: ['2000', '2100', '2200', '2300', '2310', '2400', '3000', '4000', '4100', '9100'],
  expense: ['5000', '5100', '5200', '5300', '5400'],
} as const;

describe('the chart of accounts', () => {
  it('has each account once, with a name of its own', () => {
    expect(Object.keys(chart).toSorted()).toEqual(Object.values(sides).flat().toSorted());
    const names = Object.values(chart).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('grows each on its normal side', () => {
    for (const code of [...sides.debit, ...sides.expense]) expect(normalSideOf(code), code).toBe('debit');
    for (const code of sides.credit) expect(normalSideOf(code), code).toBe('credit');
    expect(normalSideOf('1100:simulated')).toBe('debit');
  });

  it('groups them by their first digit', () => {
    const kinds = new Map(
      Object.entries(chart).map(([code, { kind }]) => [`${code.charAt(0)} ${kind}`, code]),
    );
    expect([...kinds.keys()].toSorted()).toEqual([
      '1 asset',
      '2 liability',
      '3 equity',
      '4 revenue',
      '5 expense',
      '6 asset',
      '9 memorandum',
    ]);
  });

  it('knows an account by its code, with the provider or without', () => {
    expect(accountOf('4000')).toMatchObject({ name: 'sales', kind: 'revenue' });
    expect(accountOf('1100:simulated')).toMatchObject({ name: 'psp_clearing' });
    expect(accountOf('4001')).toBeUndefined();
    expect(accountOf('')).toBeUndefined();
  });

  it.each(['4000', '9100', '1100:external', '1100:a-gateway-9'])('takes %s', (code) => {
    expect(accountCode.parse(code)).toBe(code);
  });

  it.each([
    '4001',
    '400',
    '40000',
    '1100',
    '1100:',
    '1100:Stripe',
    '4000:stripe',
    '1100:a b',
    'toString',
    '',
  ])('refuses “%s”', (code) => {
    expect(accountCode.safeParse(code).success).toBe(false);
  });
});
