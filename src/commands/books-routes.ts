import { z } from 'zod';
import type { BooksCommand } from '../domain/books/commands.ts';
import { entryReference, memoText } from '../domain/books/entry-events.ts';
import { posting, postingsMax } from '../domain/books/posting.ts';
import { booksRejections } from '../domain/books/rejections.ts';
import { type Books, entryOf } from '../domain/books/state.ts';
import { assert } from '../domain/kernel/assert.ts';
import { type Currency, currency } from '../domain/kernel/currency.ts';
import { actorId, type EntryId, entryId } from '../domain/kernel/ids.ts';
import { etagOf, readIfMatch } from '../http/etag.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { traceparentOf } from '../http/request-id.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import type { Digest } from '../ports/digest.ts';
import type { CommandEnvelope, HandleCommand } from './command.ts';
import { type Addressee, problemOf } from './command-answers.ts';
import { commandProblems } from './command-problems.ts';
import { commandIdOf, createdIdOf, fingerprintOf } from './idempotency.ts';
import type { PlanCommand } from './plan-command.ts';

export interface BooksRoutesDependencies {
  readonly handleBooks: HandleCommand<BooksCommand, Books>;
  readonly planBooks: PlanCommand<BooksCommand, Books>;
  readonly digest: Digest;
  readonly keysLenient: boolean;
}

const posted = posting.omit({ currency: true });
const postBody = z.strictObject({
  currency: currency.describe('The books it is posted in.'),
  postings: z
    .array(
      posted.extend({ currency: currency.exactOptional().describe('That of the entry; no other is taken.') }),
    )
    .min(1)
    .max(postingsMax),
  memo: memoText.describe('Why. It is kept for as long as the books are: nothing about a person.'),
  reference: entryReference.exactOptional().describe('What it is about, in the words of another system.'),
});
const reverseBody = z.strictObject({
  currency: currency.describe('The books the entry is in.'),
  memo: memoText.describe('Why.'),
});

const entryResource = z
  .strictObject({
    entryId,
    currency,
    postings: z.array(posting),
    memo: z.string(),
    reference: z.string().exactOptional(),
    reverses: entryId.exactOptional().describe('The entry it undoes.'),
    reversedBy: entryId.exactOptional().describe('The entry that undoes it.'),
    postedAt: z.string(),
  })
  .meta({ id: 'Entry' });

const entryPlan = z
  .strictObject({
    dryRun: z.literal(true),
    replays: z.boolean().describe('Whether the key is known, so that its first answer would be repeated.'),
    events: z.array(z.strictObject({ type: z.string(), data: z.record(z.string(), z.json()) })),
    postings: z.array(posting).describe('What the events would mean for the books.'),
    entry: entryResource,
  })
  .meta({ id: 'EntryPlan' });

const dryRunQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .exactOptional()
    .describe('`true`: answers what the command would do, and does nothing.'),
});

const theBooks: Addressee = {
  name: 'the books in this currency',
  rejections: booksRejections,
  absent: 'There is no such entry in these books.',
};

const entriesPath = '/v1/ledger/entries';
const reversePath = `${entriesPath}/:entryId/reverse`;

/** Entries that no order has caused: posting them, and undoing them. */
export function booksRoutes(needs: BooksRoutesDependencies): readonly Route[] {
  const shared = {
    method: 'POST',
    scopes: ['ops:write'],
    query: dryRunQuery,
    dryRun: {
      schema: entryPlan,
      description: 'Of a dry run: what the command would do. Nothing is recorded, and the key stays unused.',
    },
    problems: commandProblems,
  } as const;
  const success = { status: 200, schema: entryResource, description: 'The entry as it was posted.' } as const;
  return [
    {
      ...shared,
      path: entriesPath,
      operationId: 'postEntry',
      summary: 'Post an entry in the books',
      description:
        'Each posting goes from one account of the chart to another, so every entry balances. Accounts that show what orders say (holds, deposits, receivables, refunds and credits) take none. A key belongs to one currency.',
      body: postBody,
      success,
      handle: (request) => {
        const body = validate(postBody, request.body());
        const sent = commandOf(request, needs, entriesPath, body.currency);
        const { postings, ...rest } = body;
        const full = postings.map((each) => ({ ...each, currency: each.currency ?? body.currency }));
        return run(
          { ...sent, command: { type: 'PostEntry', ...rest, entryId: sent.id, postings: full } },
          request,
          needs,
        );
      },
    },
    {
      ...shared,
      path: reversePath,
      operationId: 'reverseEntry',
      summary: 'Undo an entry',
      description: 'Posts its opposite, once. The answer is the entry that undoes it.',
      params: z.strictObject({ entryId }),
      body: reverseBody,
      success,
      handle: (request) => {
        const { currency: code, memo } = validate(reverseBody, request.body());
        const reverses = entryId.parse(request.params['entryId']);
        const sent = commandOf(request, needs, reversePath.replace(':entryId', reverses), code);
        return run(
          { ...sent, command: { type: 'ReverseEntry', entryId: sent.id, reverses, memo } },
          request,
          needs,
        );
      },
    },
  ];
}

type Sent = Omit<CommandEnvelope<BooksCommand, Books>, 'command'> & { readonly id: EntryId };

/** What a request says beside its command. The books of each currency know their own keys, so it is part of the identity. */
function commandOf(
  { principal, requestId, header, body }: ApiRequest,
  { digest, keysLenient }: BooksRoutesDependencies,
  path: string,
  code: Currency,
): Sent {
  const key = readIdempotencyKey(header('idempotency-key'), keysLenient);
  const expectedRevision = readIfMatch(header('if-match'));
  const traceparent = traceparentOf(header('traceparent'));
  const actor = actorId.parse(principal.subject);
  const commandId = commandIdOf(digest, actor, 'POST', `${path}?${code}`, key);
  return {
    id: entryId.parse(createdIdOf(digest, commandId)),
    commandId,
    fingerprint: fingerprintOf(digest, 'POST', path, body()),
    aggregateId: code,
    actor,
    requestId,
    ...(traceparent !== undefined && { traceparent }),
    ...(expectedRevision !== undefined && { expectedRevision }),
  };
}

async function run(
  { id, ...envelope }: Sent & { readonly command: BooksCommand },
  request: ApiRequest,
  { handleBooks, planBooks }: BooksRoutesDependencies,
): Promise<ApiAnswer> {
  if (validate(dryRunQuery, request.query, 'query/').dryRun === 'true') {
    const plan = await planBooks(envelope);
    if (plan.kind !== 'planned') throw problemOf(plan, request.body(), theBooks);
    const { replays, events, snapshot } = plan;
    const entry = entryIn(snapshot, id);
    const { postings } = replays ? { postings: [] } : entry;
    return answer(plan, { dryRun: true, replays, events, postings, entry });
  }
  const outcome = await handleBooks(envelope);
  if (outcome.kind !== 'done') throw problemOf(outcome, request.body(), theBooks);
  return answer(outcome, entryIn(outcome.snapshot, id), outcome.replayed);
}

function answer(
  { revision, position }: { readonly revision: number; readonly position: number },
  body: object,
  replayed = false,
): ApiAnswer {
  return {
    status: 200,
    headers: {
      etag: etagOf(revision),
      'ledger-position': String(position),
      ...(replayed && { 'idempotent-replayed': 'true' }),
    },
    body: JSON.stringify(body),
  };
}

/** One entry of the books, as it is answered. */
function entryIn(snapshot: string, id: EntryId) {
  const books: Books = JSON.parse(snapshot);
  const entry = entryOf(books, id);
  assert(entry !== undefined, () => `the books do not hold entry ${id}, which was just posted`);
  const { entryId: own, ...rest } = entry;
  return { entryId: own, currency: books.currency, ...rest };
}
