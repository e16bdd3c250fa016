import { z } from 'zod';
import { signedBalanceOf, type TrialBalance, trialBalancesOf } from '../domain/books/sums.ts';
import { currency } from '../domain/kernel/currency.ts';
import { exactJson } from '../domain/kernel/exact-json.ts';
import { instantSought } from '../domain/kernel/instant.ts';
import { Problem } from '../http/problem.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import { accountShown, currencySought, describeAccount, sum } from './books-parameters.ts';
import { answer, headReached, positionWanted, type QueryDependencies } from './query-context.ts';
import { type SumsAsOf, sumsAtPosition, sumsNow, sumsUntil } from './read-books.ts';
import type { Part } from './read-lines.ts';

const query = z
  .strictObject({
    at: instantSought('down').optional().describe('With everything that took effect up to this time.'),
    position: z
      .string()
      .regex(/^\d{1,15}$/, 'must be a position of the log, such as 42')
      .transform(Number)
      .optional()
      .describe('As the log up to this position gives it.'),
    currency: currencySought,
  })
  .refine(({ at, position }) => at === undefined || position === undefined, 'give at or position, not both');

const balanceResource = z.strictObject({
  currency,
  debit: sum,
  credit: sum,
  difference: sum.describe('debit − credit: 0 in books that are right.'),
  equation: z
    .strictObject({
      assets: sum,
      liabilities: sum,
      equity: sum,
      revenue: sum.describe('Returns and discounts taken off.'),
      expenses: sum,
      net: sum.describe('assets − liabilities'),
      earned: sum.describe('equity + revenue − expenses: equal to `net` in books that are right.'),
      memorandum: sum.describe('Accounts off the balance sheet: 0 in books that are right.'),
    })
    .describe('The accounting identity.'),
  accounts: z.array(
    z.strictObject({
      ...accountShown,
      debit: sum,
      credit: sum,
      balance: sum.describe('debit − credit: over all accounts these sum to zero.'),
    }),
  ),
});

const trialBalanceResource = z
  .strictObject({
    items: z.array(balanceResource).describe('One for each currency that was ever booked in.'),
  })
  .meta({ id: 'TrialBalance' });

export function getTrialBalance(needs: QueryDependencies): Route {
  return {
    method: 'GET',
    path: '/v1/ledger/trial-balance',
    operationId: 'getTrialBalance',
    summary: 'Read the trial balance',
    description: 'Now, at a time to the millisecond, or as any position of the log gives it.',
    scopes: ['ops:read'],
    query,
    success: { status: 200, schema: trialBalanceResource, description: 'The balance of every account.' },
    problems: ['validation-failed', 'unprocessable', 'projection-behind'],
    handle: (request) => read(request, needs),
  };
}

async function read(request: ApiRequest, needs: QueryDependencies): Promise<ApiAnswer> {
  const { at, position, currency: only } = validate(query, request.query, 'query/');
  const part = only === undefined ? {} : { currency: only };
  const { sums, asOf } =
    position !== undefined
      ? await readAtPosition(request, needs, part, position)
      : await readUntil(request, needs, part, at);
  const body = exactJson({ items: trialBalancesOf(sums).map(trialBalanceItem) });
  return answer(request, { body, etag: `"${needs.digest.sha256(body)}"`, asOf, cached: false });
}

async function readUntil(
  request: ApiRequest,
  { books }: QueryDependencies,
  part: Part,
  at: string | undefined,
): Promise<SumsAsOf> {
  const wanted = positionWanted(request);
  await books.balances.reach(wanted);
  if (at === undefined) return sumsNow(books, part);
  await books.journal.reach(wanted);
  return sumsUntil(books, part, at, true);
}

/** @throws Problem `unprocessable` for a position the log has not got to */
async function readAtPosition(
  request: ApiRequest,
  needs: QueryDependencies,
  part: Part,
  position: number,
): Promise<SumsAsOf> {
  const head = await headReached(request, needs);
  if (position <= head) return { sums: await sumsAtPosition(needs.books, part, position), asOf: head };
  throw new Problem('unprocessable', `position: the log ends at ${head}.`, {
    errors: [{ pointer: 'query/position', message: `must not be beyond ${head}, where the log ends` }],
  });
}

/** A trial balance as answers show it. */
export function trialBalanceItem(balance: TrialBalance) {
  const { currency: code, debit, credit, difference, accounts } = balance;
  const { assets, liabilities, equity, revenue, expenses, memorandum } = balance;
  return {
    currency: code,
    debit,
    credit,
    difference,
    equation: {
      assets,
      liabilities,
      equity,
      revenue,
      expenses,
      net: assets - liabilities,
      earned: equity + revenue - expenses,
      memorandum,
    },
    accounts: accounts.map((account) => ({
      code: account.code,
      ...describeAccount(account.code),
      currency: account.currency,
      debit: account.debit,
      credit: account.credit,
      balance: signedBalanceOf(account),
    })),
  };
}
