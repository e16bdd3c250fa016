import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lazilySorted } from './lazily-sorted.ts';

test('all that is taken is what sorting gives', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.integer(), fc.integer({ min: 0, max: 3 }))), (items) => {
      expect([...lazilySorted([...items])]).toEqual(items.toSorted((a, b) => a - b));
    }),
  );
});

test('texts come in the order the database has them in an index', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 4 })), (names) => {
      expect([...lazilySorted([...names])]).toEqual(names.toSorted());
    }),
  );
});

test('the first ones are the smallest, and nothing is lost from what remains', () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.nat(20), (items, count) => {
      const left = [...items];
      const taken = lazilySorted(left).take(count).toArray();
      expect(taken).toEqual(items.toSorted((a, b) => a - b).slice(0, count));
      expect(left.toSorted((a, b) => a - b)).toEqual(items.toSorted((a, b) => a - b));
    }),
  );
});

test.each([
  { what: 'sorted', item: (index: number) => index },
  { what: 'sorted backwards', item: (index: number) => 2_000 - index },
  { what: 'all the same', item: () => 7 },
])('two thousand items that are $what are sorted in reasonable time', ({ item }) => {
  const items = Array.from({ length: 2_000 }, (_, index) => item(index));
  expect([...lazilySorted([...items])]).toEqual(items.toSorted((a, b) => a - b));
});
