import { signWebhook } from '../../../src/adapters/payment-gateway/webhook-signature.ts';
import type { Seeded } from '../../e2e/support/seeded.ts';
import { nowS } from '../../support/http-tokens.ts';
import type { Operation } from './document.ts';
import { bodyOf, type Draft, headerIn, setHeader } from './draft.ts';
import { chance, plainText, uuid } from './draws.ts';
import { drawValue, type Tree } from './from-schema.ts';
import type { Tokens } from './tokens.ts';
import type { Answer } from './wire.ts';

/** One caller after another on one connection, and what it was answered: ids, versions, positions, cursors. */
export interface Lane {
  /** A request that nothing is wrong with. */
  valid(): Draft;
  /** Signs what has to be signed; nothing may be done to the request afterwards. */
  seal(draft: Draft): void;
  learn(draft: Draft, answer: Answer): void;
  /** Every order it placed. */
  readonly placed: ReadonlySet<string>;
  /** Ids of the requests that were answered as done. */
  readonly done: ReadonlySet<string>;
  /** Ids of those that the rules refused, which is recorded. */
  readonly refused: ReadonlySet<string>;
}

export interface LaneSettings {
  readonly number: number;
  readonly draw: Seeded;
  readonly operations: readonly Operation[];
  readonly tokens: Tokens;
  readonly webhookSecret: string;
  /** An order whose call to the payment provider was given up. */
  readonly givenUp: string | undefined;
}

const ordersMax = 10;
const placingPercent = 4;
/** Most orders shall live for a while. */
const cancelPercent = 15;
const keptMax = 30;

interface Known {
  readonly orders: string[];
  readonly entries: { readonly entryId: string; readonly currency: string }[];
  readonly webhooks: string[];
  /** By caller and path of the list, with the query it belongs to. */
  readonly cursors: Map<string, { readonly query: Draft['query']; readonly cursor: string }>;
  readonly versions: Map<string, string>;
  position: string;
}

export function createLane(settings: LaneSettings): Lane {
  const { number, draw, operations, tokens, webhookSecret, givenUp } = settings;
  const known: Known = {
    ...{ orders: [], entries: [], webhooks: [], cursors: new Map(), versions: new Map() },
    position: '0',
  };
  const revisions = new Map<string, number>();
  const placed = new Set<string>();
  const done = new Set<string>();
  const refused = new Set<string>();
  const place = operations.find(({ id }) => id === 'placeOrder');
  const customer = tokens.customers[number % tokens.customers.length] ?? '';
  let sent = 0;

  return { valid, seal, learn, placed, done, refused };

  function valid(): Draft {
    sent += 1;
    const placesNow = place !== undefined && (known.orders.length < 3 || chance(draw, placingPercent));
    const operation = placesNow ? place : pickOperation();
    const draft: Draft = {
      ...{ operation, method: operation.method, kind: 'valid', expected: 'valid' },
      ...{ path: pathOf(operation), query: [], headers: [], bytes: undefined },
      ...{ mayClose: false, isSignedLast: operation.isSigned },
      tree: operation.body === undefined ? undefined : bodyFor(operation, operation.body),
    };
    addHeaders(draft);
    addQuery(draft);
    return draft;
  }

  function pickOperation(): Operation {
    const operation = draw.pick(operations);
    const isTooOften = operation.id === 'cancelOrder' && !chance(draw, cancelPercent);
    return isTooOften ? draw.pick(operations) : operation;
  }

  function pathOf({ id, template }: Operation): string {
    if (id === 'retryPayment' && givenUp !== undefined && chance(draw, 50))
      return template.replace('{orderId}', givenUp);
    return template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      if (name === 'orderId') return draw.pick(known.orders) ?? uuid(draw);
      if (name === 'entryId') return draw.pick(known.entries)?.entryId ?? uuid(draw);
      if (name === 'webhookId') return draw.pick(known.webhooks) ?? uuid(draw);
      return draw.pick(['1900', '4000', '9000', '2000', '1100:external', '1100:simulated', '5400']);
    });
  }

  function bodyFor({ id, template }: Operation, schema: NonNullable<Operation['body']>): Tree {
    if (id === 'receiveWebhook') return report(draw, `${number}-${sent}`);
    const body = drawValue(schema, draw) as { [name: string]: Tree };
    if (template.includes('{entryId}')) body['currency'] = draw.pick(known.entries)?.currency ?? 'EUR';
    const method = (body['method'] ?? (body['payment'] as typeof body | undefined)?.['method']) as
      | typeof body
      | undefined;
    if (method !== undefined) method['token'] = draw.pick(paymentTokens);
    // Orders of other customers are placed by operators only; these are all of one customer.
    delete body['customerId'];
    return body;
  }

  function addQuery(draft: Draft): void {
    const page = known.cursors.get(ownPath(draft));
    if (draft.method === 'GET' && page !== undefined && chance(draw, 50)) {
      draft.query = [...page.query, ['cursor', page.cursor]];
      return;
    }
    for (const { name, schema } of draft.operation.queryParameters) {
      // An account may be kept in several currencies: its statement has to say which.
      const isNeeded = draft.operation.id === 'getStatement' && name === 'currency';
      if (name === 'cursor' || !(isNeeded || chance(draw, 30))) continue;
      if (draft.operation.id === 'getOrder' && draft.query.length > 0) continue;
      if (draft.operation.id === 'getTrialBalance' && draft.query.length > 0) continue;
      draft.query.push([name, encodeURIComponent(String(drawValue(schema, draw)))]);
    }
  }

  function addHeaders(draft: Draft): void {
    const { operation } = draft;
    if (!operation.isSigned) setHeader(draft, 'Authorization', `Bearer ${callerOf(operation)}`);
    if (chance(draw, 60)) setHeader(draft, 'X-Request-Id', `fuzz-${number}-${sent}`);
    if (chance(draw, 30)) setHeader(draft, 'Accept', draw.pick(accepts));
    if (chance(draw, 20)) setHeader(draft, 'traceparent', `00-${'1'.repeat(32)}-${'2'.repeat(16)}-01`);
    if (operation.method === 'GET') addHeadersOfQuery(draft);
    else addHeadersOfCommand(draft);
  }

  /** Orders are all of one customer, who does what customers may; the rest is for operators. */
  function callerOf({ id, scopes }: Operation): string {
    const isForCustomers = scopes.some((scope) => scope.startsWith('orders:'));
    return isForCustomers && (id === 'placeOrder' || chance(draw, 60)) ? customer : tokens.operator;
  }

  function addHeadersOfCommand(draft: Draft): void {
    setHeader(draft, 'Content-Type', draw.pick(['application/json', 'application/json; charset=utf-8']));
    if (draft.operation.isSigned) return;
    setHeader(draft, 'Idempotency-Key', `"fuzz-${draw.seed}-${number}-${sent}"`);
    const revision = revisions.get(draft.path.split('/')[3] ?? '');
    if (revision !== undefined && chance(draw, 15)) setHeader(draft, 'If-Match', `"${revision}"`);
    if (chance(draw, 3)) setHeader(draft, 'Prefer', 'wait=1');
  }

  function addHeadersOfQuery(draft: Draft): void {
    if (chance(draw, 40)) setHeader(draft, 'Ledger-Position', known.position);
    const version = known.versions.get(draft.path);
    if (version !== undefined && chance(draw, 30)) setHeader(draft, 'If-None-Match', version);
  }

  function seal(draft: Draft): void {
    if (!draft.isSignedLast) return;
    setHeader(draft, 'Gateway-Signature', signWebhook(webhookSecret, bodyOf(draft) ?? '', nowS()));
  }

  function learn(draft: Draft, { status, headers, body }: Answer): void {
    if (status === 409 || status === 422) refused.add(headers.get('x-request-id')?.[0] ?? '');
    if (status >= 300) return;
    const position = headers.get('ledger-position')?.[0];
    if (position !== undefined && Number(position) > Number(known.position)) known.position = position;
    const answered = JSON.parse(body) as Readonly<Record<string, unknown>>;
    if (draft.method === 'GET') learnFromRead(draft, headers.get('etag')?.[0], answered);
    else if (answered['dryRun'] !== true) {
      done.add(headers.get('x-request-id')?.[0] ?? '');
      learnFromCommand(answered);
    }
  }

  function learnFromRead(
    draft: Draft,
    etag: string | undefined,
    answered: Readonly<Record<string, unknown>>,
  ) {
    if (etag !== undefined && draft.query.length === 0) remember(known.versions, draft.path, etag);
    const cursor = answered['nextCursor'];
    if (typeof cursor === 'string') {
      const query = draft.query.filter(([name]) => name !== 'cursor');
      remember(known.cursors, ownPath(draft), { query, cursor: encodeURIComponent(cursor) });
    } else known.cursors.delete(ownPath(draft));
    if (draft.operation.id !== 'listWebhooks') return;
    const items = answered['items'] as readonly { readonly webhookId: string; readonly status: string }[];
    known.webhooks.splice(0, known.webhooks.length, ...items.map(({ webhookId }) => webhookId));
  }

  function learnFromCommand(answered: Readonly<Record<string, unknown>>): void {
    const { orderId, revision, entryId, currency } = answered;
    if (typeof orderId === 'string' && typeof revision === 'number' && orderId !== givenUp) {
      if (!placed.has(orderId)) keep(known.orders, orderId, ordersMax, draw);
      placed.add(orderId);
      revisions.set(orderId, Math.max(revision, revisions.get(orderId) ?? 0));
    }
    if (typeof entryId === 'string')
      keep(known.entries, { entryId, currency: String(currency) }, keptMax, draw);
  }
}

/** Where a cursor holds: for one caller, on one list. */
function ownPath(draft: Draft): string {
  return `${headerIn(draft, 'authorization')} ${draft.path}`;
}

const accepts = ['application/json', '*/*', 'text/html, */*;q=0.1'] as const;
const paymentTokens = [
  ...['tok_visa', 'tok_approve', 'tok_approve', 'tok_decline', 'tok_technical_2', 'tok_timeout_then_ok'],
  ...['tok_approve_after_cancel', 'tok_technical_9'],
] as const;

/** About payments that nobody knows: what a provider says of a payment of ours has to be true, or the books say so. */
function report(draw: Seeded, id: string): Tree {
  const type = draw.pick([
    'call.approved',
    'call.declined',
    'authorization.expired',
    'dispute.opened',
    'dispute.won',
  ]);
  const paymentId = chance(draw, 70) ? uuid(draw) : plainText(draw, 1, 60);
  return {
    ...{ eventId: `evt-${draw.seed}-${id}`, type, paymentId, at: '2026-01-31T09:30:00.000Z' },
    amount: { amount: draw.below(10_000), currency: draw.pick(['EUR', 'JPY']) },
    ...(chance(draw, 40) && { key: `payment/${paymentId}/authorize/1`.slice(0, 200) }),
    ...(chance(draw, 20) && { fee: { amount: 15, currency: 'EUR' } }),
  };
}

function keep<T>(list: T[], item: T, max: number, draw: Seeded): void {
  if (list.length < max) list.push(item);
  else list[draw.below(max)] = item;
}

function remember<T>(map: Map<string, T>, name: string, value: T): void {
  if (map.size > 200) map.clear();
  map.set(name, value);
}
