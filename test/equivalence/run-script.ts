import { createHash } from 'node:crypto';
import { nodeDigest } from '../../src/adapters/digest/node-digest.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { Problem } from '../../src/http/problem.ts';
import type { ApiAnswer, ApiRequest, Route } from '../../src/http/route.ts';
import type { Scope } from '../../src/http/scopes.ts';
import type { CommandCount } from '../../src/ports/command-metrics.ts';
import type { EventStore } from '../../src/ports/event-store.ts';
import { inventoryOf } from '../../src/projections/compare.ts';
import { projections } from '../../src/projections/registry.ts';
import type { StoreEnvironment } from '../support/server-places.ts';
import { contentOf, namedByPosition } from './books-content.ts';
import { patiently } from './patiently.ts';
import { type ScriptedCommand, type ScriptedQuery, type Step, scriptOf, timeOf } from './script.ts';
import { openScriptedLedger, type ScriptedLedger } from './scripted-ledger.ts';

/** What came of a script, in figures that are the same on all stores or else something is wrong. */
export interface Outcome {
  readonly commands: number;
  readonly queries: number;
  /** Of every reply: status, headers and body. */
  readonly replies: string;
  /** Of every document of every projection. */
  readonly documents: string;
  /** Of every event, in the order of the log, opened. */
  readonly events: string;
  readonly counts: Readonly<Record<CommandCount, number>>;
  /** How often each status was answered. */
  readonly statuses: Readonly<Record<number, number>>;
}

/** A reply as it was given: positions in it are still those of the store. */
interface Reply {
  readonly step: number;
  readonly answer: ApiAnswer;
}

const own: ReadonlySet<Scope> = new Set(['orders:write', 'orders:read']);
const everybody: ReadonlySet<Scope> = new Set(['ops:write', 'ops:read']);

/** Plays the script of a seed on the stores. The places have to be empty. */
export async function runScript(stores: StoreEnvironment, seed: number, commands: number): Promise<Outcome> {
  const ledger = await openScriptedLedger(stores);
  try {
    const replies: Reply[] = [];
    let [step, queries] = [0, 0];
    for (const each of scriptOf(seed, commands)) {
      step += 1;
      if (each.kind === 'command') ledger.setTime(timeOf(step) as Instant);
      if (each.kind === 'query') queries += 1;
      for (const answer of await play(each, step, ledger)) replies.push({ step, answer });
    }
    const ordinals = await ordinalsIn(ledger.store);
    return {
      commands,
      queries,
      replies: digestOf(replies.map((reply) => textOf(reply, ordinals))),
      documents: digestOf(await patiently(() => documentsIn(ledger, ordinals))),
      events: digestOf(await eventsIn(ledger)),
      counts: ledger.counts,
      statuses: countOf(replies.map(({ answer }) => answer.status)),
    };
  } finally {
    await ledger.close();
  }
}

async function play(step: Step, number: number, ledger: ScriptedLedger): Promise<readonly ApiAnswer[]> {
  switch (step.kind) {
    case 'catch-up':
      await ledger.catchUp();
      return [];
    case 'command': {
      const route = routeIn(ledger.commands[step.process], step.operation);
      const send = () => answered(route, commandRequest(step, number));
      return step.twin === true ? Promise.all([send(), send()]) : [await send()];
    }
    case 'query':
      return pagesOf(step, number, routeIn(ledger.queries, step.operation));
  }
}

/** A stand-in for a server may read all documents for each page of a list: enough of them is enough. */
const pagesMax = 3;

/** The first pages of a list; the only one of everything else. */
async function pagesOf(step: ScriptedQuery, number: number, route: Route): Promise<readonly ApiAnswer[]> {
  const answers: ApiAnswer[] = [];
  let { query } = step;
  for (;;) {
    const answer = await answered(route, queryRequest({ ...step, query }, number));
    answers.push(answer);
    const { nextCursor } = JSON.parse(answer.body ?? '{}') as { readonly nextCursor?: string | null };
    if (nextCursor === undefined || nextCursor === null || answers.length === pagesMax) return answers;
    query = { ...step.query, cursor: nextCursor };
  }
}

async function answered(route: Route, request: ApiRequest): Promise<ApiAnswer> {
  try {
    return await patiently(async () => route.handle(request));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { status, extras } = error;
    return { status, headers: extras.headers ?? {}, body: error.body(request.requestId) };
  }
}

function commandRequest(
  { subject, isOperator, orderId, key, body, ifMatch }: ScriptedCommand,
  step: number,
): ApiRequest {
  return {
    ...requestOf(subject, isOperator, orderId, step),
    query: {},
    body: () => body,
    header: (name) => ({ 'idempotency-key': key, 'if-match': ifMatch })[name],
  };
}

function queryRequest({ subject, isOperator, orderId, query }: ScriptedQuery, step: number): ApiRequest {
  return {
    ...requestOf(subject, isOperator, orderId, step),
    query,
    body: () => ({}),
    header: () => undefined,
  };
}

function requestOf(subject: string, isOperator: boolean, orderId: string | undefined, step: number) {
  return {
    principal: { subject, scopes: isOperator ? everybody : own },
    requestId: `request-${step}`,
    bytes: () => Buffer.alloc(0),
    params: orderId === undefined ? {} : { orderId },
  };
}

/** The order of positions is the same everywhere; what they count is up to the store. */
async function ordinalsIn(store: EventStore): Promise<(position: number) => number> {
  const positions: number[] = [];
  for await (const { position } of everyEvent(store)) positions.push(position);
  const ordinals = new Map(positions.map((position, index) => [position, index + 1]));
  return (position) => (position === 0 ? 0 : (ordinals.get(position) ?? Number.NaN));
}

/** A reply as it is compared: positions by their order; where a page goes on, but not how its cursor says so. */
function textOf({ step, answer }: Reply, ordinalOf: (position: number) => number): string {
  const { status, headers, body = '' } = answer;
  const isPage = body.includes('"nextCursor":"');
  const ownHash = `"${nodeDigest.sha256(body)}"`;
  return JSON.stringify({
    step,
    status,
    etag: isPage && headers['etag'] === ownHash ? 'the hash of the page' : headers['etag'],
    position: ordinalOf(Number(headers['ledger-position'] ?? 0)),
    location: headers['location'],
    replayed: headers['idempotent-replayed'],
    body: body
      .replace(/"nextCursor":"[^"]+"/, '"nextCursor":"there is more"')
      .replaceAll(/"position":(\d+)/g, (_, position) => `"position":${ordinalOf(Number(position))}`),
  });
}

async function documentsIn(
  { readModel }: ScriptedLedger,
  ordinalOf: (position: number) => number,
): Promise<readonly string[]> {
  const records = await readModel.projections();
  const texts: string[] = [];
  for (const projection of projections) {
    const active = records.find(({ name }) => name === projection.name)?.active;
    if (active === undefined) throw new Error(`${projection.name} was never built`);
    if (active.halted !== undefined) throw new Error(`${projection.name} has halted: ${active.halted.error}`);
    const generation = await readModel.open(projection, active.generation);
    try {
      if (namedByPosition.has(projection.name)) {
        texts.push(...(await contentOf(projection.name, generation.documents(), ordinalOf)));
        continue;
      }
      const { documents, digest } = await inventoryOf(generation, nodeDigest);
      texts.push(`${projection.name} ${documents} ${digest}`);
    } finally {
      await generation.close();
    }
  }
  return texts;
}

/** Sealed fields are sealed with a nonce of their own each time, and the hash is over that: both differ, rightly. */
async function eventsIn({ store, codec }: ScriptedLedger): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const recorded of everyEvent(store)) {
    const [event] = await codec.decode([recorded]);
    if (event === undefined) throw new Error(`${recorded.stream} ${recorded.revision} cannot be decoded`);
    const { stream, revision, eventId, type, data, metadata } = event;
    const { hash, ...said } = metadata;
    if (hash === '') throw new Error(`${stream} ${revision} has no hash`);
    texts.push(JSON.stringify({ stream, revision, eventId, type, data, said }));
  }
  return texts;
}

const pageSize = 4_000;

async function* everyEvent(store: EventStore) {
  for (let after = 0; ; ) {
    const page = await patiently(() => store.readAll({ after, countMax: pageSize }));
    const last = page.at(-1);
    if (last === undefined) return;
    yield* page;
    after = last.position;
  }
}

function routeIn(routes: ReadonlyMap<string, Route>, operation: string): Route {
  const route = routes.get(operation);
  if (route === undefined) throw new Error(`there is no operation ${operation}`);
  return route;
}

function digestOf(texts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const text of texts) hash.update(text).update('\n');
  return hash.digest('hex').slice(0, 16);
}

function countOf(values: readonly number[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}
