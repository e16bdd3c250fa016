import type { Movement } from './movement.ts';
import type { SettlementRow } from './settlement-row.ts';

/** Which row of a file is which movement of the ledger. */
export interface Pairing {
  readonly pairs: ReadonlyMap<SettlementRow, Movement>;
  /** Rows that say again what an earlier row has said, with how often it was said by then: 2, 3 … */
  readonly repeated: ReadonlyMap<SettlementRow, number>;
  /** Rows of which the ledger knows nothing. */
  readonly unknown: readonly SettlementRow[];
  readonly unpaired: readonly Movement[];
}

/**
 * Pairs rows with movements, one to one, by type and name: first those that also agree in amount and currency, then
 * what is left under the same name, in the order of the file and of the log.
 */
export function pairRows(rows: readonly SettlementRow[], movements: Iterable<Movement>): Pairing {
  const byName = indexed(movements);
  const free = new Set(byName.all);
  const pairs = new Map<SettlementRow, Movement>();
  for (const fits of [agreesWith, inCurrencyOf, () => () => true]) {
    for (const row of rows) {
      if (pairs.has(row)) continue;
      const found = byName.of(row).find((movement) => free.has(movement) && fits(row)(movement));
      if (found === undefined) continue;
      pairs.set(row, found);
      free.delete(found);
    }
  }
  return { pairs, ...leftOver(rows, pairs), unpaired: [...free] };
}

function agreesWith({ currency, gross }: SettlementRow) {
  return (movement: Movement) => movement.currency === currency && movement.gross === gross;
}

function inCurrencyOf({ currency }: SettlementRow) {
  return (movement: Movement) => movement.currency === currency;
}

function indexed(movements: Iterable<Movement>) {
  const all = [...movements];
  const byName = new Map<string, Movement[]>();
  for (const movement of all) {
    for (const name of movement.names) {
      const key = `${movement.type} ${name}`;
      const same = byName.get(key);
      if (same === undefined) byName.set(key, [movement]);
      else same.push(movement);
    }
  }
  return { all, of: ({ type, reference }: SettlementRow) => byName.get(`${type} ${reference}`) ?? [] };
}

/** A row is a repetition where another of its name was paired, or stands before it. */
function leftOver(rows: readonly SettlementRow[], pairs: ReadonlyMap<SettlementRow, Movement>) {
  const said = new Map<string, number>();
  for (const row of rows) if (pairs.has(row)) said.set(nameOf(row), (said.get(nameOf(row)) ?? 0) + 1);
  const repeated = new Map<SettlementRow, number>();
  const unknown: SettlementRow[] = [];
  for (const row of rows) {
    if (pairs.has(row)) continue;
    const times = (said.get(nameOf(row)) ?? 0) + 1;
    said.set(nameOf(row), times);
    if (times === 1) unknown.push(row);
    else repeated.set(row, times);
  }
  return { repeated, unknown };
}

/** What a row is about, for rows that are compared with each other. */
export function nameOf({ type, reference }: SettlementRow): string {
  return `${type}/${reference}`;
}
