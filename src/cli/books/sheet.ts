import { exactJson } from '../../domain/kernel/exact-json.ts';
import { type CliContext, UsageError } from '../command.ts';
import type { Terminal } from '../terminal.ts';
import { csvLine } from './csv-line.ts';
import { decimalOf } from './decimal.ts';

type Value = string | number | bigint | undefined;

/** One row; those with money say in which `currency`. */
export type Row = Readonly<Record<string, Value>>;

export interface Column {
  /** Name of the member in rows, and of the column in files. */
  readonly name: string;
  /** Whether it is money: decimals for people, minor units in files. */
  readonly money?: boolean;
}

/** How an answer is written: for people, or as a file of rows. */
export type Format = 'table' | 'csv' | 'ndjson' | 'json';

/** @throws UsageError where several are asked for */
export function formatOf({ options, terminal }: CliContext): Format {
  const asked = (['csv', 'ndjson'] as const).filter((name) => options[name] === true);
  if (asked.length + Number(terminal.json) > 1)
    throw new UsageError('Choose one of --csv, --ndjson and --json.');
  return asked[0] ?? (terminal.json ? 'json' : 'table');
}

/** Writes rows as they come, to a file of them; with `--json` they are part of the answer instead. */
export async function writeRows(
  columns: readonly Column[],
  rows: Iterable<Row> | AsyncIterable<Row>,
  format: Format,
  terminal: Terminal,
): Promise<void> {
  if (format === 'table') {
    const all: Row[] = [];
    for await (const row of rows) all.push(row);
    writeTable(columns, all, terminal);
  }
  // A record ends with CR LF; the terminal adds the second.
  if (format === 'csv') terminal.line(`${csvLine(columns.map(({ name }) => name))}\r`);
  if (format !== 'csv' && format !== 'ndjson') return;
  for await (const row of rows) {
    const line =
      format === 'csv'
        ? `${csvLine(columns.map(({ name }) => row[name]))}\r`
        : exactJson(chosen(columns, row));
    terminal.line(line);
  }
}

function chosen(columns: readonly Column[], row: Row): Row {
  return Object.fromEntries(columns.map(({ name }) => [name, row[name]]));
}

function writeTable(columns: readonly Column[], rows: readonly Row[], terminal: Terminal): void {
  const cells = rows.map((row) => columns.map((column) => cellOf(row, column)));
  const widths = columns.map(({ name }, index) =>
    Math.max(titleOf(name).length, ...cells.map((each) => each[index]?.length ?? 0)),
  );
  // Money stands under its heading to the right, so that digits of one worth stand under each other.
  const aligned = (text: string, index: number) =>
    columns[index]?.money === true ? text.padStart(widths[index] ?? 0) : text;
  terminal.table(
    columns.map(({ name }, index) => aligned(titleOf(name), index)),
    cells.map((each) => each.map(aligned)),
  );
}

function cellOf(row: Row, { name, money }: Column): string {
  const value = row[name];
  if (value === undefined) return '';
  return money === true ? decimalOf(BigInt(value), String(row['currency'])) : String(value);
}

/** `orderId` → `ORDER ID`. */
function titleOf(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter}`).toUpperCase();
}
