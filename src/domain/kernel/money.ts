import { z } from 'zod';
import { assert } from './assert.ts';
import { type Currency, currency, minorDigits } from './currency.ts';

/** The largest amount anything here may hold: 2^53 − 1 minor units. */
export const amountMax = Number.MAX_SAFE_INTEGER;

/** An amount of money in integer minor units (cents, yen, fils) of one currency. */
export const money = z.strictObject({ amount: z.int().min(0).max(amountMax), currency });
export type Money = Readonly<z.output<typeof money>>;

export function moneyOf(amount: number, code: Currency): Money {
  return { amount, currency: code };
}

/**
 * `a + b` in minor units, or `undefined` beyond 2^53 − 1. Exact: a true sum outside the safe range cannot round
 * back into it, because rounding to a double is monotone.
 */
export function checkedAdd(a: number, b: number): number | undefined {
  const sum = a + b;
  return Number.isSafeInteger(sum) ? sum : undefined;
}

/** `quantity × price` in minor units, or `undefined` beyond 2^53 − 1; exact for the reason given at `checkedAdd`. */
export function checkedMultiply(quantity: number, price: number): number | undefined {
  const product = quantity * price;
  return Number.isSafeInteger(product) ? product : undefined;
}

/** Sum of two amounts that a guard has already bounded; throws `ImpossibleState` on overflow or mixed currencies. */
export function add(a: Money, b: Money): Money {
  assert(a.currency === b.currency, () => `cannot add ${b.currency} to ${a.currency}`);
  const sum = checkedAdd(a.amount, b.amount);
  assert(sum !== undefined, () => `${a.amount} + ${b.amount} ${a.currency} is beyond ${amountMax}`);
  return moneyOf(sum, a.currency);
}

/** Difference of two amounts where a guard has shown `a ≥ b`; throws `ImpossibleState` otherwise. */
export function subtract(a: Money, b: Money): Money {
  assert(a.currency === b.currency, () => `cannot take ${b.currency} from ${a.currency}`);
  assert(a.amount >= b.amount, () => `${b.amount} is more than ${a.amount} ${a.currency}`);
  return moneyOf(a.amount - b.amount, a.currency);
}

/** `4.35 EUR`, `435 JPY`, `0.435 KWD`: exact decimal text, made from digits and never through a division. */
export function formatMoney({ amount, currency: code }: Money): string {
  const digits = minorDigits(code);
  if (digits === 0) return `${amount} ${code}`;
  const text = String(amount).padStart(digits + 1, '0');
  return `${text.slice(0, -digits)}.${text.slice(-digits)} ${code}`;
}

/**
 * Minor units of a decimal text: `4.35` EUR → 435. `undefined` when the text is not a plain non-negative decimal,
 * has more fraction digits than the currency, or is beyond 2^53 − 1. Reads digits only, so 4.35 cannot become 434.
 */
export function parseDecimal(text: string, code: Currency): number | undefined {
  const match = /^(\d{1,16})(?:\.(\d{1,4}))?$/.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = ''] = match;
  const digits = minorDigits(code);
  if (fraction.length > digits) return undefined;
  const amount = BigInt(whole + fraction.padEnd(digits, '0'));
  return amount <= BigInt(amountMax) ? Number(amount) : undefined;
}
