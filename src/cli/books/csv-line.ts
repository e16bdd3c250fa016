/** What a spreadsheet would take for the beginning of a formula. */
const formula = /^[=+\-@\t\r]/;
const special = /[",\r\n]/;

/**
 * One record of RFC 4180, without its line break. Text that a spreadsheet would run as a formula gets an apostrophe in
 * front; numbers are written as they are, negative ones too.
 */
export function csvLine(values: readonly (string | number | bigint | undefined)[]): string {
  return values.map(fieldOf).join(',');
}

function fieldOf(value: string | number | bigint | undefined): string {
  if (value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  const text = formula.test(value) ? `'${value}` : value;
  return special.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
