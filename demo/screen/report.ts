import type { Board } from '../board.ts';
import { currencies } from '../book/catalogue.ts';
import { type Guarantee, isKept } from '../checks/guarantee.ts';
import type { HistoryItem } from '../checks/log-checks.ts';
import { amountText, grouped } from '../format.ts';
import { figures } from '../money.ts';
import type { Sale } from '../sale.ts';
import type { Paint } from './paint.ts';

const detailsShownMax = 5;

/** Each promise with how often it was tried and kept, and what broke it. */
export function guaranteeLines(guarantees: readonly Guarantee[], paint: Paint): readonly string[] {
  const counts = guarantees.map(({ held, tried }) => `${grouped(held)} of ${grouped(tried)}`);
  const countWidth = Math.max(...counts.map(({ length }) => length));
  return guarantees.flatMap((each, index) => {
    const { promise, detail, broken } = each;
    const mark = isKept(each) ? paint('green', '✓') : paint('red', '✗');
    const count = (counts[index] ?? '').padStart(countWidth);
    const aside = detail === undefined ? '' : paint('dim', `  (${detail})`);
    const faults = broken.slice(0, detailsShownMax).map((fault) => paint('red', `      ${fault}`));
    return [`  ${mark} ${count}  ${promise}${aside}`, ...faults];
  });
}

/** Orders and what they come to, by status and currency. */
export function orderLines(bodies: readonly string[], paint: Paint): readonly string[] {
  const statuses = ['pending', 'paid', 'completed', 'cancelled'] as const;
  const orders = bodies.map((body) => JSON.parse(body) as { readonly status: string; readonly total: Total });
  const header = `  ${'ORDERS'.padEnd(12)}${'COUNT'.padStart(6)}${currencies.map((code) => code.padStart(16)).join('')}`;
  const rows = statuses.map((status) => {
    const chosen = orders.filter((order) => order.status === status);
    const sums = currencies.map((code) => amountText(sumOf(chosen, code), code).padStart(16));
    return `  ${status.padEnd(12)}${grouped(chosen.length).padStart(6)}${sums.join('')}`;
  });
  return [paint('dim', header), ...rows];
}

interface Total {
  readonly amount: number;
  readonly currency: string;
}

function sumOf(orders: readonly { readonly total: Total }[], code: string): number {
  return orders.reduce((sum, { total }) => sum + (total.currency === code ? total.amount : 0), 0);
}

/** What moved, by currency. */
export function moneyLines({ books }: Board, paint: Paint): readonly string[] {
  const header = `  ${'MONEY'.padEnd(18)}${currencies.map((code) => code.padStart(16)).join('')}`;
  const rows = figures.map((figure) => {
    const sums = currencies.map((code) => amountText(books.sum(code, figure), code).padStart(16));
    return `  ${figure.padEnd(18)}${sums.join('')}`;
  });
  return [paint('dim', header), ...rows];
}

/** One order's life, event by event. */
export function historyLines(sale: Sale, items: readonly HistoryItem[], paint: Paint): readonly string[] {
  const { externalId, story, currency } = sale.order;
  const rows = items.map(({ revision, at, type, actor, data }) => {
    const amount = data.amount === undefined ? '' : `${amountText(data.amount.amount, currency)} ${currency}`;
    const what = data.code ?? amount;
    return `  ${String(revision).padStart(3)}  ${at.slice(11, 23)}  ${type.padEnd(22)}${actor.padEnd(16)}${what}`;
  });
  return [
    `  ${paint('bold', externalId)} ${paint('dim', `“${story}”`)}`,
    paint('dim', `  ${'REV'.padStart(3)}  ${'TIME'.padEnd(12)}  ${'EVENT'.padEnd(22)}${'BY'.padEnd(16)}`),
    ...rows,
  ];
}
