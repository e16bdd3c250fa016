import type { Currency } from '../kernel/currency.ts';
import { formatMoney, moneyOf } from '../kernel/money.ts';
import type { BookedEntry } from './movement.ts';
import { type Draft, differenceReference, type ProposedEntry, suspensePostings } from './proposal.ts';

/**
 * How file and books can differ. `missing`: in the books, not in the file. `duplicate`: in the file twice. `amount`,
 * `fee`, `currency`: in both, and not the same. `timing`: on days too far apart, or in the file before the provider has
 * confirmed it to the books. `unknown`: in the file, not in the books.
 */
export const breakKinds = ['missing', 'duplicate', 'amount', 'fee', 'timing', 'currency', 'unknown'] as const;
export type BreakKind = (typeof breakKinds)[number];

export interface Break {
  readonly kind: BreakKind;
  /** The ledger's name of the movement, or type and reference of the row. */
  readonly subject: string;
  /** Line of the file; none where it is not in the file. */
  readonly line?: number;
  readonly detail: string;
  /** What the balance at the provider must change by in the books; nothing where no money differs. */
  readonly differences: readonly Difference[];
  /** What would explain it in the books; nothing where no money differs. */
  readonly entries: readonly ProposedEntry[];
}

export interface Difference {
  readonly amount: number;
  readonly currency: Currency;
}

/** What a proposal is worked out from. */
export interface Proposing {
  readonly gateway: string;
  /** Entries there are, by id. */
  readonly entries: ReadonlyMap<string, BookedEntry>;
  /** The same id for the same text, and for no other. */
  readonly entryIdOf: (text: string) => string;
}

/** The entry as it is proposed, or as it was booked when it was proposed before. */
export function propose(draft: Draft, { entries, entryIdOf }: Proposing): ProposedEntry {
  const { reference, currency, postings } = draft;
  const entryId = entryIdOf(JSON.stringify([reference, currency, postings]));
  const booked = entries.get(entryId);
  const status = booked === undefined ? 'proposed' : booked.reversedBy === undefined ? 'booked' : 'reversed';
  return { ...draft, entryId, status };
}

/** Whether the books say what it is about. A break without money in it is never explained by an entry. */
export function isExplained({ entries }: Break): boolean {
  return entries.length > 0 && entries.every(({ status }) => status !== 'proposed');
}

type Found = Pick<Break, 'kind' | 'subject' | 'detail'> & { readonly line?: number };

/** A break whose differences suspense holds until somebody has found out why. */
export function suspended(found: Found, differences: readonly Difference[], proposing: Proposing): Break {
  const { gateway } = proposing;
  const money = differences.filter(({ amount }) => amount !== 0);
  return {
    ...found,
    differences: money,
    entries: money.map(({ amount, currency }) =>
      propose(
        {
          currency,
          postings: suspensePostings(gateway, amount, currency),
          memo: `Reconciliation with ${gateway}: ${memos[found.kind]}`,
          reference: differenceReference(gateway, found.kind, found.subject),
        },
        proposing,
      ),
    ),
  };
}

/** Without references in them: digits a provider made up may look like a card number. */
const memos: Readonly<Record<BreakKind, string>> = {
  missing: 'in the books, not in the settlement file',
  duplicate: 'in the settlement file more than once',
  amount: 'another amount in the settlement file',
  fee: 'another fee in the settlement file',
  timing: 'in the settlement file before it is in the books',
  currency: 'another currency in the settlement file',
  unknown: 'in the settlement file, not in the books',
};

/** `-4.35 EUR`. */
export function formatSigned(amount: number, currency: Currency): string {
  return amount < 0
    ? `-${formatMoney(moneyOf(0 - amount, currency))}`
    : formatMoney(moneyOf(amount, currency));
}
