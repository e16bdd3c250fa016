import { linesOfEntry, type Posting } from '../../src/domain/books/posting.ts';
import type { OrderEvent } from '../../src/domain/order/decision.ts';
import { brokenInvariants } from '../../src/domain/order/invariants.ts';
import type { Order } from '../../src/domain/order/state.ts';

/** The books of one order, kept from the postings of its events and from nothing else: debit − credit by account. */
export interface Books {
  /** By account and currency, as `1100:simulated EUR`. */
  readonly balances: Readonly<Record<string, bigint>>;
  /** What providers have kept, by currency, as the events say it. */
  readonly fees: Readonly<Record<string, bigint>>;
  /** Entries that are no entries. */
  readonly faults: readonly string[];
}

export const noBooks: Books = { balances: {}, fees: {}, faults: [] };

export function booksAfter(books: Books, events: readonly OrderEvent[]): Books {
  return events.reduce(booked, books);
}

function booked(books: Books, { type, data }: OrderEvent): Books {
  if (!('postings' in data)) return books;
  const balances = { ...books.balances };
  for (const { account, side, amount, currency } of linesOfEntry(data.postings)) {
    const key = `${account} ${currency}`;
    balances[key] = (balances[key] ?? 0n) + (side === 'debit' ? BigInt(amount) : -BigInt(amount));
  }
  const fee = 'fee' in data ? data.fee : undefined;
  const fees =
    fee === undefined
      ? books.fees
      : { ...books.fees, [fee.currency]: (books.fees[fee.currency] ?? 0n) + BigInt(fee.amount) };
  return { balances, fees, faults: [...books.faults, ...faultsOf(type, data.postings)] };
}

function faultsOf(type: string, entry: readonly Posting[]): readonly string[] {
  const lines = linesOfEntry(entry);
  const uncountable = lines.some(({ amount }) => !Number.isSafeInteger(amount) || amount <= 0);
  const currencies = [...new Set(lines.map(({ currency }) => currency))];
  const unbalanced = currencies.filter((code) => {
    const own = lines.filter(({ currency }) => currency === code);
    const sum = own.reduce((all, { side, amount }) => all + BigInt(side === 'debit' ? amount : -amount), 0n);
    return sum !== 0n || own.length < 2;
  });
  return [...(uncountable ? [`${type} has no amount`] : []), ...unbalanced.map((code) => `${type} ${code}`)];
}

/** Debit − credit of every account whose code starts like this, in the currency. */
export function balanceOf({ balances }: Books, code: string, currency: string): bigint {
  return Object.entries(balances).reduce(
    (sum, [key, amount]) => (key.startsWith(code) && key.endsWith(` ${currency}`) ? sum + amount : sum),
    0n,
  );
}

/** What the books of an order must say of it, by the sums its payment keeps: written from DOMAIN.md, not from the rules. */
const rules: Readonly<Record<string, (order: Order, books: Books) => boolean>> = {
  'I1 every entry balances in its currency, and so do all of them together': (_order, { balances, faults }) =>
    faults.length === 0 && currenciesIn(balances).every((code) => trialBalance(balances, code) === 0n),
  'I3 no cap and no rule of the order is broken': (order) => brokenInvariants(order).length === 0,
  'I4 9000 is what is held, 9100 its mirror': ({ currency, payment }, books) =>
    balanceOf(books, '9000', currency) === BigInt(payment.open.capture.amount) &&
    balanceOf(books, '9100', currency) === -BigInt(payment.open.capture.amount),
  'I5 1100 is captured − refunded − disputed − charged back − fees': ({ currency, payment }, books) => {
    const { captured, refunded, disputed, chargedBack } = payment;
    const kept = captured.amount - refunded.amount - disputed.amount - chargedBack.amount;
    return balanceOf(books, '1100', currency) === BigInt(kept) - (books.fees[currency] ?? 0n);
  },
  'I6 2000 is what is not earned yet, and nothing once it is over; 2100, 2400 and 1300 are what is owed': (
    order,
    books,
  ) => {
    const { currency, payment, status } = order;
    const { refunding, disputed, credited } = payment;
    const deposits = -balanceOf(books, '2000', currency);
    const isOver = status === 'completed' || status === 'cancelled';
    return (
      deposits === unearned(order) &&
      deposits >= 0n &&
      (!isOver || deposits === 0n) &&
      -balanceOf(books, '2100', currency) === BigInt(refunding.amount) &&
      balanceOf(books, '1300', currency) === BigInt(disputed.amount) &&
      -balanceOf(books, '2400', currency) === BigInt(credited?.amount ?? 0)
    );
  },
};

/** The sixth, which is about a command and not about where it led. */
export const refusalsChangeNothing = 'a refused command leaves the order as it was, byte by byte';

/** Names of all six invariants of an order and its books. */
export const sixInvariants: readonly string[] = [...Object.keys(rules), refusalsChangeNothing];

/** The invariants, all but the sixth, that the order and its books break. */
export function brokenBy(order: Order, books: Books): readonly string[] {
  return Object.entries(rules)
    .filter(([, holds]) => !holds(order, books))
    .map(([name]) => name);
}

function unearned({ payment, fulfilledAt }: Order): bigint {
  const { captured, refunding, refunded, chargedBack, credited } = payment;
  if (fulfilledAt !== undefined) return 0n;
  const gone = [refunding, refunded, chargedBack].reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  return BigInt(captured.amount) - gone - BigInt(credited?.amount ?? 0);
}

function currenciesIn(balances: Books['balances']): readonly string[] {
  return [...new Set(Object.keys(balances).map((key) => key.slice(-3)))];
}

function trialBalance(balances: Books['balances'], currency: string): bigint {
  return Object.entries(balances).reduce(
    (sum, [key, amount]) => (key.endsWith(` ${currency}`) ? sum + amount : sum),
    0n,
  );
}
