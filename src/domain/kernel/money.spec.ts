import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { currency, minorDigits } from './currency.ts';
import {
  add,
  amountMax,
  checkedAdd,
  checkedMultiply,
  formatMoney,
  money,
  moneyOf,
  parseDecimal,
  subtract,
} from './money.ts';

const impossible = expect.objectContaining({ name: 'ImpossibleState' });
const countable = fc.oneof(
  fc.integer({ min: 0, max: amountMax }),
  fc.integer({ min: 0, max: 1_000 }),
  fc.integer({ min: amountMax - 1_000, max: amountMax }),
);

function exactly(value: bigint): number | undefined {
  return value <= BigInt(amountMax) ? Number(value) : undefined;
}

describe('adding and multiplying minor units', () => {
  it('agrees with BigInt, or says that it cannot', () => {
    fc.assert(
      fc.property(countable, countable, (a, b) => {
        expect(checkedAdd(a, b)).toBe(exactly(BigInt(a) + BigInt(b)));
        expect(checkedMultiply(a, b)).toBe(exactly(BigInt(a) * BigInt(b)));
      }),
    );
  });

  it('goes to 2^53 − 1 and not one further', () => {
    expect(checkedAdd(amountMax - 1, 1)).toBe(9_007_199_254_740_991);
    expect(checkedAdd(amountMax, 1)).toBeUndefined();
    expect(checkedAdd(amountMax, amountMax)).toBeUndefined();
    expect(checkedMultiply(amountMax, 1)).toBe(amountMax);
    expect(checkedMultiply(2, 2 ** 52)).toBeUndefined();
    expect(checkedMultiply(3, 3_002_399_751_580_330)).toBe(9_007_199_254_740_990);
  });

  it('multiplies a price of 295.45 by three as people do', () => {
    expect(checkedMultiply(3, 29_545)).toBe(88_635);
  });
});

describe('sums and differences of money', () => {
  const eur = (amount: number) => moneyOf(amount, 'EUR');

  it('are exact', () => {
    expect(add(eur(1), eur(2))).toEqual(eur(3));
    expect(subtract(eur(3), eur(2))).toEqual(eur(1));
    expect(subtract(eur(amountMax), eur(amountMax))).toEqual(eur(0));
    fc.assert(
      fc.property(countable, countable, (a, b) => {
        const [small, large] = [Math.min(a, b), Math.max(a, b)];
        expect(add(subtract(eur(large), eur(small)), eur(small))).toEqual(eur(large));
      }),
    );
  });

  it('never mix currencies, never overflow, never go below zero', () => {
    expect(() => add(eur(1), moneyOf(1, 'USD'))).toThrow(impossible);
    expect(() => subtract(eur(1), moneyOf(1, 'USD'))).toThrow(impossible);
    expect(() => add(eur(amountMax), eur(1))).toThrow(impossible);
    expect(() => subtract(eur(1), eur(2))).toThrow(impossible);
  });

  it('leave what they were given as it was', () => {
    const [one, two] = [Object.freeze(eur(1)), Object.freeze(eur(2))];
    expect(add(one, two)).not.toBe(one);
    expect([one, two]).toEqual([eur(1), eur(2)]);
  });
});

describe('money as text', () => {
  it.each([
    [435, 'EUR', '4.35 EUR'],
    [5, 'EUR', '0.05 EUR'],
    [0, 'EUR', '0.00 EUR'],
    [435, 'JPY', '435 JPY'],
    [0, 'JPY', '0 JPY'],
    [435, 'KWD', '0.435 KWD'],
    [1_000, 'KWD', '1.000 KWD'],
    [12_345, 'CLF', '1.2345 CLF'],
    [amountMax, 'USD', '90071992547409.91 USD'],
  ] as const)('%i minor units of %s read %s', (amount, code, text) => {
    expect(formatMoney(moneyOf(amount, code))).toBe(text);
  });

  it.each([
    ['4.35', 'EUR', 435],
    ['295.45', 'EUR', 29_545],
    ['4.3', 'EUR', 430],
    ['4', 'EUR', 400],
    ['0.29', 'EUR', 29],
    ['1.1', 'USD', 110],
    ['2.4', 'USD', 240],
    ['435', 'JPY', 435],
    ['0.435', 'KWD', 435],
    ['1.005', 'KWD', 1_005],
    ['90071992547409.91', 'USD', amountMax],
    ['9007199254740991', 'JPY', amountMax],
  ] as const)('%s %s is %i minor units, whatever a double makes of it', (text, code, amount) => {
    expect(parseDecimal(text, code)).toBe(amount);
  });

  it.each([
    ['more digits than the currency has', '4.355', 'EUR'],
    ['a trailing zero too many', '4.350', 'EUR'],
    ['a fraction of a yen', '4.0', 'JPY'],
    ['one more than can be counted', '90071992547409.92', 'USD'],
    ['far more than can be counted', '99999999999999999', 'JPY'],
    ['a sign', '-1', 'EUR'],
    ['another sign', '+1', 'EUR'],
    ['an exponent', '1e2', 'EUR'],
    ['a comma', '4,35', 'EUR'],
    ['no digit before the point', '.35', 'EUR'],
    ['no digit after the point', '4.', 'EUR'],
    ['nothing', '', 'EUR'],
    ['a space', ' 4', 'EUR'],
    ['a line break at the end', '4\n', 'EUR'],
    ['digits of another script', '٤', 'EUR'],
    ['no number', 'NaN', 'EUR'],
  ] as const)('%s is no amount: %j %s', (_what, text, code) => {
    expect(parseDecimal(text, code)).toBeUndefined();
  });

  it('reads back what it wrote, in every currency', () => {
    fc.assert(
      fc.property(countable, fc.constantFrom(...currency.options), (amount, code) => {
        const [text = '', written] = formatMoney(moneyOf(amount, code)).split(' ');
        expect([parseDecimal(text, code), written]).toEqual([amount, code]);
      }),
    );
  });
});

describe('the shape of money', () => {
  it('is an integer from zero to 2^53 − 1 of a currency, and nothing beside', () => {
    expect(money.safeParse({ amount: 0, currency: 'EUR' }).success).toBe(true);
    expect(money.safeParse({ amount: amountMax, currency: 'EUR' }).success).toBe(true);
    for (const amount of [-1, 0.5, amountMax + 1, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 1n]) {
      expect(money.safeParse({ amount, currency: 'EUR' }).success, String(amount)).toBe(false);
    }
    for (const code of ['eur', 'EURO', 'XXX', '', undefined]) {
      expect(money.safeParse({ amount: 1, currency: code }).success, code).toBe(false);
    }
    expect(money.safeParse({ amount: 1, currency: 'EUR', scale: 2 }).success).toBe(false);
  });
});

describe('the minor unit', () => {
  it.each([
    ['EUR', 2],
    ['USD', 2],
    ['MGA', 2],
    ['JPY', 0],
    ['KRW', 0],
    ['ISK', 0],
    ['KWD', 3],
    ['TND', 3],
    ['CLF', 4],
    ['UYW', 4],
  ] as const)('of %s has %i decimal digits', (code, digits) => {
    expect(minorDigits(code)).toBe(digits);
  });

  it('is listed only for currencies that exist, each once and in order', () => {
    expect(currency.options).toEqual([...new Set(currency.options)].sort());
    expect(currency.options.filter((code) => !/^[A-Z]{3}$/.test(code))).toEqual([]);
    const byDigits = Object.groupBy(currency.options, minorDigits);
    expect(byDigits[0]?.join(' ')).toBe(
      'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
    );
    expect(byDigits[3]?.join(' ')).toBe('BHD IQD JOD KWD LYD OMR TND');
    expect(byDigits[4]?.join(' ')).toBe('CLF UYW');
  });
});
