import { z } from 'zod';
import { currency } from '../domain/kernel/currency.ts';
import { orderId } from '../domain/kernel/ids.ts';
import { storedInstant } from '../domain/kernel/instant.ts';
import { categoryOf, idOf } from '../domain/kernel/log.ts';
import { amountMax } from '../domain/kernel/money.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import type { ListPlace } from '../ports/read-model.ts';
import {
  accountAsked,
  accountParams,
  currencySought,
  fromSought,
  side,
  toSought,
} from './books-parameters.ts';
import { answer, positionWanted, type QueryDependencies } from './query-context.ts';
import { type JournalEntry, journalLines, type LinePlace } from './read-lines.ts';
import { Moment } from './settled.ts';

const limitDefault = 20;

const limit = z
  .string()
  .regex(/^(?:[1-9]\d?|100)$/, 'must be a whole number from 1 to 100')
  .transform(Number)
  .optional()
  .describe('At most this many, 1–100; 20 by default.');

const query = z.strictObject({
  currency: currencySought,
  from: fromSought,
  to: toSought,
  limit,
  cursor: z.string().max(1_000).optional().describe('`nextCursor` of the page before.'),
});

/** One line as answers show it. */
export const lineShown = {
  position: z.int().min(1).describe('Of its event in the log.'),
  at: storedInstant.meta({ format: 'date-time' }).describe('When it took effect.'),
  eventId: z.string(),
  type: z.string().describe('Type of the event that booked it.'),
  stream: z.string(),
  orderId: orderId.exactOptional().describe('The order whose event it is.'),
  currency,
  side,
  amount: z.int().min(1).max(amountMax).describe('Minor units.'),
} as const;

const entriesResource = z
  .strictObject({
    items: z.array(z.strictObject(lineShown)),
    nextCursor: z.string().nullable().describe('null on the last page.'),
  })
  .meta({ id: 'AccountEntries' });

export function listEntries(needs: QueryDependencies): Route {
  return {
    method: 'GET',
    path: '/v1/ledger/accounts/:code/entries',
    operationId: 'listEntries',
    summary: 'List the entries of an account, newest first',
    description: 'By the minute they took effect in, and within it in the order of the log.',
    scopes: ['ops:read'],
    params: accountParams,
    query,
    success: { status: 200, schema: entriesResource, description: 'One page.' },
    problems: ['validation-failed', 'not-found', 'projection-behind'],
    handle: (request) => list(request, needs),
  };
}

async function list(request: ApiRequest, { books, cursors, digest }: QueryDependencies): Promise<ApiAnswer> {
  const account = accountAsked(request);
  const { limit: countMax = limitDefault, cursor, ...period } = validate(query, request.query, 'query/');
  await books.journal.reach(positionWanted(request));
  const question = JSON.stringify([
    'entries',
    request.principal.subject,
    account,
    period.currency ?? '',
    period.from ?? '',
    period.to ?? '',
  ]);
  const moment = new Moment();
  const lines: JournalEntry[] = [];
  const before = cursor === undefined ? undefined : placeOf(cursors.read(cursor, question));
  for await (const line of journalLines(books, { ...period, account }, moment, before)) {
    lines.push(line);
    // One more than asked for tells whether there is a next page.
    if (lines.length > countMax) break;
  }
  const shown = lines.slice(0, countMax);
  const last = lines.length > countMax ? shown.at(-1) : undefined;
  const next =
    last === undefined ? null : cursors.write({ value: last.place, tie: String(last.index) }, question);
  const body = JSON.stringify({ items: shown.map(entryItem), nextCursor: next });
  return answer(request, { body, etag: `"${digest.sha256(body)}"`, asOf: moment.asOf, cached: false });
}

function placeOf({ value, tie }: ListPlace): LinePlace {
  return { place: value, index: Number(tie) };
}

/** A line as answers show it. */
export function entryItem({
  account: _,
  place: __,
  index: ___,
  currency: code,
  side: on,
  amount,
  ...line
}: JournalEntry) {
  const isOfOrder = categoryOf(line.stream) === 'order';
  return { ...line, ...(isOfOrder && { orderId: idOf(line.stream) }), currency: code, side: on, amount };
}
