import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecentMap } from './recent-map.ts';

function filled(sizeMax: number, ...keys: readonly number[]): RecentMap<number, { readonly key: number }> {
  const map = new RecentMap<number, { readonly key: number }>(sizeMax);
  for (const key of keys) map.set(key, { key });
  return map;
}

/** Newest first: looking makes a key recent, and may push out those that are not. */
function held(map: RecentMap<number, object>, upTo: number): readonly number[] {
  return Array.from({ length: upTo }, (_, index) => upTo - 1 - index).filter(
    (key) => map.get(key) !== undefined,
  );
}

describe('a map of what was used recently', () => {
  it('answers what was set last', () => {
    const map = filled(4, 1, 2);
    map.set(1, { key: 10 });
    expect(map.get(1)).toEqual({ key: 10 });
    expect(map.get(3)).toBeUndefined();
  });

  it('keeps at least half of its size, the most recent ones', () => {
    const map = filled(10, ...Array.from({ length: 100 }, (_, index) => index));
    for (const key of [99, 98, 97, 96, 95]) expect(map.get(key), String(key)).toEqual({ key });
    expect(map.get(80)).toBeUndefined();
  });

  it('keeps what is asked for again and again', () => {
    const map = filled(4, 0);
    for (let key = 1; key < 100; key++) {
      map.set(key, { key });
      expect(map.get(0), `after ${key}`).toEqual({ key: 0 });
    }
  });

  it('loses nothing to questions about what it does not hold', () => {
    const map = filled(4, 1, 2);
    for (let key = 100; key < 110; key++) expect(map.get(key)).toBeUndefined();
    expect([map.get(1), map.get(2)]).toEqual([{ key: 1 }, { key: 2 }]);
  });

  it('never answers an older value from an older generation', () => {
    const map = filled(4, 1, 2, 3);
    map.set(1, { key: 10 });
    expect(map.get(1)).toEqual({ key: 10 });
    map.set(4, { key: 4 });
    expect(map.get(1)).toEqual({ key: 10 });
  });

  it('forgets what is deleted, in whichever generation, and everything when cleared', () => {
    const map = filled(6, 1, 2, 3, 4);
    map.delete(1);
    map.delete(4);
    expect(held(map, 5)).toEqual([3, 2]);
    map.clear();
    expect(held(map, 5)).toEqual([]);
  });

  it('works with room for one', () => {
    const map = filled(1, 1, 2);
    expect(map.get(2)).toEqual({ key: 2 });
    expect(map.get(1)).toBeUndefined();
    expect(filled(0, 1).get(1)).toEqual({ key: 1 });
  });

  it('never holds more than its size, and never anything but the last value of a key', () => {
    const step = fc.record({ key: fc.nat(20), isDeleted: fc.nat(3).map((number) => number === 0) });
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.array(step, { maxLength: 60 }), (sizeMax, steps) => {
        const map = filled(sizeMax);
        const truth = new Map<number, number>();
        for (const [value, { key, isDeleted }] of steps.entries()) {
          if (isDeleted) map.delete(key);
          else map.set(key, { key: value });
          truth.set(key, isDeleted ? Number.NaN : value);
          expect(map.get(key)?.key ?? Number.NaN).toBe(truth.get(key));
        }
        const found = [...truth].filter(([key]) => map.get(key) !== undefined);
        expect(found.length).toBeLessThanOrEqual(sizeMax);
        for (const [key, value] of found) expect(map.get(key)?.key ?? value).toBe(value);
      }),
    );
  });
});
