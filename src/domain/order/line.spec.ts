import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sku } from '../kernel/ids.ts';
import { amountMax } from '../kernel/money.ts';
import { unprocessable } from '../kernel/text.ts';
import {
  type Line,
  line,
  lines,
  linesMax,
  metaLengthMax,
  mostUrgent,
  priorities,
  quantityMax,
  totalOf,
  unitPriceMax,
} from './line.ts';

const tea = { sku: 'tea', label: 'Green tea', kind: 'single', quantity: 3, unitPrice: 450 } as const;

function costing(...pairs: readonly (readonly [quantity: number, unitPrice: number])[]): readonly Line[] {
  return pairs.map(([quantity, unitPrice]) => ({ ...tea, sku: sku.parse('tea'), quantity, unitPrice }));
}

function pointers(input: unknown): readonly string[] {
  return line.safeParse(input).error?.issues.map(({ path }) => path.join('.')) ?? [];
}

describe('the total of lines', () => {
  it('is exact where a double would not be', () => {
    expect(totalOf(costing([3, 29_545]))).toBe(88_635);
    expect(totalOf(costing([1, 29_545], [1, 17_500], [1, 20_000]))).toBe(67_045);
    expect(totalOf(costing([1, 0]))).toBe(0);
  });

  it('reaches 2^53 − 1 and not one further', () => {
    const most = costing([9_007, unitPriceMax], [1, 199_254_740_991]);
    expect(totalOf(most)).toBe(amountMax);
    expect(totalOf([...most, ...costing([1, 1])])).toBeUndefined();
    expect(totalOf(costing([quantityMax, unitPriceMax]))).toBeUndefined();
    expect(totalOf([...costing([quantityMax, unitPriceMax]), ...most])).toBeUndefined();
  });

  it('is that of BigInt wherever that can be counted, and undefined wherever not', () => {
    const pair = fc.tuple(
      fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: quantityMax })),
      fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: unitPriceMax })),
    );
    fc.assert(
      fc.property(fc.array(pair, { minLength: 1, maxLength: 20 }), (pairs) => {
        const exact = pairs.reduce((sum, [quantity, price]) => sum + BigInt(quantity) * BigInt(price), 0n);
        expect(totalOf(costing(...pairs))).toBe(exact <= BigInt(amountMax) ? Number(exact) : undefined);
      }),
    );
  });
});

describe('the urgency of lines', () => {
  it('is that of the most urgent, a line that says nothing being normal', () => {
    const urgent = (...each: readonly (Line['priority'] | undefined)[]) =>
      mostUrgent(each.map((priority) => ({ ...tea, sku: sku.parse('tea'), ...(priority && { priority }) })));
    expect(urgent(undefined)).toBe('normal');
    expect(urgent('low')).toBe('low');
    expect(urgent('low', undefined)).toBe('normal');
    expect(urgent('max', 'low', 'critical')).toBe('max');
    for (const priority of priorities) expect(urgent('low', priority)).toBe(priority);
  });
});

describe('a line', () => {
  it('is taken as it is, with everything it may carry', () => {
    const full = { ...tea, kind: 'recurring', frequency: 'monthly', priority: 'high', meta: { gift: true } };
    expect(line.parse(tea)).toStrictEqual(tea);
    expect(line.parse(full)).toStrictEqual(full);
  });

  it.each([
    ['no quantity', { quantity: 0 }, 'quantity'],
    ['half a piece', { quantity: 1.5 }, 'quantity'],
    ['more pieces than there may be', { quantity: quantityMax + 1 }, 'quantity'],
    ['a negative price', { unitPrice: -1 }, 'unitPrice'],
    ['a price beyond the highest', { unitPrice: unitPriceMax + 1 }, 'unitPrice'],
    ['a fraction of a cent', { unitPrice: 0.1 }, 'unitPrice'],
    ['a quantity in text', { quantity: '3' }, 'quantity'],
    ['an empty label', { label: '' }, 'label'],
    ['a label beyond the longest', { label: 'x'.repeat(201) }, 'label'],
    ['a card number in the label', { label: 'card 4111 1111 1111 1111' }, 'label'],
    ['a sku with a space', { sku: 'green tea' }, 'sku'],
    ['an unknown kind', { kind: 'often' }, 'kind'],
    ['an unknown priority', { priority: 'urgent' }, 'priority'],
    ['a frequency though it is single', { frequency: 'monthly' }, 'frequency'],
    ['a field nobody knows', { colour: 'green' }, ''],
  ])('is refused with %s', (_what, wrong, pointer) => {
    expect(pointers({ ...tea, ...wrong })).toEqual([pointer]);
  });

  it('takes the highest price and the largest quantity', () => {
    expect(pointers({ ...tea, quantity: quantityMax, unitPrice: unitPriceMax })).toEqual([]);
    expect(pointers({ ...tea, unitPrice: 0 })).toEqual([]);
  });

  it('carries meta of plain names only, up to its length, and no card number in any of its corners', () => {
    const long = (length: number) => ({ note: 'x'.repeat(length - '{"note":""}'.length) });
    expect(pointers({ ...tea, meta: long(metaLengthMax) })).toEqual([]);
    expect(pointers({ ...tea, meta: long(metaLengthMax + 1) })).toEqual(['meta']);
    expect(pointers({ ...tea, meta: { 'a b': 1 } })).not.toEqual([]);
    expect(pointers({ ...tea, meta: { '': 1 } })).not.toEqual([]);
    for (const hidden of [
      '4111111111111111',
      4_111_111_111_111_111,
      ['5555-5555-5555-4444'],
      { b: '378282246310005' },
    ]) {
      expect(pointers({ ...tea, meta: { a: hidden } })).toEqual(['meta']);
    }
  });

  it('says what is wrong with its meta, and tells the impossible from the malformed', () => {
    const issueOf = (meta: object) => line.safeParse({ ...tea, meta }).error?.issues[0];
    expect(issueOf({ note: 'x'.repeat(metaLengthMax) })).toMatchObject({
      code: 'custom',
      message: `must be at most ${metaLengthMax} characters as JSON`,
    });
    expect(issueOf({ a: '4111111111111111' })).toMatchObject({
      code: 'custom',
      message: 'holds what looks like a payment card number',
      params: unprocessable,
    });
  });

  it('comes in lists of one to two hundred', () => {
    expect(lines.safeParse([]).success).toBe(false);
    expect(lines.safeParse(Array(linesMax).fill(tea)).success).toBe(true);
    expect(lines.safeParse(Array(linesMax + 1).fill(tea)).success).toBe(false);
  });
});
