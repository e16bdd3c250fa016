import { expect, test } from 'vitest';
import { chance, nameFor } from './chance.ts';

test('the same seed and words have the same chance, others have another', () => {
  // What is known of a seed holds with the next release too.
  expect(chance(7, 'outcome', 'p', 1)).toBe(0.41279277177602935);
  const drawn = [
    chance(7, 'outcome', 'p', 1),
    chance(8, 'outcome', 'p', 1),
    chance(7, 'outcome', 'p', 2),
    chance(7, 'outcome', 'q', 1),
    chance(7, 'outcom', 'ep', 1),
  ];
  expect(new Set(drawn).size).toBe(drawn.length);
});

test('chances fill [0, 1) evenly', () => {
  const buckets = new Array<number>(10).fill(0);
  for (let index = 0; index < 10_000; index++) {
    const drawn = chance(7, 'even', index);
    expect(drawn >= 0 && drawn < 1).toBe(true);
    const bucket = Math.floor(drawn * 10);
    buckets[bucket] = (buckets[bucket] ?? 0) + 1;
  }
  // Four standard deviations: 4 × √(10000 × 0.1 × 0.9) = 120.
  for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(120);
});

test('names tell kinds and things apart', () => {
  expect(nameFor('cap', 'k')).toBe('cap_3c6a56d5ea23f1f4dd4cb177');
  expect(new Set([nameFor('cap', 'k'), nameFor('ref', 'k'), nameFor('cap', 'l')]).size).toBe(3);
});
