import { currency, minorDigits } from '../../domain/kernel/currency.ts';

/** `-1,234.50`: minor units as people write them, exact however large. */
export function decimalOf(minor: bigint, code: string): string {
  const known = currency.safeParse(code);
  const digits = known.success ? minorDigits(known.data) : 0;
  const text = String(minor < 0n ? -minor : minor).padStart(digits + 1, '0');
  const [whole, fraction] = [text.slice(0, text.length - digits), text.slice(text.length - digits)];
  const grouped = BigInt(whole).toLocaleString('en-US');
  return `${minor < 0n ? '-' : ''}${grouped}${digits === 0 ? '' : `.${fraction}`}`;
}
