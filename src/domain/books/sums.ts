import { accountOf, normalSideOf } from './chart.ts';
import type { JournalLine } from './posting.ts';

/** What was booked on one account in one currency, in minor units; exact however large. */
export interface AccountSum {
  readonly code: string;
  readonly currency: string;
  readonly debit: bigint;
  readonly credit: bigint;
  /** Lines booked. */
  readonly entries: number;
}

/** Sums of many accounts and currencies, to be added to. */
export class Sums {
  readonly #sums = new Map<string, AccountSum>();

  add({ code, currency, debit, credit, entries }: AccountSum): void {
    const key = `${currency} ${code}`;
    const before = this.#sums.get(key);
    this.#sums.set(key, {
      code,
      currency,
      debit: (before?.debit ?? 0n) + debit,
      credit: (before?.credit ?? 0n) + credit,
      entries: (before?.entries ?? 0) + entries,
    });
  }

  book({ account, side, amount, currency }: JournalLine): void {
    const [debit, credit] = side === 'debit' ? [BigInt(amount), 0n] : [0n, BigInt(amount)];
    this.add({ code: account, currency, debit, credit, entries: 1 });
  }

  /** Every account that was ever booked on, by currency, then code. */
  accounts(): readonly AccountSum[] {
    return [...this.#sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum);
  }

  account(code: string, currency: string): AccountSum {
    return this.#sums.get(`${currency} ${code}`) ?? { code, currency, debit: 0n, credit: 0n, entries: 0 };
  }
}

type Sides = Pick<AccountSum, 'debit' | 'credit'>;

/** Debit − credit: over all accounts of a currency these sum to zero. */
export function signedBalanceOf({ debit, credit }: Sides): bigint {
  return debit - credit;
}

/** The balance on the side that makes the account grow; negative where it is on the other one. */
export function normalBalanceOf({ code, debit, credit }: Sides & Pick<AccountSum, 'code'>): bigint {
  return normalSideOf(code) === 'debit' ? debit - credit : credit - debit;
}

/** The books of one currency in figures; minor units. */
export interface TrialBalance {
  readonly currency: string;
  readonly debit: bigint;
  readonly credit: bigint;
  /** Debit − credit: zero in books that are right. */
  readonly difference: bigint;
  readonly assets: bigint;
  readonly liabilities: bigint;
  readonly equity: bigint;
  /** What was earned, returns and discounts taken off. */
  readonly revenue: bigint;
  readonly expenses: bigint;
  /** Debit − credit of the accounts that are no part of the balance sheet: zero in books that are right. */
  readonly memorandum: bigint;
  readonly accounts: readonly AccountSum[];
}

/** One trial balance for each currency, ordered by currency. */
export function trialBalancesOf(sums: Sums): readonly TrialBalance[] {
  const byCurrency = Map.groupBy(sums.accounts(), ({ currency }) => currency);
  return [...byCurrency].map(([currency, accounts]) => ({
    currency,
    debit: total(accounts, ({ debit }) => debit),
    credit: total(accounts, ({ credit }) => credit),
    difference: total(accounts, signedBalanceOf),
    assets: ofKind(accounts, 'asset', 1n),
    liabilities: ofKind(accounts, 'liability', -1n),
    equity: ofKind(accounts, 'equity', -1n),
    revenue: ofKind(accounts, 'revenue', -1n),
    expenses: ofKind(accounts, 'expense', 1n),
    memorandum: ofKind(accounts, 'memorandum', 1n),
    accounts,
  }));
}

/** What is wrong with a trial balance, in words; nothing where it is right. */
export function faultsOf(balance: TrialBalance): readonly string[] {
  const { currency, difference, assets, liabilities, equity, revenue, expenses, memorandum } = balance;
  const faults: string[] = [];
  if (difference !== 0n) faults.push(`debit and credit in ${currency} differ by ${difference}`);
  const [net, earned] = [assets - liabilities, equity + revenue - expenses];
  if (net !== earned)
    faults.push(`assets − liabilities are ${net}, equity + revenue − expenses ${earned}, in ${currency}`);
  if (memorandum !== 0n) faults.push(`accounts off the balance sheet sum to ${memorandum} in ${currency}`);
  return faults;
}

function ofKind(accounts: readonly AccountSum[], kind: string, sign: bigint): bigint {
  const chosen = accounts.filter(({ code }) => accountOf(code)?.kind === kind);
  return sign * total(chosen, signedBalanceOf);
}

function total(accounts: readonly AccountSum[], of: (sum: AccountSum) => bigint): bigint {
  return accounts.reduce((sum, account) => sum + of(account), 0n);
}
