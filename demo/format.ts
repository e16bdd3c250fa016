/** 1234567 → `1,234,567`. */
export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** 1234 → `1.2 s`, 45 → `45 ms`. */
export function duration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** 123456 EUR → `1,234.56`: digits only, no division. How many follow the point is what ISO 4217 says. */
export function amountText(minor: number, currency: string): string {
  const digits = digitsOf(currency);
  const text = String(Math.abs(minor)).padStart(digits + 1, '0');
  const whole = BigInt(text.slice(0, text.length - digits)).toLocaleString('en-US');
  return `${minor < 0 ? '−' : ''}${whole}${digits > 0 ? `.${text.slice(-digits)}` : ''}`;
}

const known = new Map<string, number>();

function digitsOf(currency: string): number {
  let digits = known.get(currency);
  if (digits === undefined) {
    const format = new Intl.NumberFormat('en-US', { style: 'currency', currency });
    digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    known.set(currency, digits);
  }
  return digits;
}

/** The value that the given share of all values do not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** Exactly `width` columns: cut with an ellipsis, or filled up with blanks. */
export function toWidth(text: string, width: number): string {
  if (text.length <= width) return text.padEnd(width);
  return width < 1 ? '' : `${text.slice(0, width - 1)}…`;
}
