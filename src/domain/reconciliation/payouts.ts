import { type Break, formatSigned, type Proposing, suspended } from './break.ts';
import type { BadRow, SettlementRow } from './settlement-row.ts';

interface ComparedPayouts {
  readonly breaks: readonly Break[];
  /** What was compared. */
  readonly subjects: readonly string[];
}

/**
 * A payout is the sum of the rows that were paid out with it, fees taken off: many to one. Compared only where the file
 * has such rows, and could read them all.
 */
export function comparePayouts(
  rows: readonly SettlementRow[],
  repeated: ReadonlyMap<SettlementRow, number>,
  proposing: Proposing & { readonly badRows: readonly BadRow[] },
): ComparedPayouts {
  const unread = new Set(proposing.badRows.map(({ payout }) => payout));
  const sums = sumsOf(rows);
  const breaks: Break[] = [];
  const subjects: string[] = [];
  for (const row of rows) {
    const { type, reference, net, currency, line } = row;
    const sum = sums.get(reference)?.get(currency) ?? 0n;
    const isComparable = type === 'payout' && sums.has(reference) && !unread.has(reference);
    if (!isComparable || repeated.has(row)) continue;
    const subject = `payout/${reference}/lines`;
    subjects.push(subject);
    const left = Number(sum + BigInt(net));
    if (left === 0) continue;
    const detail = `its rows leave ${formatSigned(left, currency)} that it has not paid out`;
    const differences = Number.isSafeInteger(left) ? [{ amount: 0 - left, currency }] : [];
    breaks.push(suspended({ kind: 'amount', subject, line, detail }, differences, proposing));
  }
  return { breaks, subjects };
}

/** Σ net of the rows of each payout, by currency. */
function sumsOf(rows: readonly SettlementRow[]): ReadonlyMap<string, ReadonlyMap<string, bigint>> {
  const sums = new Map<string, Map<string, bigint>>();
  for (const { type, payout, currency, net } of rows) {
    if (type === 'payout' || payout === undefined) continue;
    const byCurrency = sums.get(payout) ?? new Map<string, bigint>();
    byCurrency.set(currency, (byCurrency.get(currency) ?? 0n) + BigInt(net));
    sums.set(payout, byCurrency);
  }
  return sums;
}
