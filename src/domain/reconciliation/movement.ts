import type { Posting } from '../books/posting.ts';
import type { Currency } from '../kernel/currency.ts';
import { gatewayKey, type Operation } from '../order/calls.ts';
import type { RowType } from './settlement-row.ts';

/** One thing that has moved money at a provider, as the ledger has recorded it. */
export interface Movement {
  readonly type: RowType;
  /** The ledger's own name of it: `<order id>/capture/1`, or `entry/<entry id>`. */
  readonly id: string;
  /** Every name a row may use for it. */
  readonly names: readonly string[];
  /** What it does to the provider's balance, its fee apart. */
  readonly gross: number;
  /** `undefined` where the ledger was not told: the settlement then is where it is learnt. */
  readonly fee: number | undefined;
  readonly currency: Currency;
  readonly day: string;
  /** Whether it is in the books. A refund that the provider has yet to confirm is not. */
  readonly isSettled: boolean;
}

/** An entry of `books-{currency}`, as far as reconciliation needs it. */
export interface BookedEntry {
  readonly entryId: string;
  readonly currency: Currency;
  readonly reference?: string;
  readonly reversedBy?: string;
}

interface Named {
  readonly orderId: string;
  readonly type: RowType;
  /** Counts those of its type on the order, from 1. */
  readonly ordinal: number;
  readonly externalId?: string | undefined;
  readonly provider?: { readonly call?: number; readonly reference?: string } | undefined;
}

export function movementId({ orderId, type, ordinal }: Named): string {
  return `${orderId}/${type}/${ordinal}`;
}

/**
 * The names a file may use: what the provider calls it, the idempotency key it was asked under, and for those whose
 * provider reports to the caller alone, the id of the order or the caller's own, with type and number or without.
 */
export function namesOf(named: Named): readonly string[] {
  const { orderId, type, ordinal, externalId, provider } = named;
  const operation = operations[type];
  return [
    ...(provider?.reference === undefined ? [] : [provider.reference]),
    ...(provider?.call === undefined || operation === undefined
      ? []
      : [gatewayKey(orderId, { operation, call: provider.call })]),
    movementId(named),
    orderId,
    ...(externalId === undefined ? [] : [`${externalId}/${type}/${ordinal}`, externalId]),
  ];
}

const operations: Readonly<Partial<Record<RowType, Operation>>> = { capture: 'capture', refund: 'refund' };

/** The name without type and number: what the order may be called. */
export function orderNameIn(name: string): string {
  return name.replace(/\/(?:capture|refund|dispute|dispute_won)\/\d{1,9}$/, '');
}

/** The account of the chart that stands for the provider's balance. */
export function clearingOf(gateway: string): string {
  return `1100:${gateway}`;
}

const fees = new Set(['5000', '5100']);

/** What postings do to the balance at one provider; `undefined` where they leave it alone. */
export function effectOn(
  gateway: string,
  postings: readonly Posting[],
): { readonly gross: number; readonly fee: number; readonly counter: string } | undefined {
  const account = clearingOf(gateway);
  let [gross, fee, counter] = [0, 0, ''];
  for (const { debit, credit, amount } of postings) {
    if (debit !== account && credit !== account) continue;
    const other = debit === account ? credit : debit;
    const signed = debit === account ? amount : 0 - amount;
    if (fees.has(other)) fee -= signed;
    else gross += signed;
    if (counter === '' || fees.has(counter)) counter = other;
  }
  return counter === '' ? undefined : { gross, fee, counter };
}
