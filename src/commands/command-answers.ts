import type { Posting } from '../domain/books/posting.ts';
import { assert } from '../domain/kernel/assert.ts';
import type { Json } from '../domain/kernel/canonical-json.ts';
import type { Rejections } from '../domain/kernel/rejections.ts';
import { orderRejections } from '../domain/order/rejections.ts';
import { etagOf } from '../http/etag.ts';
import { Problem } from '../http/problem.ts';
import type { ApiAnswer } from '../http/route.ts';
import type { CommandOutcome } from './command.ts';
import type { CommandPlan } from './plan-command.ts';

/**
 * The answer to a command on an order. @param location of what it has created; none where it creates nothing.
 * @param body of the request, to name what differs
 * @throws Problem for every outcome but success
 */
export function answerOf(outcome: CommandOutcome, location: string | undefined, body: Json): ApiAnswer {
  switch (outcome.kind) {
    case 'done': {
      const { snapshot, revision, position, replayed } = outcome;
      return {
        status: location === undefined ? 200 : 201,
        headers: {
          etag: etagOf(revision),
          'ledger-position': String(position),
          ...(location !== undefined && { location }),
          ...(replayed && { 'idempotent-replayed': 'true' }),
        },
        body: snapshot,
      };
    }
    default:
      throw problemOf(outcome, body);
  }
}

/** The answer to a dry run. @throws Problem for what would be refused */
export function planAnswerOf(plan: CommandPlan, body: Json): ApiAnswer {
  if (plan.kind !== 'planned') throw problemOf(plan, body);
  const { events, snapshot, revision, position, replays } = plan;
  const postings = events.flatMap(
    ({ data }) => (data as { readonly postings?: readonly Posting[] }).postings ?? [],
  );
  const head = JSON.stringify({ dryRun: true, replays, events, postings });
  return {
    status: 200,
    headers: { etag: etagOf(revision), 'ledger-position': String(position) },
    body: `${head.slice(0, -1)},"order":${snapshot}}`,
  };
}

/** What commands are about, for the words of an answer. */
export interface Addressee {
  /** With its article: `the order`. */
  readonly name: string;
  readonly rejections: Rejections;
  /** What is answered where there is none. */
  readonly absent: string;
}

const anOrder: Addressee = {
  name: 'the order',
  rejections: orderRejections,
  absent: 'There is no such order.',
};

/** What is answered for everything but success. */
export function problemOf(
  outcome: Exclude<CommandOutcome, { readonly kind: 'done' }>,
  body: Json,
  about = anOrder,
): Problem {
  switch (outcome.kind) {
    case 'refused':
      return refusal(outcome, about);
    case 'key-reused':
      return reused(outcome.differs, body);
    case 'revision-mismatch':
      if (outcome.actual === undefined) {
        const detail = `${capitalized(about.name)} is not there yet and has no revision; leave If-Match out.`;
        return new Problem('revision-mismatch', detail);
      }
      return new Problem(
        'revision-mismatch',
        `${capitalized(about.name)} is at revision ${outcome.actual}; read it, then decide again.`,
        {
          headers: { etag: etagOf(outcome.actual) },
        },
      );
    case 'too-many-refusals':
      return new Problem(
        'rate-limited',
        `Too many commands on ${about.name} were refused; no more of them are recorded.`,
      );
  }
}

function refusal(
  { code, detail, requestId, replayed }: Extract<CommandOutcome, { readonly kind: 'refused' }>,
  { rejections, absent }: Addressee,
): Problem {
  const rejection = rejections[code];
  assert(rejection !== undefined, () => `${code} is no reason to refuse a command`);
  const { status, title } = rejection;
  if (status === 404) return notFound(undefined, absent);
  return new Problem(status === 409 ? 'conflict' : 'unprocessable', detail, {
    title,
    code,
    instance: requestId,
    ...(replayed && { headers: { 'idempotent-replayed': 'true' } }),
  });
}

/** What is not there and what is somebody else's are answered alike; only the security log hears of the difference. */
export function notFound(audit?: string, detail = anOrder.absent): Problem {
  return new Problem('not-found', detail, audit === undefined ? {} : { audit });
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function reused(differs: readonly string[], body: Json): Problem {
  const known = differs.filter((name) => Object.hasOwn(body as object, name));
  const what = known.length === 0 ? 'another request' : `a request with another value of ${known.join(', ')}`;
  return new Problem(
    'idempotency-key-reused',
    `This key was used for ${what}. Use a new key for a new request.`,
    {
      errors: known.map((name) => ({
        pointer: `/${name}`,
        message: 'differs from what the key was first used with',
      })),
    },
  );
}
