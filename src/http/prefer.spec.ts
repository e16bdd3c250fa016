import { expect, test } from 'vitest';
import { readWait } from './prefer.ts';

test.each([
  [undefined, 0],
  ['', 0],
  ['wait=1', 1],
  ['wait="2"', 2],
  ['respond-async, wait=1', 1],
  ['wait=1; foo=2', 1],
  ['Wait = 2', 2],
  ['wait=999999999', 2],
  ['wait=0', 0],
  // What cannot be understood is passed over, as RFC 7240 has it.
  ['wait=-1', 0],
  ['wait=soon', 0],
  ['wait', 0],
  ['waiter=2', 0],
  ['wait=1.5', 0],
])('Prefer: %s waits %d s', (header, seconds) => {
  expect(readWait(header)).toBe(seconds);
});
