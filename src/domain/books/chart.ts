import { z } from 'zod';

export type AccountKind = 'asset' | 'liability' | 'equity' | 'revenue' | 'expense' | 'memorandum';

interface Account {
  readonly name: string;
  readonly kind: AccountKind;
  /**
   * What the account is kept apart by. `gateway` is part of the code in an entry (`1100:stripe`); `order` and `customer`
   * are not: they are those of the order whose event holds the entry.
   */
  readonly per?: 'gateway' | 'order' | 'customer';
  /** The side an increase is booked on, where that is not the side of the kind: a contra account. */
  readonly normal?: Side;
}

export type Side = 'debit' | 'credit';

/** The chart of accounts. Codes are never used for anything else once they were booked on. */
export const chart = {
  '1000': { name: 'bank', kind: 'asset' },
  '1100': { name: 'psp_clearing', kind: 'asset', per: 'gateway' },
  '1200': { name: 'receivable', kind: 'asset', per: 'order' },
  '1300': { name: 'dispute_receivable', kind: 'asset' },
  '1900': { name: 'suspense', kind: 'asset' },
  '2000': { name: 'customer_deposits', kind: 'liability', per: 'order' },
  '2100': { name: 'refunds_payable', kind: 'liability', per: 'order' },
  '2200': { name: 'tax_payable', kind: 'liability' },
  '2300': { name: 'vendor_payable', kind: 'liability' },
  '2310': { name: 'rider_payable', kind: 'liability' },
  '2400': { name: 'customer_credit', kind: 'liability', per: 'customer' },
  '3000': { name: 'equity', kind: 'equity' },
  '4000': { name: 'sales', kind: 'revenue' },
  '4100': { name: 'delivery', kind: 'revenue' },
  '4900': { name: 'returns', kind: 'revenue', normal: 'debit' },
  '4910': { name: 'discounts', kind: 'revenue', normal: 'debit' },
  '5000': { name: 'psp_fees', kind: 'expense' },
  '5100': { name: 'dispute_fees', kind: 'expense' },
  '5200': { name: 'chargeback_loss', kind: 'expense' },
  '5300': { name: 'rounding', kind: 'expense' },
  '5400': { name: 'write_off', kind: 'expense' },
  '6000': { name: 'fx_position', kind: 'asset' },
  '9000': { name: 'auth_holds', kind: 'memorandum' },
  '9100': { name: 'auth_contra', kind: 'memorandum', normal: 'credit' },
} as const satisfies Record<string, Account>;

/** `4000`, or `1100:simulated` where the account is kept apart by gateway. */
export const accountCode = z
  .string()
  .regex(/^[0-9]{4}(:[a-z0-9-]{1,32})?$/, 'must be a code of the chart of accounts, such as 4000')
  .refine((code) => isAccount(code), 'is not in the chart of accounts');

function isAccount(code: string): boolean {
  const account = accountOf(code);
  return account !== undefined && (account.per === 'gateway') === code.length > 4;
}

/** The account a code stands for; `undefined` where there is none. */
export function accountOf(code: string): Account | undefined {
  return (chart as Readonly<Record<string, Account>>)[code.slice(0, 4)];
}

/** The side that makes the account grow: assets and expenses by debit, liabilities, equity and revenue by credit. */
export function normalSideOf(code: string): Side {
  const account = accountOf(code);
  if (account?.normal !== undefined) return account.normal;
  return account?.kind === 'liability' || account?.kind === 'equity' || account?.kind === 'revenue'
    ? 'credit'
    : 'debit';
}

/**
 * Whether only the events of orders book on the account: it is kept apart by order or by customer, whom an entry of its
 * own does not name, or it is off the balance sheet and must show the holds there are.
 */
export function isKeptByOrders(code: string): boolean {
  const account = accountOf(code);
  return account?.per === 'order' || account?.per === 'customer' || account?.kind === 'memorandum';
}
