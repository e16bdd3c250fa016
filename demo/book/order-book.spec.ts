import { describe, expect, it } from 'vitest';
import { currencies } from './catalogue.ts';
import { orderBook, totalOf } from './order-book.ts';
import { storyNames } from './story-names.ts';

describe('the order book', () => {
  it('is the same for the same seed and size', () => {
    expect(orderBook(7, 240)).toEqual(orderBook(7, 240));
  });

  it('is another one for another seed', () => {
    expect(orderBook(8, 240)).not.toEqual(orderBook(7, 240));
  });

  it.each([storyNames.length, 60, 240, 2_000])('of %i orders has so many, and tells every story', (size) => {
    const book = orderBook(1, size);
    expect(book).toHaveLength(size);
    expect(new Set(book.map(({ story }) => story))).toEqual(new Set(storyNames));
    expect(new Set(book.map(({ externalId }) => externalId)).size).toBe(size);
  });

  it('has every currency, single and recurring lines, notes and lines with more to say', () => {
    const book = orderBook(1, 240);
    const lines = book.flatMap((order) => order.lines);
    expect(new Set(book.map(({ currency }) => currency))).toEqual(new Set(currencies));
    expect(new Set(lines.map(({ kind }) => kind))).toEqual(new Set(['single', 'recurring']));
    expect(lines.some(({ meta }) => meta !== undefined)).toBe(true);
    expect(new Set(book.map(({ note }) => note)).size).toBeGreaterThan(4);
  });

  it('costs something, in whole minor units, on every order before and after a change of mind', () => {
    for (const { lines, otherLines } of orderBook(1, 240)) {
      expect(Number.isSafeInteger(totalOf(lines)) && totalOf(lines) > 1).toBe(true);
      expect(Number.isSafeInteger(totalOf(otherLines)) && totalOf(otherLines) > 1).toBe(true);
    }
  });

  it('makes nobody an outsider to their own order', () => {
    expect(orderBook(1, 240).filter(({ customer, outsider }) => customer === outsider)).toEqual([]);
  });
});
