const perMille = 14n;
const fixed = 25n;

/** What a dispute costs, in minor units, won or lost. */
export const disputeFee = 1_500;

/**
 * What a capture costs, in minor units: 1.4 %, rounded half up to a whole one, and 25; never more than the capture.
 * @param amount in minor units
 */
export function captureFee(amount: number): number {
  const fee = (BigInt(amount) * perMille + 500n) / 1_000n + fixed;
  return Math.min(amount, Number(fee));
}
