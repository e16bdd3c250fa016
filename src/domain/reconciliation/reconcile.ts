import type { Currency } from '../kernel/currency.ts';
import { type Break, formatSigned, type Proposing, propose, suspended } from './break.ts';
import { comparePair, effectOf } from './compare.ts';
import type { BookedEntry, Movement } from './movement.ts';
import { nameOf, type Pairing, pairRows } from './pairing.ts';
import { comparePayouts } from './payouts.ts';
import { feePostings, type ProposedEntry, payoutPostings, readDifferenceReference } from './proposal.ts';
import { type BadRow, daysBefore, type SettlementRow } from './settlement-row.ts';

export interface ReconcileInput extends Proposing {
  readonly rows: readonly SettlementRow[];
  /** Rows that could not be read: what they may be about is not said to be missing. */
  readonly badRows: readonly BadRow[];
  readonly movements: Iterable<Movement>;
  /** First and last day the file is about. */
  readonly from: string;
  readonly to: string;
  readonly toleranceDays: number;
}

export interface Reconciliation {
  /** Rows that are a movement of the ledger, whether they agree with it or not. */
  readonly matched: number;
  readonly breaks: readonly Break[];
  /** What the file alone can tell, and no break: payouts, and fees the ledger was not told. */
  readonly bookings: readonly ProposedEntry[];
  /** Entries for breaks that there are no more. They are to be undone. */
  readonly outlived: readonly BookedEntry[];
  /** Movements that are not in the file, and so late in its time that they need not be. */
  readonly notDue: number;
}

/** Matches a settlement file against the books. Pure: the same input gives the same answer, ids of entries included. */
export function reconcile(input: ReconcileInput): Reconciliation {
  const { rows, movements } = input;
  const pairing = pairRows(rows, movements);
  const compared = [...pairing.pairs].map(([row, movement]) =>
    comparePair(row, movement, input.toleranceDays, input),
  );
  const payouts = comparePayouts(rows, pairing.repeated, input);
  const { due, notDue } = unpairedMovements(pairing, input);
  const breaks = [
    ...compared.flatMap((each) => each.breaks),
    ...[...pairing.repeated].map(([row, times]) => duplicate(row, times, input)),
    ...pairing.unknown.filter((row) => !isBookable(row)).map((row) => unknown(row, input)),
    ...payouts.breaks,
    ...due.map((movement) => missing(movement, input)),
  ];
  const bookings = [
    ...compared.flatMap(({ fees }) => fees),
    ...pairing.unknown.filter(isBookable).map((row) => booking(row, input)),
  ];
  const proposed = [...bookings, ...breaks.flatMap(({ entries }) => entries)];
  const outlived = entriesOutlived(proposed, [...subjectsSettled(pairing), ...payouts.subjects], input);
  return { matched: pairing.pairs.size, breaks: inOrder(breaks), bookings, outlived, notDue };
}

/** Those of the file by line, then those of the books alone. */
function inOrder(breaks: readonly Break[]): readonly Break[] {
  const place = ({ line }: Break) => line ?? Number.POSITIVE_INFINITY;
  return breaks.toSorted((a, b) => (place(a) === place(b) ? 0 : place(a) - place(b)));
}

function duplicate(row: SettlementRow, times: number, proposing: Proposing): Break {
  const { line, net, currency } = row;
  const subject = `${nameOf(row)}#${times}`;
  const detail = `${formatSigned(net, currency)} in the file once more`;
  return suspended({ kind: 'duplicate', subject, line, detail }, [{ amount: net, currency }], proposing);
}

function unknown(row: SettlementRow, proposing: Proposing): Break {
  const { line, net, currency } = row;
  const detail = `${formatSigned(net, currency)} in the file, nothing in the books`;
  const found = { kind: 'unknown', subject: nameOf(row), line, detail } as const;
  return suspended(found, [{ amount: net, currency }], proposing);
}

function missing(movement: Movement, proposing: Proposing): Break {
  const { id, currency, day } = movement;
  const effect = effectOf(movement);
  const detail = `${formatSigned(effect, currency)} in the books on ${day}, nothing in the file`;
  const found = { kind: 'missing', subject: id, detail } as const;
  return suspended(found, [{ amount: 0 - effect, currency }], proposing);
}

/** What only the provider can tell: that it has paid out, or charged for something that is no movement of an order. */
function isBookable({ type }: SettlementRow): boolean {
  return type === 'payout' || type === 'fee';
}

function booking(row: SettlementRow, proposing: Proposing): ProposedEntry {
  const { type, reference, gross, fee, currency, day } = row;
  const { gateway } = proposing;
  return propose(
    {
      currency,
      postings: [
        ...payoutPostings(gateway, gross, currency),
        ...(fee === 0 ? [] : feePostings(gateway, type, fee, currency)),
      ],
      memo: type === 'payout' ? `Payout of ${gateway}` : `Fee of ${gateway}, as settled`,
      reference,
      day,
    },
    proposing,
  );
}

function unpairedMovements(
  { unpaired }: Pairing,
  { from, to, toleranceDays, badRows }: ReconcileInput,
): { readonly due: readonly Movement[]; readonly notDue: number } {
  const unread = new Set(badRows.flatMap(({ reference, payout }) => [reference, payout]));
  const absent = unpaired.filter(
    ({ isSettled, day, names }) =>
      isSettled && day >= from && day <= to && !names.some((name) => unread.has(name)),
  );
  if (absent.length === 0) return { due: [], notDue: 0 };
  const lastDay = daysBefore(to, toleranceDays);
  const due = absent.filter(({ day }) => day <= lastDay);
  return { due, notDue: absent.length - due.length };
}

/** What is now known to be in both, under every name that an entry for a break may have for it. */
function subjectsSettled({ pairs }: Pairing): readonly string[] {
  return [...pairs].flatMap(([row, { id }]) => [id, nameOf(row)]);
}

/** Entries that explain a break which the file no longer shows. A duplicate is taken back by a row of its own. */
function entriesOutlived(
  proposed: readonly ProposedEntry[],
  subjects: readonly string[],
  { gateway, entries }: ReconcileInput,
): readonly BookedEntry[] {
  const current = new Set(proposed.map(({ entryId }) => entryId));
  const settled = new Set(subjects);
  return [...entries.values()].filter(({ entryId, reference, reversedBy }) => {
    const about = readDifferenceReference(gateway, reference);
    if (about === undefined || reversedBy !== undefined || current.has(entryId)) return false;
    return about.kind !== 'duplicate' && settled.has(about.subject);
  });
}

/** Sum of what the balance at the provider must change by, by currency, in minor units. */
export function differenceOf(breaks: readonly Break[]): ReadonlyMap<Currency, bigint> {
  const sums = new Map<Currency, bigint>();
  for (const { amount, currency } of breaks.flatMap(({ differences }) => differences)) {
    sums.set(currency, (sums.get(currency) ?? 0n) + BigInt(amount));
  }
  return sums;
}
