import { z } from 'zod';
import { accountOf } from '../domain/books/chart.ts';
import { linesOfEntry, type Posting, postings } from '../domain/books/posting.ts';
import { normalBalanceOf, Sums } from '../domain/books/sums.ts';
import type { DomainEvent } from '../ports/event-codec.ts';
import { describeAccount } from './books-parameters.ts';

/** Whose sub-accounts an order's entries are booked on. */
export interface Owner {
  readonly orderId: string;
  readonly customerId: string;
}

const entry = z.object({ postings: postings.optional() });

/** What an event of whatever aggregate means for the books. */
export function postingsIn(data: unknown): readonly Posting[] {
  return entry.parse(data).postings ?? [];
}

/**
 * The books of one order, as its own events give them: what was booked when, and what that leaves on each account, those
 * of the order and its customer under their own names.
 */
export function orderBooks(owner: Owner, events: readonly DomainEvent[]) {
  const sums = new Sums();
  const entries = events.flatMap((event) => {
    const lines = linesOfEntry(postingsIn(event.data));
    for (const line of lines) sums.book(line);
    return lines.length === 0 ? [] : [entryOf(owner, event, lines)];
  });
  return {
    orderId: owner.orderId,
    accounts: sums.accounts().map((account) => ({
      code: account.code,
      account: subAccount(owner, account.code),
      ...describeAccount(account.code),
      currency: account.currency,
      debit: account.debit,
      credit: account.credit,
      balance: normalBalanceOf(account),
    })),
    entries,
    unbooked: events.filter(isUnbooked).length,
  };
}

function entryOf(
  owner: Owner,
  { position, revision, at, eventId, type }: DomainEvent,
  lines: ReturnType<typeof linesOfEntry>,
) {
  return {
    ...{ position, revision, at, eventId, type },
    lines: lines.map(({ account, side, amount, currency }) => ({
      code: account,
      account: subAccount(owner, account),
      side,
      amount,
      currency,
    })),
  };
}

/** `2000:<order>`, `2400:<customer>`; the code itself where the account is not kept apart by either. */
function subAccount({ orderId, customerId }: Owner, code: string): string {
  const per = accountOf(code)?.per;
  if (per === 'order') return `${code}:${orderId}`;
  return per === 'customer' ? `${code}:${customerId}` : code;
}

/** Whether an event of money is from before there were books: what it moved is not in them. */
function isUnbooked({ data, metadata }: DomainEvent): boolean {
  return entry.parse(data).postings?.length === 0 && metadata.schemaVersion === 1;
}
