import { expect, test } from 'vitest';
import { assert, ImpossibleState } from './assert.ts';

test.each([
  ['as it is', 'sums are equal'],
  ['only where it is needed', () => 'sums are equal'],
])('what is not as it has to be is thrown, and the message is put together %s', (_when, message) => {
  expect(() => assert(false, message)).toThrow(new ImpossibleState('sums are equal'));
});

test('what is as it has to be costs no message', () => {
  assert(true, () => {
    throw new Error('nobody reads it');
  });
});
