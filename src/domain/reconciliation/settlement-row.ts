import { type Currency, currency as currencyCode, minorDigits } from '../kernel/currency.ts';
import { parseInstant } from '../kernel/instant.ts';
import { checkedAdd, parseDecimal } from '../kernel/money.ts';
import { printable } from '../kernel/text.ts';

/** What a row of a settlement file can be about. */
export const rowTypes = ['capture', 'refund', 'dispute', 'dispute_won', 'fee', 'payout'] as const;
export type RowType = (typeof rowTypes)[number];

/** Columns a settlement file has, in any order; it may have more, which are not read. */
export const requiredColumns = [
  'line',
  'type',
  'reference',
  'gross',
  'fee',
  'net',
  'currency',
  'date',
] as const;
export const columns = [...requiredColumns, 'payout'] as const;
export type Column = (typeof columns)[number];

/** One row of a provider's settlement file. Amounts are what they do to the provider's balance: more is positive. */
export interface SettlementRow {
  /** Line of the file it begins on. */
  readonly line: number;
  /** What the provider calls the row. */
  readonly id: string;
  readonly type: RowType;
  /** What it is about: see `namesOf`. Of a payout, its id. */
  readonly reference: string;
  readonly gross: number;
  /** What the provider charges: positive where it takes money. */
  readonly fee: number;
  readonly net: number;
  readonly currency: Currency;
  /** YYYY-MM-DD, UTC. */
  readonly day: string;
  /** The payout the money was paid out with. */
  readonly payout?: string;
}

/** Why a row cannot be used, and what it may have been about. */
export interface BadRow {
  readonly line: number;
  readonly problem: string;
  readonly reference?: string;
  readonly payout?: string;
}

/** Largest amount of a row in minor units: differences and sums of two are then exact. */
const rowAmountMax = 10 ** 15;

const name = printable(200);

/** Reads one row. Every amount is exact: digits are read, nothing is rounded. */
export function readRow(
  line: number,
  cells: Readonly<Partial<Record<Column, string>>>,
): SettlementRow | BadRow {
  const cell = (column: Column) => (cells[column] ?? '').trim();
  const complain = (problem: string): BadRow => ({
    line,
    problem,
    reference: cell('reference'),
    payout: cell('payout'),
  });

  const type = rowTypes.find((each) => each === cell('type'));
  if (type === undefined) return complain(`type: must be one of ${rowTypes.join(', ')}`);
  const code = currencyCode.safeParse(cell('currency'));
  if (!code.success) return complain('currency: must be an ISO 4217 currency code, such as EUR');
  const named = type === 'payout' && cell('reference') === '' ? 'payout' : 'reference';
  for (const column of ['line', named] as const) {
    if (!name.safeParse(cell(column)).success)
      return complain(`${column}: must be 1–200 printable characters`);
  }
  const payout = cell('payout');
  if (payout !== '' && !name.safeParse(payout).success)
    return complain('payout: must be at most 200 printable characters');
  const day = dayOf(cell('date'));
  if (day === undefined) return complain('date: must be a day such as 2026-01-31, or a time in UTC');
  const amounts = readAmounts(cell, type, code.data);
  if (typeof amounts === 'string') return complain(amounts);
  return {
    line,
    id: cell('line'),
    type,
    reference: type === 'payout' && payout !== '' ? payout : cell('reference'),
    ...amounts,
    currency: code.data,
    day,
    ...(payout !== '' && { payout }),
  };
}

function readAmounts(
  cell: (column: Column) => string,
  type: RowType,
  code: Currency,
): Pick<SettlementRow, 'gross' | 'fee' | 'net'> | string {
  const [gross, fee, net] = [cell('gross'), cell('fee'), cell('net')].map((text) => readSigned(text, code));
  if (gross === undefined) return `gross: ${exactly(code)}`;
  if (fee === undefined) return `fee: ${exactly(code)}`;
  if (net === undefined) return `net: ${exactly(code)}`;
  if (!signs[type](gross)) return `gross: of a ${type} ${signNames[type]}`;
  if (checkedAdd(gross, -fee) !== net) return 'net: must be gross − fee';
  return { gross, fee, net };
}

const signs: Readonly<Record<RowType, (gross: number) => boolean>> = {
  capture: (gross) => gross > 0,
  refund: (gross) => gross < 0,
  dispute: (gross) => gross < 0,
  dispute_won: (gross) => gross > 0,
  fee: (gross) => gross === 0,
  payout: (gross) => gross !== 0,
};

const signNames: Readonly<Record<RowType, string>> = {
  capture: 'is more than 0',
  refund: 'is less than 0: it leaves the balance',
  dispute: 'is less than 0: it leaves the balance',
  dispute_won: 'is more than 0',
  fee: 'is 0: what is charged stands in fee',
  payout: 'is not 0; less than 0 where it leaves the balance',
};

function exactly(code: Currency): string {
  return `must be an exact amount in ${code}, such as 12 or -12: at most ${minorDigits(code)} decimal digits, no other signs, at most ${rowAmountMax} minor units`;
}

/** Exact minor units of a decimal text with or without a sign. */
function readSigned(text: string, code: Currency): number | undefined {
  const isNegative = text.startsWith('-');
  const amount = parseDecimal(isNegative ? text.slice(1) : text, code);
  if (amount === undefined || amount > rowAmountMax) return undefined;
  // Not `-amount`, which would make −0 of 0.
  return isNegative ? 0 - amount : amount;
}

function dayOf(text: string): string | undefined {
  const instant = parseInstant(text.length === 10 ? `${text}T00:00:00Z` : text);
  return instant?.slice(0, 10);
}

/** Whole days between two days, whichever comes first. */
export function daysApart(a: string, b: string): number {
  return Math.abs(dayNumber(a) - dayNumber(b));
}

/** The day that many days before. */
export function daysBefore(day: string, days: number): string {
  return new Date((dayNumber(day) - days) * dayMs).toISOString().slice(0, 10);
}

const dayMs = 86_400_000;

function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / dayMs;
}
