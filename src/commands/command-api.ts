import { z } from 'zod';
import { postings } from '../domain/books/posting.ts';
import type { Json } from '../domain/kernel/canonical-json.ts';
import { type ActorId, actorId, type OrderId, orderId as orderIdSchema } from '../domain/kernel/ids.ts';
import type { OrderCommand } from '../domain/order/commands.ts';
import { openCallOf } from '../domain/order/payment.ts';
import { orderResource } from '../domain/order/resource.ts';
import type { Order, PaidWhen } from '../domain/order/state.ts';
import { etagOf, readIfMatch } from '../http/etag.ts';
import { readIdempotencyKey } from '../http/idempotency-key.ts';
import { readWait } from '../http/prefer.ts';
import { foreign, Problem } from '../http/problem.ts';
import { traceparentOf } from '../http/request-id.ts';
import type { ApiAnswer, ApiRequest, Route } from '../http/route.ts';
import { validate } from '../http/validate.ts';
import type { Digest } from '../ports/digest.ts';
import type { CommandEnvelope, HandleCommand } from './command.ts';
import { answerOf, notFound, planAnswerOf } from './command-answers.ts';
import { commandProblems } from './command-problems.ts';
import type { CommandRow } from './command-row.ts';
import { commandIdOf, createdIdOf, fingerprintOf } from './idempotency.ts';
import { mayTouch, type OrderContext, orderRows } from './order-routes.ts';
import type { PlanCommand } from './plan-command.ts';
import type { WatchStream } from './watch-stream.ts';

export interface CommandApiDependencies {
  readonly handleOrder: HandleCommand<OrderCommand, Order>;
  readonly planOrder: PlanCommand<OrderCommand, Order>;
  readonly watchOrder: WatchStream<Order>;
  /** The payment provider that is asked; absent where callers report what their own did. */
  readonly gateway?: string;
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
      query: dryRunQuery,
      body: row.body,
      success: {
        status: creates ? 201 : 200,
        schema: orderResource,
        description: 'The order as this command left it.',
      },
      dryRun: {
        schema: planResource,
        description:
          'Of a dry run: what the command would do. Nothing is recorded, and the key stays unused.',
      },
      problems: commandProblems,
      handle: (request) => handle(row, creates, request, needs),
    };
  });
}

const dryRunQuery = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .exactOptional()
    .describe('`true`: answers what the command would do, and does nothing.'),
});

const planResource = z
  .strictObject({
    dryRun: z.literal(true),
    replays: z.boolean().describe('Whether the key is known, so that its first answer would be repeated.'),
    events: z.array(z.strictObject({ type: z.string(), data: z.record(z.string(), z.json()) })),
    postings: postings.describe('What the events would mean for the books.'),
    order: orderResource.describe('The order as the command would leave it.'),
  })
  .meta({ id: 'CommandPlan' });

async function handle(
  row: OrderRow,
  creates: boolean,
  request: ApiRequest,
  needs: CommandApiDependencies,
): Promise<ApiAnswer> {
  const isDryRun = validate(dryRunQuery, request.query, 'query/').dryRun === 'true';
  const json = request.body();
  const envelope = envelopeOf(row, creates, request, needs, json);
  let isForeign = false;
  const watched = {
    ...envelope,
    mayTouch: (order: Order) => {
      isForeign = !mayTouch(envelope, order);
      return !isForeign;
    },
  };
  if (isDryRun) {
    const plan = await needs.planOrder(watched);
    if (isForeign) throw notFound(foreign);
    return planAnswerOf(plan, json);
  }
  const outcome = await needs.handleOrder(watched);
  if (isForeign) throw notFound(foreign);
  const answer = answerOf(outcome, creates ? `/v1/orders/${envelope.aggregateId}` : undefined, json);
  const waitS = readWait(request.header('prefer'));
  return waitS > 0 ? settled(answer, envelope.aggregateId, waitS, needs) : answer;
}

/** The answer once the payment provider has given its own, or when the caller waits no longer. */
async function settled(
  answer: ApiAnswer,
  orderId: string,
  waitS: number,
  { watchOrder }: CommandApiDependencies,
): Promise<ApiAnswer> {
  const headers = { ...answer.headers, 'preference-applied': `wait=${waitS}` };
  const order: Order = JSON.parse(answer.body ?? '');
  if (isSettled(order)) return { ...answer, headers };
  const { snapshot, revision, position } = await watchOrder(orderId, isSettled, waitS * 1_000);
  return {
    ...answer,
    headers: { ...headers, etag: etagOf(revision), 'ledger-position': String(position) },
    ...(snapshot !== undefined && { body: snapshot }),
  };
}

function isSettled({ payment }: Order): boolean {
  return openCallOf(payment)?.status !== 'open';
}

function envelopeOf(
  row: OrderRow,
  creates: boolean,
  { principal, requestId, params, header }: ApiRequest,
  { digest, paidWhen, keysLenient, gateway }: CommandApiDependencies,
  json: Json,
): CommandEnvelope<OrderCommand, Order> & Pick<OrderContext, 'actor' | 'isOperator'> & { actor: ActorId } {
  const key = readIdempotencyKey(header('idempotency-key'), keysLenient);
  const expectedRevision = readIfMatch(header('if-match'));
  const traceparent = traceparentOf(header('traceparent'));
  const body = validate(row.body, json);
  const actor = actorId.parse(principal.subject);
  const isOperator = principal.scopes.has('ops:write');
  if (creates && !isOperator) refuseForeignCustomer(body, actor);

  // From the template, not from the request line: one path has many spellings.
  const path = creates ? row.path : row.path.replace(':orderId', params['orderId'] ?? '');
  const commandId = commandIdOf(digest, actor, 'POST', path, key);
  const orderId = (creates ? createdIdOf(digest, commandId) : params['orderId']) as OrderId;
  const context = { orderId, actor, isOperator, paidWhen, ...(gateway !== undefined && { gateway }) };
  return {
    commandId,
    fingerprint: fingerprintOf(digest, 'POST', path, json),
    aggregateId: orderId,
    command: row.command(body, context),
    actor,
    isOperator,
    requestId,
    ...(traceparent !== undefined && { traceparent }),
    ...(expectedRevision !== undefined && { expectedRevision }),
  };
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
