import { z } from 'zod';
import { normalSideOf } from '../domain/books/chart.ts';
import { normalBalanceOf, type Sums } from '../domain/books/sums.ts';
import { exactJson } from '../domain/kernel/exact-json.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import { accountShown, currencySought, describeAccount, side, sum } from './books-parameters.ts';
import { answer, positionWanted, type QueryDependencies } from './query-context.ts';
import { sumsNow } from './read-books.ts';

const query = z.strictObject({ currency: currencySought });

const accountsResource = z
  .strictObject({
    items: z.array(
      z.strictObject({
        ...accountShown,
        normal: side.describe('The side that makes the account grow.'),
        debit: sum,
        credit: sum,
        balance: sum.describe('On the normal side; negative where it is on the other.'),
        entries: z.int().min(1).describe('Lines booked on it.'),
      }),
    ),
  })
  .meta({ id: 'Accounts' });

export function listAccounts(needs: QueryDependencies): Route {
  return {
    method: 'GET',
    path: '/v1/ledger/accounts',
    operationId: 'listAccounts',
    summary: 'List the accounts of the books',
    description: 'Those that were booked on, by currency and code, as they are now.',
    scopes: ['ops:read'],
    query,
    success: { status: 200, schema: accountsResource, description: 'Every account with its balance.' },
    problems: ['validation-failed', 'projection-behind'],
    handle: (request) => list(request, needs),
  };
}

async function list(request: ApiRequest, { books, digest }: QueryDependencies): Promise<ApiAnswer> {
  const { currency } = validate(query, request.query, 'query/');
  await books.balances.reach(positionWanted(request));
  const { sums, asOf } = await sumsNow(books, currency === undefined ? {} : { currency });
  const body = exactJson({ items: accountItems(sums) });
  return answer(request, { body, etag: `"${digest.sha256(body)}"`, asOf, cached: false });
}

/** One item an account, as answers show it. */
export function accountItems(sums: Sums) {
  return sums.accounts().map((account) => ({
    code: account.code,
    ...describeAccount(account.code),
    currency: account.currency,
    normal: normalSideOf(account.code),
    debit: account.debit,
    credit: account.credit,
    balance: normalBalanceOf(account),
    entries: account.entries,
  }));
}
