import { commandRefused } from '../../src/domain/kernel/command-refused.ts';
import { idOf } from '../../src/domain/kernel/log.ts';
import { orderAggregate } from '../../src/domain/order/aggregate.ts';
import type { Order } from '../../src/domain/order/state.ts';
import type { DomainEvent } from '../../src/ports/event-codec.ts';
import type { Exchange } from './callers.ts';

/** What one command left in the log. */
export interface Recorded {
  readonly stream: string;
  readonly fingerprint: string;
  /** Of its last event. */
  readonly revision: number;
  readonly position: number;
  /** The code, where it was refused. */
  readonly refusal?: string;
}

/** The log, arranged for questions: what every command left, and what every order was after each of its events. */
export class LogView {
  readonly commands = new Map<string, Recorded>();
  /** By stream, in order of position. */
  readonly states = new Map<
    string,
    { readonly position: number; readonly revision: number; readonly body: string }[]
  >();
  readonly complaints: string[] = [];

  constructor(events: readonly DomainEvent[]) {
    const orders = new Map<string, Order | undefined>();
    const last = new Map<string, number>();
    for (const event of events) {
      const { stream, revision } = event;
      const expected = (last.get(stream) ?? -1) + 1;
      if (revision !== expected) this.complaints.push(`${stream} has ${revision} after ${expected - 1}`);
      last.set(stream, revision);
      this.#command(event);
      if (!stream.startsWith('order-')) continue;
      const state = orderAggregate.evolve(orders.get(stream), event as never, event as never);
      orders.set(stream, state);
      const states = this.states.get(stream) ?? [];
      states.push({ position: event.position, revision, body: JSON.stringify(state) });
      this.states.set(stream, states);
    }
  }

  /** What the order was when the log ended at `position`; `undefined` where there was none. */
  bodyAt(orderId: string, position: number): string | undefined {
    return this.states.get(`order-${orderId}`)?.findLast((state) => state.position <= position)?.body;
  }

  #command({ stream, revision, position, type, data, metadata }: DomainEvent): void {
    const { commandId, fingerprint } = metadata;
    const key = `${idOf(stream)} ${commandId}`;
    const before = this.commands.get(key);
    if (before !== undefined && before.revision !== revision - 1)
      this.complaints.push(
        `command ${commandId} has two batches in ${stream}: ${before.revision} and ${revision}`,
      );
    const refusal = type === commandRefused ? (data as { readonly code: string }).code : undefined;
    this.commands.set(key, { stream, fingerprint, revision, position, ...(refusal && { refusal }) });
  }
}

/** What was heard so far, while answers are judged in the order in which they were heard. */
interface Heard {
  /** Bodies by command. */
  readonly bodies: Map<string, string>;
  /** When a command was first answered as recorded. */
  readonly known: Map<string, number>;
}

/**
 * Judges every answer that was heard by what is in the log. It shares no code with what decides: an answer is right when the
 * log holds what it says, and nothing else of that command.
 * @param firstSent when each command was sent for the first time
 */
export function judge(
  exchanges: readonly Exchange[],
  log: LogView,
  firstSent: ReadonlyMap<string, number>,
): readonly string[] {
  const complaints = [...log.complaints];
  const heard: Heard = { bodies: new Map(), known: new Map() };
  for (const exchange of exchanges) {
    const complaint =
      exchange.step.kind === 'read' ? judgeRead(exchange, log) : judgeCommand(exchange, log, heard);
    if (complaint !== undefined)
      complaints.push(`step ${exchange.step.number} ${wordsOf(exchange)}: ${complaint}`);
  }
  return [...complaints, ...judgeOrder(heard.known, log, firstSent)];
}

function judgeCommand(exchange: Exchange, log: LogView, heard: Heard): string | undefined {
  const { status, body } = exchange.reply;
  if (status === 500) return body;
  if (status > 500 || status === 429) return undefined;
  if (status === 400) return `was not valid: ${body}`;
  const code = status < 300 ? undefined : slugOf(body);
  if (code !== 'not-found' && isStranger(exchange, log)) return 'answered to a stranger';
  return code !== undefined && unrecorded.has(code)
    ? judgeUnrecorded(exchange, code, log, heard)
    : judgeRecorded(exchange, code, log, heard);
}

/** What is answered without a trace in the log. */
const unrecorded: ReadonlySet<string> = new Set([
  'idempotency-key-reused',
  'not-found',
  'forbidden',
  'revision-mismatch',
]);

function judgeUnrecorded(
  { orderId, commandId, fingerprint, sentAt }: Exchange,
  code: string,
  log: LogView,
  heard: Heard,
): string | undefined {
  const key = `${orderId} ${commandId}`;
  const recorded = log.commands.get(key);
  const isSame = recorded?.fingerprint === fingerprint;
  if (code === 'idempotency-key-reused')
    return recorded === undefined || isSame ? 'the key stands for no other request' : undefined;
  const isKnown = isSame && (heard.known.get(key) ?? Number.POSITIVE_INFINITY) < sentAt;
  return isKnown ? `answered ${code}, after it had been answered as recorded` : undefined;
}

function judgeRecorded(
  exchange: Exchange,
  code: string | undefined,
  log: LogView,
  heard: Heard,
): string | undefined {
  const { commandId, fingerprint, orderId, heardAt } = exchange;
  const key = `${orderId} ${commandId}`;
  const recorded = log.commands.get(key);
  if (recorded === undefined)
    return code === undefined && isIdle(exchange) ? undefined : 'answered, and not in the log';
  if (recorded.fingerprint !== fingerprint) return 'answered as what another request with its key did';
  if (!heard.known.has(key)) heard.known.set(key, heardAt);
  if (code === undefined) return judgeDone(exchange, recorded, log, heard.bodies);
  return recorded.refusal === code ? undefined : `refused with ${code}; the log has ${recorded.refusal}`;
}

function judgeDone(
  { reply, commandId, orderId }: Exchange,
  { refusal, position, revision }: Recorded,
  log: LogView,
  bodies: Map<string, string>,
): string | undefined {
  if (refusal !== undefined) return `answered ${reply.status}, and the log has ${refusal}`;
  const { 'ledger-position': at, etag } = reply.headers;
  if (at !== String(position)) return `answered position ${at}; the log has ${position}`;
  if (etag !== `"${revision}"`) return `answered ${etag}; the log has ${revision}`;
  if (reply.body !== log.bodyAt(orderId, position)) return 'answered an order that never was so';
  const first = bodies.get(commandId) ?? reply.body;
  bodies.set(commandId, first);
  return first === reply.body ? undefined : 'answered differently before';
}

/** A read holds for a position: it answers what the order was there, nothing older than was asked for. */
function judgeRead({ reply, orderId, atLeast, step }: Exchange, log: LogView): string | undefined {
  const { status, headers, body } = reply;
  if (status === 500) return body;
  if (status >= 500) return undefined;
  if (status === 404) return undefined;
  if (status !== 200) return `a read was answered ${status}: ${body}`;
  const asOf = Number(headers['ledger-position']);
  if (asOf < atLeast) return `answered as of ${asOf}, and ${atLeast} was asked for`;
  const truth = log.bodyAt(orderId, asOf);
  if (truth === undefined) return `answered an order that was not there at ${asOf}`;
  if (truth !== body) return `answered as of ${asOf} what the order was not`;
  const owner = (JSON.parse(body) as { readonly customerId: string }).customerId;
  return step.isOperator || owner === exchangeActor(step.customer) ? undefined : 'answered to a stranger';
}

/** What was answered before something else was first asked is before it in the log: what is recorded is linearizable. */
function judgeOrder(
  known: ReadonlyMap<string, number>,
  log: LogView,
  firstSent: ReadonlyMap<string, number>,
): readonly string[] {
  const moments = [...known].map(([key, heardAt]) => ({
    key,
    heardAt,
    sentAt: firstSent.get(key) ?? 0,
    position: log.commands.get(key)?.position ?? 0,
  }));
  const byHeard = moments.toSorted((a, b) => a.heardAt - b.heardAt);
  const complaints: string[] = [];
  let latest = 0;
  let next = 0;
  for (const { key, sentAt, position } of moments.toSorted((a, b) => a.sentAt - b.sentAt)) {
    for (; (byHeard[next]?.heardAt ?? Infinity) < sentAt; next++)
      latest = Math.max(latest, byHeard[next]?.position ?? 0);
    if (position < latest)
      complaints.push(`${key} is at ${position}, after something at ${latest} was answered`);
  }
  return complaints;
}

/** A command that changes nothing records nothing, and is answered what is so. */
function isIdle({ step }: Exchange): boolean {
  return (
    step.operation === 'voidPayment' || step.operation === 'amendLines' || step.operation === 'retryPayment'
  );
}

function slugOf(body: string): string {
  const { code, type } = JSON.parse(body) as { readonly code?: string; readonly type?: string };
  return code ?? type?.split('/').at(-1) ?? '';
}

/** Whether the order was somebody else's when it was asked about: it never changes hands. */
function isStranger({ step, actor, orderId }: Exchange, log: LogView): boolean {
  const body = log.states.get(`order-${orderId}`)?.[0]?.body;
  if (step.isOperator || body === undefined) return false;
  return (JSON.parse(body) as { readonly customerId: string }).customerId !== actor;
}

function exchangeActor(customer: number): string {
  return `00000000-0000-4000-8000-0000000000${String(customer).padStart(2, '0')}`;
}

function wordsOf({ step, orderId, reply }: Exchange): string {
  return `${step.operation} ${orderId.slice(0, 8)} key ${step.key} answered ${reply.status}`;
}
