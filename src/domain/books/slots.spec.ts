import { expect, test } from 'vitest';
import { blockOf, blockSize, dayOf, minuteOf, spanSize } from './slots.ts';

test('the day and the minute of an instant begin as it does', () => {
  expect(dayOf('2026-03-01T09:05:07.123Z')).toBe('2026-03-01');
  expect(minuteOf('2026-03-01T09:05:07.123Z')).toBe('2026-03-01T09:05');
});

test.each([
  [0, '00000000000000'],
  [blockSize - 1, '00000000000000'],
  [blockSize, '00000000000001'],
  [blockSize * 12 + 5, '00000000000012'],
  [Number.MAX_SAFE_INTEGER, '01099511627775'],
])('position %i is in block %s', (position, block) => {
  expect(blockOf(position, blockSize)).toBe(block);
});

test('the text order of blocks is their order, and spans are whole numbers of them', () => {
  const blocks = [9, 10, 99, 100].map((block) => blockOf(block * blockSize, blockSize));
  expect(blocks.toSorted()).toEqual(blocks);
  // Documents are stored under these: another size would be other documents.
  expect([blockSize, spanSize]).toEqual([8_192, 33_554_432]);
});
