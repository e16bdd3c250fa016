import { isKnown } from '../http/etag.ts';
import { foreign, Problem } from '../http/problem.ts';
import type { ApiAnswer, ApiRequest } from '../http/route.ts';
import type { Clock } from '../ports/clock.ts';
import type { Digest } from '../ports/digest.ts';
import type { DomainEvent, EventCodec } from '../ports/event-codec.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { ReadModel } from '../ports/read-model.ts';
import type { OrderDetails } from '../projections/order-details.ts';
import type { Projection } from '../projections/projection.ts';
import type { Cursors } from './cursors.ts';
import { behind, type LiveProjection } from './live-projection.ts';
import type { Books } from './read-books.ts';

/** What the query side is made of. */
export interface QueryDependencies {
  readonly orderDetails: LiveProjection;
  readonly orderList: LiveProjection;
  readonly paymentDetails: LiveProjection;
  readonly stats: LiveProjection;
  readonly webhookInbox: LiveProjection;
  readonly books: Books & { readonly balances: LiveProjection; readonly journal: LiveProjection };
  /** Folds an order for questions about the past. */
  readonly orderFold: Projection<OrderDetails, never>['when'];
  /** Names of the sealed fields of an event type. */
  readonly personalFields: (type: string) => readonly string[];
  readonly store: EventStore;
  readonly codec: EventCodec;
  readonly readModel: ReadModel;
  readonly digest: Digest;
  readonly clock: Clock;
  readonly cursors: Cursors;
  readonly waitMsMax: number;
}

/** The position a read must be at least as new as: 0 where the caller does not care. @throws Problem `validation-failed` */
export function positionWanted(request: ApiRequest): number {
  const token = request.header('ledger-position');
  if (token === undefined) return 0;
  if (/^\d{1,15}$/.test(token)) return Number(token);
  throw new Problem('validation-failed', 'Ledger-Position: must be one as answered before.', {
    errors: [{ pointer: 'header/Ledger-Position', message: 'must be one as answered before' }],
  });
}

const pollMs = 5;

/**
 * Where the log ends, asked before anything is read from it: an answer from the log itself is at least that new.
 * @throws Problem `projection-behind` when the log does not get where the caller says it is; StoreUnavailable
 */
export async function headReached(
  request: ApiRequest,
  { store, clock, waitMsMax }: QueryDependencies,
): Promise<number> {
  const wanted = positionWanted(request);
  const deadlineMs = clock.monotonicMs() + waitMsMax;
  for (;;) {
    const head = await store.head();
    if (head >= wanted) return head;
    if (clock.monotonicMs() >= deadlineMs) throw behind('The log', wanted);
    await clock.sleep(pollMs);
  }
}

/** Whether a caller may see what belongs to this customer; what belongs to none is for operators. */
export function maySee({ principal }: ApiRequest, customerId: string | undefined): boolean {
  return principal.scopes.has('ops:read') || principal.subject === customerId;
}

/** What is not there and what is somebody else's are answered alike; only the security log hears of the difference. */
export function notFound(there: unknown): Problem {
  return new Problem('not-found', 'There is no such order.', there === undefined ? {} : { audit: foreign });
}

interface Answer {
  readonly body: string;
  readonly etag: string;
  readonly asOf: number;
  readonly cached: boolean;
}

/** 200, or 304 where the caller has this very version. */
export function answer(request: ApiRequest, { body, etag, asOf, cached }: Answer): ApiAnswer {
  const headers = { etag, 'ledger-position': String(asOf), 'x-cache': cached ? 'HIT' : 'MISS' };
  if (isKnown(request.header('if-none-match'), etag)) return { status: 304, headers };
  return { status: 200, headers, body };
}

/** Serves one document of a projection to a caller who may see it. */
export async function serveDocument(request: ApiRequest, projection: LiveProjection): Promise<ApiAnswer> {
  const wanted = positionWanted(request);
  const found = projection.get(request.params['orderId'] ?? '', wanted);
  const document = found instanceof Promise ? await found : found;
  if (document === undefined || !maySee(request, document.memo.customerId)) throw notFound(document);
  return answer(request, { ...document, etag: document.memo.etag });
}

const pageSize = 500;

/** The events of a stream, oldest first, decoded. @throws StoreUnavailable, UnreadableEvent */
export async function* eventsOf(
  stream: string,
  { store, codec }: QueryDependencies,
): AsyncIterable<DomainEvent> {
  for (let from = 0; ; from += pageSize) {
    const page = await store.readStream(stream, { from, countMax: pageSize });
    yield* await codec.decode(page);
    if (page.length < pageSize) return;
  }
}
