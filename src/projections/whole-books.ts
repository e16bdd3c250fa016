import { faultsOf, Sums, trialBalancesOf } from '../domain/books/sums.ts';
import { type Balances, balances } from './balances.ts';
import { type BookedEvent, booksScope, postingsIn } from './books-events.ts';
import type { Projection } from './projection.ts';

/**
 * The books of all orders and all manual entries as every position of the log leaves them. For verification alone: they
 * must balance at each.
 */
export interface WholeBooks {
  /** One of each currency. */
  readonly currencies: readonly Balances[];
  /** What is wrong with them now. */
  readonly faults: readonly string[];
  /** What the last append has made wrong. */
  readonly fresh: readonly string[];
  readonly commandId: string;
  readonly entries: number;
}

/** Id of the one document. */
export const wholeBooksId = 'all';

export const wholeBooks: Projection<WholeBooks, BookedEvent> = {
  ...booksScope,
  name: 'whole-books',
  version: 1,
  fields: [],
  indexes: [],
  keys: (event) => (postingsIn(event).length === 0 ? [] : [wholeBooksId]),
  when: (before = { currencies: [], faults: [], fresh: [], commandId: '', entries: 0 }, event) => {
    const currencies = booked(before.currencies, event);
    const { commandId } = event.metadata;
    const faults = trialBalancesOf(sumsOf(currencies)).flatMap(faultsOf);
    const fresh = faults.filter((fault) => !before.faults.includes(fault));
    return {
      currencies,
      faults,
      fresh: before.commandId === commandId ? [...before.fresh, ...fresh] : fresh,
      commandId,
      entries: before.entries + 1,
    };
  },
  fieldsOf: () => ({}),
};

/** What an append has broken: nothing where it left them as wrong, or as right, as they were. */
export function brokenBalance({ fresh }: WholeBooks): readonly string[] {
  return fresh.map((fault) => `I2 the books balance at every position: ${fault}`);
}

function booked(before: readonly Balances[], event: BookedEvent): readonly Balances[] {
  const missing = new Set(postingsIn(event).map(({ currency }) => currency as string));
  for (const { currency } of before) missing.delete(currency);
  const all = [
    ...before,
    ...[...missing].map((currency) => ({ currency, slot: 'all', position: 0, accounts: [] })),
  ];
  return all.map((each) => balances.when(each, event) ?? each);
}

function sumsOf(currencies: readonly Balances[]): Sums {
  const sums = new Sums();
  for (const { currency, accounts } of currencies) {
    for (const { code, debit, credit, entries } of accounts)
      sums.add({ code, currency, debit: BigInt(debit), credit: BigInt(credit), entries });
  }
  return sums;
}
