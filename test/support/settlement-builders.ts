import type { Currency } from '../../src/domain/kernel/currency.ts';
import type { BookedEntry, Movement } from '../../src/domain/reconciliation/movement.ts';
import {
  type ReconcileInput,
  type Reconciliation,
  reconcile,
} from '../../src/domain/reconciliation/reconcile.ts';
import type { RowType, SettlementRow } from '../../src/domain/reconciliation/settlement-row.ts';

/** The provider of these specs. */
export const gateway = 'stripe';

export function movement(reference: string, gross: number, more: Partial<Movement> = {}): Movement {
  const type: RowType = more.type ?? 'capture';
  return {
    type,
    id: `order-of-${reference}/${type}/1`,
    names: [reference],
    gross,
    fee: 0,
    currency: 'EUR',
    day: '2026-01-05',
    isSettled: true,
    ...more,
  };
}

/** The row that says the same as the movement. */
export function rowOf(
  { type, names, gross, fee, currency, day }: Movement,
  more: Partial<SettlementRow> = {},
): SettlementRow {
  return row(names[0] ?? '', gross, { type, fee: fee ?? 0, currency, day, ...more });
}

export function row(reference: string, gross: number, more: Partial<SettlementRow> = {}): SettlementRow {
  const fee = more.fee ?? 0;
  const own = more.gross ?? gross;
  return {
    line: 2,
    id: `bt of ${reference}`,
    type: 'capture',
    reference,
    currency: 'EUR',
    day: '2026-01-05',
    ...more,
    gross: own,
    fee,
    net: own - fee,
  };
}

export function reconciled(
  rows: readonly SettlementRow[],
  movements: readonly Movement[],
  more: Partial<ReconcileInput> = {},
): Reconciliation {
  return reconcile({
    rows: rows.map((each, index) => ({ ...each, line: index + 2 })),
    badRows: [],
    movements,
    from: '2026-01-01',
    to: '2026-01-31',
    toleranceDays: 3,
    gateway,
    entries: new Map(),
    entryIdOf: (text) => text,
    ...more,
  });
}

/** `missing order-of-ch_1/capture/1`, for every break. */
export function breaksIn({ breaks }: Reconciliation): readonly string[] {
  return breaks.map(({ kind, subject }) => `${kind} ${subject}`);
}

/** The entries that are proposed, as they are once they were booked. */
export function bookedFrom({ breaks, bookings }: Reconciliation): ReadonlyMap<string, BookedEntry> {
  const entries = [...bookings, ...breaks.flatMap((each) => each.entries)];
  return new Map(
    entries.map(({ entryId, currency, reference }) => [entryId, { entryId, currency, reference }]),
  );
}

/** What an account gains by all that is proposed, by currency. */
export function gainOf(
  account: string,
  { breaks, bookings }: Reconciliation,
): Partial<Record<Currency, number>> {
  const gains: Partial<Record<Currency, number>> = {};
  for (const { postings } of [...bookings, ...breaks.flatMap((each) => each.entries)]) {
    for (const { debit, credit, amount, currency } of postings) {
      const by = amount * (Number(debit === account) - Number(credit === account));
      if (by !== 0) gains[currency] = (gains[currency] ?? 0) + by;
    }
  }
  return gains;
}
