import type { GatewayBalance } from '../../../ports/payment-gateway.ts';
import { amountIn, type Book, type Row, textIn } from './book.ts';
import type { Provider } from './holds.ts';

/** One payment as the provider's book has it; amounts in minor units. */
export interface Standing {
  readonly currency: string;
  readonly authorized: number;
  readonly captured: number;
  readonly released: number;
  readonly held: number;
  readonly refunded: number;
  readonly disputed: number;
  readonly lost: number;
  readonly fees: number;
  /** Oldest first. */
  readonly calls: readonly { readonly key: string; readonly tries: number; readonly outcome: string }[];
}

/** `undefined` for a payment that was never authorized. */
export function standingOf({ book }: Provider, payment: string): Standing | undefined {
  return book.read(() => {
    const row = book.row(
      `SELECT min(currency) AS currency, sum(amount) AS authorized, sum(captured) AS captured,
         sum(released) AS released, sum(amount - captured - released) AS held,
         (SELECT sum(amount) FROM refunds WHERE payment = ?1) AS refunded,
         (SELECT sum(amount) FROM disputes WHERE payment = ?1 AND status = 'open') AS disputed,
         (SELECT sum(amount) FROM disputes WHERE payment = ?1 AND status = 'lost') AS lost,
         (SELECT sum(amount) FROM fees WHERE payment = ?1) AS fees
       FROM authorizations WHERE payment = ?1`,
      payment,
    );
    if (typeof row?.['currency'] !== 'string') return undefined;
    const amounts = Object.fromEntries(sums.map((name) => [name, amountIn(row, name)] as const));
    return {
      currency: row['currency'],
      ...(amounts as Readonly<Record<(typeof sums)[number], number>>),
      calls: callsOf(book, payment),
    };
  });
}

const sums = ['authorized', 'captured', 'released', 'held', 'refunded', 'disputed', 'lost', 'fees'] as const;

function callsOf(book: Book, payment: string): Standing['calls'] {
  return book
    .rows(
      `SELECT key, tries, coalesce(json_extract(answer, '$.kind'), 'open') AS outcome
       FROM calls WHERE payment = ? ORDER BY rowid`,
      payment,
    )
    .map((row) => ({
      key: textIn(row, 'key'),
      tries: amountIn(row, 'tries'),
      outcome: textIn(row, 'outcome'),
    }));
}

/** Sums may be beyond 2^53 − 1, and beyond what SQLite adds up: millions and the rest are added up apart. */
const parts = `currency, CAST(sum(sign * (amount / 1000000)) AS TEXT) AS millions,
  CAST(sum(sign * (amount % 1000000)) AS TEXT) AS rest`;

const isAsked = 'payment NOT IN (SELECT value FROM json_each(?1))';

const cleared = `SELECT ${parts} FROM (
    SELECT payment, currency, 1 AS sign, amount FROM captures
    UNION ALL SELECT payment, currency, -1, amount FROM refunds
    UNION ALL SELECT payment, currency, -1, amount FROM disputes WHERE status <> 'won'
    UNION ALL SELECT payment, currency, -1, amount FROM fees) WHERE ${isAsked} GROUP BY currency`;

const held = `SELECT ${parts} FROM (
    SELECT currency, 1 AS sign, amount - captured - released AS amount FROM authorizations
    WHERE ${isAsked} AND captured + released < amount AND expires_ms > ?2) GROUP BY currency`;

/** What the provider holds for the merchant, by currency, as decimal text of minor units. */
export function balancesOf(
  { book }: Provider,
  nowMs: number,
  without: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, GatewayBalance> {
  const apart = JSON.stringify([...without]);
  return book.read(() => {
    const [taken, kept] = [amountsIn(book.rows(cleared, apart)), amountsIn(book.rows(held, apart, nowMs))];
    const currencies = book.rows('SELECT DISTINCT currency FROM authorizations ORDER BY currency');
    return new Map(
      currencies.map((row) => {
        const currency = textIn(row, 'currency');
        return [currency, { cleared: taken.get(currency) ?? '0', held: kept.get(currency) ?? '0' }];
      }),
    );
  });
}

function amountsIn(rows: readonly Row[]): ReadonlyMap<string, string> {
  return new Map(
    rows.map((row) => {
      const amount = BigInt(textIn(row, 'millions')) * 1_000_000n + BigInt(textIn(row, 'rest'));
      return [textIn(row, 'currency'), String(amount)];
    }),
  );
}
