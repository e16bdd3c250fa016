import { expect, test } from 'vitest';
import { captureFee } from './fees.ts';

test.each([
  { amount: 10_000, fee: 165, why: '1.4 % and 25' },
  { amount: 1_000, fee: 39, why: '14 and 25' },
  { amount: 1_035, fee: 39, why: '14.49 is rounded down' },
  { amount: 1_036, fee: 40, why: '14.504 is rounded up' },
  { amount: 250, fee: 29, why: '3.5 is rounded up' },
  { amount: 750, fee: 36, why: '10.5 is rounded up: half up, not to even' },
  { amount: 25, fee: 25, why: 'never more than the amount' },
  { amount: 1, fee: 1, why: 'never more than the amount' },
  { amount: 9_007_199_254_740_991, fee: 126_100_789_566_399, why: 'exact where a product of doubles is not' },
])('the fee of $amount is $fee: $why', ({ amount, fee }) => {
  expect(captureFee(amount)).toBe(fee);
});
