import { z } from 'zod';
import type { Json } from '../domain/kernel/canonical-json.ts';
import { type ActorId, actorId, type OrderId, orderId as orderIdSchema } from '../domain/kernel/ids.ts';
import type { OrderCommand } from '../domain/order/commands.ts';
import { type OrderRejection, orderRejections } from '../domain/order/rejections.ts';
import { orderResource } from '../domain/order/resource.ts';
import type { Order, PaidWhen } from '../domain/order/state.ts';
import { etagOf, readIfMatch } from '../http/etag.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { foreign, Problem, type ProblemSlug } from '../http/problem.ts';
import { traceparentOf } from '../http/request-id.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import type { Digest } from '../ports/digest.ts';
import type { CommandOutcome, HandleCommand } from './command.ts';
import type { CommandRow } from './command-row.ts';
import { commandIdOf, createdIdOf, fingerprintOf } from './idempotency.ts';
import { mayTouch, type OrderContext, orderRows } from './order-routes.ts';

export interface CommandApiDependencies {
  readonly handleOrder: HandleCommand<OrderCommand, Order>;
  readonly digest: Digest;
  readonly paidWhen: PaidWhen;
  readonly keysLenient: boolean;
}

type OrderRow = CommandRow<z.ZodType, OrderContext, OrderCommand>;

/** The operations of the command side. */
export function commandRoutes(needs: CommandApiDependencies): readonly Route[] {
  return orderRows.map((row) => {
    const creates = !row.path.includes(':orderId');
    return {
      method: 'POST',
      path: row.path,
      operationId: row.operationId,
      summary: row.summary,
      ...(row.description !== undefined && { description: row.description }),
      scopes: row.scopes,
      ...(!creates && { params: z.strictObject({ orderId: orderIdSchema }) }),
      body: row.body,
      success: {
        status: creates ? 201 : 200,
        schema: orderResource,
        description: 'The order as this command left it.',
      },
      problems: commandProblems,
      handle: (request) => handle(row, creates, request, needs),
    };
  });
}

const commandProblems: readonly ProblemSlug[] = [
  'validation-failed',
  'idempotency-key-missing',
  'idempotency-key-invalid',
  'not-found',
  'conflict',
  'gone',
  'revision-mismatch',
  'payload-too-large',
  'unsupported-media-type',
  'idempotency-key-reused',
  'unprocessable',
  'outcome-unknown',
];

async function handle(
  row: OrderRow,
  creates: boolean,
  request: ApiRequest,
  { handleOrder, digest, paidWhen, keysLenient }: CommandApiDependencies,
): Promise<ApiAnswer> {
  const { principal, requestId, params } = request;
  const key = readIdempotencyKey(request.header('idempotency-key'), keysLenient);
  const expectedRevision = readIfMatch(request.header('if-match'));
  const traceparent = traceparentOf(request.header('traceparent'));
  const json = request.body();
  const body = validate(row.body, json);
  const actor = actorId.parse(principal.subject);
  const isOperator = principal.scopes.has('ops:write');
  if (creates && !isOperator) refuseForeignCustomer(body, actor);

  // From the template, not from the request line: one path has many spellings.
  const path = creates ? row.path : row.path.replace(':orderId', params['orderId'] ?? '');
  const commandId = commandIdOf(digest, actor, 'POST', path, key);
  const orderId = (creates ? createdIdOf(digest, commandId) : params['orderId']) as OrderId;
  const context: OrderContext = { orderId, actor, isOperator, paidWhen };
  let isForeign = false;
  const outcome = await handleOrder({
    commandId,
    fingerprint: fingerprintOf(digest, 'POST', path, json),
    aggregateId: orderId,
    command: row.command(body, context),
    actor,
    requestId,
    ...(traceparent !== undefined && { traceparent }),
    ...(expectedRevision !== undefined && { expectedRevision }),
    mayTouch: (order) => {
      isForeign = !mayTouch(context, order);
      return !isForeign;
    },
  });
  if (isForeign) throw notFound(foreign);
  return answer(outcome, creates, orderId, json);
}

/** A customer orders for itself; naming itself is no offence. */
function refuseForeignCustomer(body: unknown, actor: ActorId): void {
  const { customerId } = body as { readonly customerId?: string };
  if (customerId === undefined || customerId === actor) return;
  const message = 'may be given only with the scope ops:write';
  throw new Problem('validation-failed', `/customerId: ${message}.`, {
    errors: [{ pointer: '/customerId', message }],
  });
}

function answer(outcome: CommandOutcome, creates: boolean, orderId: OrderId, body: Json): ApiAnswer {
  switch (outcome.kind) {
    case 'done': {
      const { snapshot, revision, position, replayed } = outcome;
      return {
        status: creates ? 201 : 200,
        headers: {
          etag: etagOf(revision),
          'ledger-position': String(position),
          ...(creates && { location: `/v1/orders/${orderId}` }),
          ...(replayed && { 'idempotent-replayed': 'true' }),
        },
        body: snapshot,
      };
    }
    case 'refused':
      throw refusal(outcome);
    case 'key-reused':
      throw reused(outcome.differs, body);
    case 'revision-mismatch':
      throw new Problem(
        'revision-mismatch',
        `The order is at revision ${outcome.actual}; read it, then decide again.`,
        {
          headers: { etag: etagOf(outcome.actual) },
        },
      );
    case 'too-many-refusals':
      throw new Problem(
        'rate-limited',
        'Too many commands on this order were refused; it records no more of them.',
      );
  }
}

function refusal({
  code,
  detail,
  requestId,
  replayed,
}: Extract<CommandOutcome, { readonly kind: 'refused' }>): Problem {
  const { status, title } = orderRejections[code as OrderRejection];
  if (status === 404) return notFound();
  return new Problem(status === 409 ? 'conflict' : 'unprocessable', detail, {
    title,
    code,
    instance: requestId,
    ...(replayed && { headers: { 'idempotent-replayed': 'true' } }),
  });
}

/** What is not there and what is somebody else's are answered alike; only the security log hears of the difference. */
function notFound(audit?: string): Problem {
  return new Problem('not-found', 'There is no such order.', audit === undefined ? {} : { audit });
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
