import { assert } from '../kernel/assert.ts';
import { checkedAdd } from '../kernel/money.ts';
import { type Break, formatSigned, type Proposing, propose, suspended } from './break.ts';
import type { Movement } from './movement.ts';
import { differenceReference, feePostings, type ProposedEntry } from './proposal.ts';
import { daysApart, type SettlementRow } from './settlement-row.ts';

/** What a row and its movement have come to. */
interface Compared {
  readonly breaks: readonly Break[];
  /** A fee that the ledger was not told and the file tells. */
  readonly fees: readonly ProposedEntry[];
}

/** Compares a row with the movement it is about. */
export function comparePair(
  row: SettlementRow,
  movement: Movement,
  toleranceDays: number,
  proposing: Proposing,
): Compared {
  const { line, currency } = row;
  const subject = movement.id;
  if (row.currency !== movement.currency) {
    const detail = `${formatSigned(row.gross, currency)} in the file, ${formatSigned(movement.gross, movement.currency)} in the books`;
    const differences = [
      { amount: 0 - effectOf(movement), currency: movement.currency },
      { amount: row.net, currency },
    ];
    return {
      breaks: [suspended({ kind: 'currency', subject, line, detail }, differences, proposing)],
      fees: [],
    };
  }
  if (!movement.isSettled) {
    const detail = 'in the file, and not yet confirmed to the books';
    const differences = [{ amount: row.net, currency }];
    return {
      breaks: [suspended({ kind: 'timing', subject, line, detail }, differences, proposing)],
      fees: [],
    };
  }
  return {
    breaks: [
      ...amountBreak(row, movement, proposing),
      ...feeBreak(row, movement, proposing),
      ...dayBreak(row, movement, toleranceDays, proposing),
    ],
    fees: learntFee(row, movement, proposing),
  };
}

function amountBreak(row: SettlementRow, movement: Movement, proposing: Proposing): readonly Break[] {
  const { line, currency } = row;
  const amount = row.gross - movement.gross;
  if (amount === 0) return [];
  const detail = `${formatSigned(row.gross, currency)} in the file, ${formatSigned(movement.gross, currency)} in the books`;
  const found = { kind: 'amount', subject: movement.id, line, detail } as const;
  return [suspended(found, [{ amount, currency }], proposing)];
}

/** A fee belongs to the costs whoever was wrong about it, so suspense has nothing to do with it. */
function feeBreak(row: SettlementRow, movement: Movement, proposing: Proposing): readonly Break[] {
  const { line, currency, type } = row;
  if (movement.fee === undefined || row.fee === movement.fee) return [];
  const { gateway } = proposing;
  const more = row.fee - movement.fee;
  const entry = propose(
    {
      currency,
      postings: feePostings(gateway, type, more, currency),
      memo: `Reconciliation with ${gateway}: another fee in the settlement file`,
      reference: differenceReference(gateway, 'fee', movement.id),
    },
    proposing,
  );
  return [
    {
      kind: 'fee',
      subject: movement.id,
      line,
      detail: `fee ${formatSigned(row.fee, currency)} in the file, ${formatSigned(movement.fee, currency)} in the books`,
      differences: [{ amount: 0 - more, currency }],
      entries: [entry],
    },
  ];
}

function dayBreak(
  { line, day }: SettlementRow,
  movement: Movement,
  toleranceDays: number,
  proposing: Proposing,
): readonly Break[] {
  const days = daysApart(day, movement.day);
  if (days <= toleranceDays) return [];
  const detail = `${day} in the file, ${movement.day} in the books: ${days} days apart`;
  return [suspended({ kind: 'timing', subject: movement.id, line, detail }, [], proposing)];
}

function learntFee(row: SettlementRow, movement: Movement, proposing: Proposing): readonly ProposedEntry[] {
  if (movement.fee !== undefined || row.fee === 0) return [];
  const { gateway } = proposing;
  return [
    propose(
      {
        currency: row.currency,
        postings: feePostings(gateway, row.type, row.fee, row.currency),
        memo: `Fee of ${gateway}, as settled`,
        reference: differenceReference(gateway, 'settled-fee', movement.id),
        day: row.day,
      },
      proposing,
    ),
  ];
}

/** What a movement has done to the balance at the provider, as the books have it. */
export function effectOf({ gross, fee = 0, isSettled }: Movement): number {
  if (!isSettled) return 0;
  const effect = checkedAdd(gross, 0 - fee);
  assert(effect !== undefined, () => `${gross} − ${fee} cannot be counted`);
  return effect;
}
