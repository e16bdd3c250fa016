import { z } from 'zod';
import { exactJson } from '../domain/kernel/exact-json.ts';
import { storedInstant } from '../domain/kernel/instant.ts';
import { Problem } from '../http/problem.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import { accountStatement, currenciesBooked } from './account-statement.ts';
import {
  accountAsked,
  accountParams,
  accountShown,
  currencySought,
  fromSought,
  sum,
  toSought,
} from './books-parameters.ts';
import { lineShown } from './list-entries.ts';
import { answer, positionWanted, type QueryDependencies } from './query-context.ts';

/** Lines one answer shows. */
const movementsMax = 1_000;

const query = z.strictObject({ currency: currencySought, from: fromSought, to: toSought });
const time = storedInstant.meta({ format: 'date-time' });

const statementResource = z
  .strictObject({
    ...accountShown,
    from: time.nullable(),
    to: time.nullable(),
    opening: sum.describe('Balance before `from`, on the normal side of the account.'),
    debit: sum.describe('Sum of the movements.'),
    credit: sum.describe('Sum of the movements.'),
    closing: sum.describe('Opening and movements.'),
    movements: z
      .array(z.strictObject({ ...lineShown, balance: sum.describe('After this line.') }))
      .describe('Oldest first.'),
  })
  .meta({ id: 'AccountStatement' });

export function getStatement(needs: QueryDependencies): Route {
  return {
    method: 'GET',
    path: '/v1/ledger/accounts/:code/statement',
    operationId: 'getStatement',
    summary: 'Read the statement of an account',
    description: `Opening balance, every movement of the period, closing balance: all as of one position. At most ${movementsMax} movements; for more, page through its entries. The currency may be left out where the account has one only.`,
    scopes: ['ops:read'],
    params: accountParams,
    query,
    success: { status: 200, schema: statementResource, description: 'The statement.' },
    problems: ['validation-failed', 'not-found', 'unprocessable', 'projection-behind'],
    handle: (request) => read(request, needs),
  };
}

async function read(request: ApiRequest, { books, digest }: QueryDependencies): Promise<ApiAnswer> {
  const account = accountAsked(request);
  const { currency: asked, from, to } = validate(query, request.query, 'query/');
  const wanted = positionWanted(request);
  await Promise.all([books.balances.reach(wanted), books.journal.reach(wanted)]);
  const chosen = asked ?? onlyOne(await currenciesBooked(books, account));
  const found = await accountStatement(books, { account, currency: chosen, from, to }, movementsMax);
  if (found === undefined) throw tooMany();
  const body = exactJson(found.statement);
  return answer(request, { body, etag: `"${digest.sha256(body)}"`, asOf: found.asOf, cached: false });
}

/** @throws Problem where it cannot be told which currency is meant */
function onlyOne(currencies: readonly string[]): string {
  const [only] = currencies;
  if (only === undefined)
    throw new Problem('not-found', 'Nothing was ever booked on this account; name a currency to read zero.');
  if (currencies.length === 1) return only;
  const message = `must be given, because the account has several: ${currencies.join(', ')}`;
  throw new Problem('validation-failed', `currency: ${message}.`, {
    errors: [{ pointer: 'query/currency', message }],
  });
}

function tooMany(): Problem {
  const message = `must be nearer to each other: the period has more than ${movementsMax} movements`;
  return new Problem('unprocessable', `from, to: ${message}. Or page through the entries of the account.`, {
    errors: [{ pointer: 'query/from', message }],
  });
}
