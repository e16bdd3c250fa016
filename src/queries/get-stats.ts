import { z } from 'zod';
import { currency } from '../domain/kernel/currency.ts';
import { statusResource } from '../domain/order/resource.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import type { Stats, Tally } from '../projections/stats.ts';
import { sum } from './books-parameters.ts';
import { answer, positionWanted, type QueryDependencies } from './query-context.ts';

const count = z.int().min(0);
const total = z.strictObject({ amount: sum, currency });

const statsResource = z
  .strictObject({
    orders: z.array(z.strictObject({ status: statusResource, currency, count, total })),
    imported: z
      .array(z.strictObject({ sourceStatus: z.string(), currency, count, total }))
      .describe('Imported orders by the status their source system gave them, as placed.'),
    payments: z
      .array(z.strictObject({ movement: z.string(), currency, count, total }))
      .describe('Movements of money.'),
  })
  .meta({ id: 'Stats' });

export function getStats(needs: QueryDependencies): Route {
  return {
    method: 'GET',
    path: '/v1/stats',
    operationId: 'getStats',
    summary: 'Count orders and money',
    scopes: ['ops:read'],
    success: { status: 200, schema: statsResource, description: 'Counts and totals by status and currency.' },
    problems: ['validation-failed', 'projection-behind'],
    handle: (request) => read(request, needs),
  };
}

/** Id of the one document of the projection. */
const documentId = 'all';

async function read(request: ApiRequest, { stats, digest }: QueryDependencies): Promise<ApiAnswer> {
  const wanted = positionWanted(request);
  const document = await stats.get(documentId, wanted);
  const counted: Stats =
    document === undefined ? { orders: {}, imported: {}, payments: {} } : JSON.parse(document.body);
  const lists = [
    `"orders":[${rows(counted.orders, 'status')}]`,
    `"imported":[${rows(counted.imported, 'sourceStatus')}]`,
    `"payments":[${rows(counted.payments, 'movement')}]`,
  ];
  const body = `{${lists.join(',')}}`;
  const { asOf, cached } = document ?? { asOf: 0, cached: false };
  return answer(request, { body, etag: `"${digest.sha256(body)}"`, asOf, cached });
}

/**
 * From `<currency> <name>` to one row each, ordered by name, then currency; those that have become empty are left out.
 * The amount is written digit by digit: as a number it might not be exact.
 */
function rows(tallies: Readonly<Record<string, Tally>>, name: string): string {
  return Object.entries(tallies)
    .filter(([, tally]) => tally.count > 0)
    .map(([key, tally]) => ({ code: key.slice(0, 3), label: key.slice(4), tally }))
    .toSorted((a, b) => compare(a.label, b.label) || compare(a.code, b.code))
    .map(({ code, label, tally }) => {
      const row = JSON.stringify({ [name]: label, currency: code, count: tally.count });
      return `${row.slice(0, -1)},"total":{"amount":${tally.total},"currency":"${code}"}}`;
    })
    .join(',');
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
