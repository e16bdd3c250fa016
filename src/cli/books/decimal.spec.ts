import { expect, it } from 'vitest';
import { decimalOf } from './decimal.ts';

it.each([
  [0n, 'EUR', '0.00'],
  [5n, 'EUR', '0.05'],
  [-5n, 'EUR', '-0.05'],
  [123_456_789n, 'USD', '1,234,567.89'],
  [1_234n, 'JPY', '1,234'],
  [-1_234n, 'KWD', '-1.234'],
  [27_020_999_999_972_979n, 'KWD', '27,020,999,999,972.979'],
])('writes %s minor units of %s as %s', (minor, currency, text) => {
  expect(decimalOf(minor, currency)).toBe(text);
});
