import { currencies } from './book/catalogue.ts';
import { type Guarantee, guarantee } from './checks/guarantee.ts';
import {
  booksOfLog,
  cutOffOnce,
  everyCommandOnce,
  gapless,
  type HistoryItem,
  moneyAgrees,
  movesOfStats,
  noTrace,
} from './checks/log-checks.ts';
import type { Answer, Client } from './client.ts';
import { inParallel } from './in-parallel.ts';
import type { Entry, Journal } from './journal.ts';
import { Books, type Figure } from './money.ts';
import { clerk, type Sale } from './sale.ts';

export interface AuditNeeds {
  readonly client: Client;
  readonly journal: Journal;
  /** What the demo itself asked for and was granted. */
  readonly books: Books;
  readonly sales: readonly Sale[];
}

export interface Findings {
  readonly guarantees: readonly Guarantee[];
  /** Every order as it reads now, by id. */
  readonly orders: ReadonlyMap<string, Answer>;
  readonly histories: ReadonlyMap<Sale, readonly HistoryItem[]>;
  readonly events: number;
}

const width = 8;
const pageSize = 50;

/** After the play: asks the ledger everything it can be asked, and holds the answers against what was seen. */
export async function audit(needs: AuditNeeds): Promise<Findings> {
  const { client, journal, sales } = needs;
  const newest = { as: clerk, atLeast: journal.position };
  const orders = await inParallel(sales, width, ({ id }) => client.read(`/v1/orders/${id}`, newest));
  const histories = await inParallel(sales, width, ({ id }) => historyOf(id, client));
  const answeredKeys = [...journal.accepted, ...journal.refused].map(({ command }) => command.request.key);
  return {
    guarantees: [
      everyCommandOnce(answeredKeys, histories),
      cutOffOnce({ ...journal, keys: client.interrupted }, histories),
      noTrace(journal.traceless, histories),
      gapless(histories),
      await money(needs, orders, histories),
      await timeTravelByRevision(needs),
      await timeTravelByTime(needs, histories),
      await pages(needs),
      await customersSeeTheirOwn(needs),
    ],
    orders: new Map(sales.map(({ id }, index) => [id, orders[index] ?? nothing])),
    histories: new Map(sales.map((sale, index) => [sale, histories[index] ?? []])),
    events: histories.flat().length,
  };
}

const nothing: Answer = { status: 0, body: '', revision: -1, position: 0, replayed: false };

async function historyOf(id: string, client: Client): Promise<readonly HistoryItem[]> {
  const { body } = await client.read(`/v1/orders/${id}/history`, { as: clerk });
  return (JSON.parse(body) as { readonly items?: readonly HistoryItem[] }).items ?? [];
}

async function money(
  { client, journal, books }: AuditNeeds,
  orders: readonly Answer[],
  histories: readonly (readonly HistoryItem[])[],
): Promise<Guarantee> {
  const { body } = await client.read('/v1/stats', { as: clerk, atLeast: journal.position });
  const stats = JSON.parse(body) as {
    readonly payments: readonly {
      readonly movement: string;
      readonly total: { readonly amount: number; readonly currency: string };
    }[];
  };
  const readModel = new Books();
  for (const { movement, total } of stats.payments) {
    for (const move of movesOfStats(movement, total.amount)) readModel.add(total.currency, move);
  }
  const lastReplies = new Map(journal.accepted.map(({ sale, answer }) => [sale, answer]));
  const sources = new Map([
    ['asked', books],
    ['replies', booksOfOrders([...lastReplies.values()])],
    ['orders', booksOfOrders(orders)],
    ['statistics', readModel],
    ['log', booksOfLog(histories)],
  ]);
  return moneyAgrees(currencies, sources);
}

const members: readonly (readonly [Figure, string])[] = [
  ['authorized', 'authorized'],
  ['captured', 'captured'],
  ['voided', 'voided'],
  ['refunded', 'refunded'],
  ['in dispute', 'disputed'],
  ['charged back', 'chargedBack'],
];

function booksOfOrders(answers: readonly Answer[]): Books {
  const books = new Books();
  for (const { body } of answers) {
    const { payment, currency } = JSON.parse(body) as {
      readonly currency: string;
      readonly payment: Readonly<Record<string, { readonly amount: number } | undefined>>;
    };
    for (const [figure, member] of members) {
      books.add(currency, { figure, amount: payment[member]?.amount ?? Number.NaN });
    }
  }
  return books;
}

async function timeTravelByRevision({ client, journal }: AuditNeeds): Promise<Guarantee> {
  const travelled = await inParallel(journal.accepted, width, async (entry) => ({
    entry,
    asOf: await client.read(`/v1/orders/${entry.sale.id}?revision=${entry.answer.revision}`, { as: clerk }),
  }));
  return guarantee(
    'Any order as of any revision: the answer of then, to the byte',
    travelled,
    ({ entry, asOf }) =>
      asOf.body === entry.answer.body
        ? undefined
        : `${nameOf(entry)} revision ${entry.answer.revision}: ${asOf.body}`,
  );
}

/** As of the time of its last event but one: the newest event of that time or before is what must be answered. */
async function timeTravelByTime(
  { client, sales }: AuditNeeds,
  histories: readonly (readonly HistoryItem[])[],
): Promise<Guarantee> {
  const moments = histories.map((items, index) => {
    const at = items.at(-2)?.at ?? items.at(-1)?.at ?? '';
    const revision = items.findLast((item) => item.at <= at)?.revision ?? -1;
    return { id: sales[index]?.id ?? '', at, revision };
  });
  const travelled = await inParallel(moments, width, async (moment) => ({
    moment,
    asOf: await client.read(`/v1/orders/${moment.id}?at=${moment.at}`, { as: clerk }),
  }));
  return guarantee('Any order as of any time', travelled, ({ moment, asOf }) =>
    asOf.status === 200 && asOf.revision === moment.revision
      ? undefined
      : `${moment.id} at ${moment.at}: revision ${asOf.revision} instead of ${moment.revision}`,
  );
}

interface Page {
  readonly items: readonly { readonly orderId: string; readonly placedAt: string }[];
  readonly nextCursor: string | null;
}

async function listOf(as: string, { client, journal }: AuditNeeds): Promise<Page['items']> {
  const items: Page['items'][number][] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const query: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const answer = await client.read(`/v1/orders?limit=${pageSize}${query}`, {
      as,
      atLeast: journal.position,
    });
    const page = JSON.parse(answer.body) as Page;
    items.push(...page.items);
    cursor = page.nextCursor;
  }
  return items;
}

/** Page by page, newest first: every order once. */
async function pages(needs: AuditNeeds): Promise<Guarantee> {
  const listed = await listOf(clerk, needs);
  const times = new Map<string, number>();
  for (const { orderId } of listed) times.set(orderId, (times.get(orderId) ?? 0) + 1);
  const isSorted = listed.every(({ placedAt }, at) => placedAt <= (listed[at - 1]?.placedAt ?? placedAt));
  const ids = [...new Set([...needs.sales.map(({ id }) => id), ...times.keys()])];
  const known = new Set(needs.sales.map(({ id }) => id));
  return guarantee(
    'The list, page by page: every order once, newest first',
    ids,
    (id) =>
      times.get(id) === 1 && known.has(id) && isSorted ? undefined : `${id} ${times.get(id) ?? 0} times`,
    `${pageSize} a page`,
  );
}

async function customersSeeTheirOwn(needs: AuditNeeds): Promise<Guarantee> {
  const own = Map.groupBy(needs.sales, ({ order }) => order.customer);
  const lists = await Promise.all(
    [...own].map(async ([customer, sales]) => ({ customer, sales, listed: await listOf(customer, needs) })),
  );
  return guarantee(
    'Every customer’s list: their own orders, all of them',
    lists,
    ({ customer, sales, listed }) => {
      const ids = new Set(sales.map(({ id }) => id));
      const isOwn = listed.length === ids.size && listed.every(({ orderId }) => ids.has(orderId));
      return isOwn ? undefined : `${customer} has ${ids.size} orders and sees ${listed.length}`;
    },
  );
}

function nameOf({ sale }: Entry): string {
  return sale.order.externalId;
}
