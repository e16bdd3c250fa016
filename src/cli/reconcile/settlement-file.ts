import { createHash } from 'node:crypto';
import { createReadStream, statSync } from 'node:fs';
import {
  type BadRow,
  type Column,
  columns,
  readRow,
  requiredColumns,
  type SettlementRow,
} from '../../domain/reconciliation/settlement-row.ts';
import { UsageError } from '../command.ts';
import { CsvReader, type CsvRecord } from './csv.ts';

export interface SettlementFile {
  /** SHA-256 of the bytes, hexadecimal. */
  readonly digest: string;
  readonly rows: readonly SettlementRow[];
  readonly badRows: readonly BadRow[];
  /** First and last day of its rows, payouts included. */
  readonly from: string;
  readonly to: string;
}

export const rowsMax = 500_000;
export const fileMbMax = 256;

/**
 * Reads a settlement file piece by piece. A row that cannot be used is answered with its line, and the others are read.
 * @throws UsageError for a file that is none: without its columns, without rows, or too large
 */
export async function readSettlementFile(
  path: string,
  onProgress: (fraction: number, rows: number) => void,
): Promise<SettlementFile> {
  const { size } = statSync(path);
  if (size > fileMbMax * 1_000_000)
    throw new UsageError(`${path} is larger than ${fileMbMax} MB; split it by payout.`);
  const reader = new CsvReader();
  const decoder = new TextDecoder();
  const hash = createHash('sha256');
  const table = new Table(path);
  let read = 0;
  for await (const chunk of createReadStream(path)) {
    const bytes: Buffer = chunk;
    hash.update(bytes);
    read += bytes.length;
    for (const record of reader.read(decoder.decode(bytes, { stream: true }))) table.take(record);
    onProgress(read / size, table.rows.length);
  }
  for (const record of reader.read(decoder.decode())) table.take(record);
  for (const record of reader.end()) table.take(record);
  return { digest: hash.digest('hex'), ...table.finish() };
}

/** Rows under the columns that the first record names. */
class Table {
  readonly rows: SettlementRow[] = [];
  readonly #badRows: BadRow[] = [];
  readonly #path: string;
  #places: readonly (readonly [Column, number])[] | undefined;
  #width = 0;

  constructor(path: string) {
    this.#path = path;
  }

  take(record: CsvRecord): void {
    if (this.#places === undefined) this.#head(record);
    else if ('problem' in record) this.#badRows.push(record);
    else this.#row(record.line, record.fields);
    if (this.rows.length + this.#badRows.length > rowsMax)
      throw new UsageError(`${this.#path} has more than ${rowsMax} rows; split it by payout.`);
  }

  finish(): Omit<SettlementFile, 'digest'> {
    if (this.#places === undefined) throw new UsageError(`${this.#path} is empty.`);
    const days = this.rows.map(({ day }) => day).sort();
    return { rows: this.rows, badRows: this.#badRows, from: days[0] ?? '', to: days.at(-1) ?? '' };
  }

  #head(record: CsvRecord): void {
    const names = 'fields' in record ? record.fields.map((name) => name.trim().toLowerCase()) : [];
    const missing = requiredColumns.filter((column) => !names.includes(column));
    const twice = columns.filter((column) => names.indexOf(column) !== names.lastIndexOf(column));
    if (missing.length > 0)
      throw new UsageError(
        `The first line of ${this.#path} must name the columns, separated by commas; it lacks ${missing.join(', ')}.`,
      );
    if (twice.length > 0) throw new UsageError(`${this.#path} has more than one column ${twice.join(', ')}.`);
    this.#width = names.length;
    this.#places = columns
      .map((column) => [column, names.indexOf(column)] as const)
      .filter(([, place]) => place >= 0);
  }

  #row(line: number, fields: readonly string[]): void {
    const cells: Partial<Record<Column, string>> = {};
    for (const [column, place] of this.#places ?? []) cells[column] = fields[place] ?? '';
    const row = readRow(line, cells);
    if (fields.length !== this.#width) {
      const problem = `has ${fields.length} fields, and there are ${this.#width} columns`;
      this.#badRows.push(
        'problem' in row ? { ...row, problem } : { line, problem, reference: row.reference },
      );
    } else if ('problem' in row) this.#badRows.push(row);
    else this.rows.push(row);
  }
}
