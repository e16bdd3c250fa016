import { OrderMoneyModel } from '../../support/order-money-model.ts';
import { Misfit } from './checker.ts';
import { commandOf } from './money-command.ts';
import {
  type Action,
  type Answer,
  type CommandRequest,
  claimOf,
  type Operation,
  type OrderHistory,
  type ReadRequest,
  type Seen,
} from './operation.ts';
import { ruleAgainst } from './refusal-rules.ts';

/** An order as a sequence of answers makes it. Nothing in it ever changes: every answer leads to another. */
export interface OrderState {
  readonly paidWhen: OrderHistory['paidWhen'];
  /** Of the last event; −1 where there is no order. */
  readonly revision: number;
  readonly money: OrderMoneyModel | undefined;
  readonly isFulfilled: boolean;
  readonly notes: readonly string[];
  /** What every key stands for. */
  readonly claims: ReadonlyMap<string, Claim>;
  /** The same as numbers, in rising order, so that states are quick to compare; `numbers` gives each its own. */
  readonly claimed: readonly number[];
  readonly numbers: Map<string, number>;
  readonly seen: Seen;
}

/** What was recorded with a key. */
interface Claim {
  readonly action: string;
  readonly reply: Reply;
}

/** What has to be answered. */
interface Reply {
  readonly status: number;
  readonly code?: string;
  readonly etag?: number;
  readonly seen?: Seen;
  readonly replayed: boolean;
}

export function noOrder(paidWhen: OrderHistory['paidWhen']): OrderState {
  return {
    paidWhen,
    revision: -1,
    money: undefined,
    isFulfilled: false,
    notes: [],
    claims: new Map(),
    claimed: [],
    numbers: new Map(),
    seen: { revision: -1 },
  };
}

export function keyOfOrder({ seen, claimed, isFulfilled }: OrderState): string {
  return `${factsOf(seen)} ${isFulfilled} ${claimed.join()}`;
}

/** The order after an operation that was answered so, or why it cannot have been. */
export function applyToOrder(state: OrderState, operation: Operation): OrderState | Misfit {
  const { request, answer } = operation;
  if (request.type === 'read') return answer === undefined ? state : afterRead(state, request, answer);
  const { reply, next } = afterCommand(state, request);
  if (answer === undefined) return next;
  return differs(reply, answer) ?? next;
}

/** Reads, and answers that are recorded with no key or have been recorded before. */
export function changesNothing({ request, answer }: Operation): boolean {
  if (request.type === 'read') return true;
  if (answer === undefined) return false;
  return answer.replayed || [404, 412].includes(answer.status) || answer.code === 'idempotency-key-reused';
}

/** Whether the answer names a revision that has passed: no order is at a revision twice. */
export function isTooLate({ revision, claims }: OrderState, { request, answer }: Operation): boolean {
  if (answer?.etag === undefined || answer.etag > revision) return false;
  if (request.type === 'read') return request.of !== 'revision' && answer.etag < revision;
  if (answer.status === 412) return answer.etag < revision;
  return !claims.has(claimOf(request));
}

/** The rules of keys, of revisions and of orders, in this order. */
function afterCommand(
  state: OrderState,
  request: CommandRequest,
): { readonly reply: Reply; readonly next: OrderState } {
  const { action, ifMatch } = request;
  const claim = claimOf(request);
  const known = state.claims.get(claim);
  const same = JSON.stringify(action);
  if (known !== undefined) {
    if (known.action === same) return { reply: { ...known.reply, replayed: true }, next: state };
    return { reply: refused(422, 'idempotency-key-reused'), next: state };
  }
  if (action.kind !== 'place' && state.money === undefined)
    return { reply: refused(404, 'not-found'), next: state };
  if (ifMatch !== undefined && ifMatch !== state.revision) {
    const etag = state.revision < 0 ? {} : { etag: state.revision };
    return { reply: { ...refused(412, 'revision-mismatch'), ...etag }, next: state };
  }
  const { reply, next } = done(state, action);
  const claims = new Map(state.claims).set(claim, { action: same, reply });
  const claimed = [...state.claimed, numberOf(state, `${claim} ${same} ${wordsOf(reply)}`)];
  return { reply, next: { ...next, claims, claimed: claimed.sort((a, b) => a - b) } };
}

function numberOf({ numbers }: OrderState, text: string): number {
  const number = numbers.get(text) ?? numbers.size;
  numbers.set(text, number);
  return number;
}

function refused(status: number, code: string): Reply {
  return { status, code, replayed: false };
}

/** Does it, or records that it was refused. */
function done(state: OrderState, action: Action): { readonly reply: Reply; readonly next: OrderState } {
  const before = state.money;
  if (action.kind === 'place' || before === undefined) {
    const price = action.kind === 'place' ? action.price : 0;
    const next = stateOf({ ...state, money: new OrderMoneyModel(price, state.paidWhen) }, 1);
    return { reply: accepted(201, next), next };
  }
  const code = ruleAgainst({ money: before, isFulfilled: state.isFulfilled }, action);
  const money = before.copy();
  if (money.tell(commandOf(action)) !== (code === undefined))
    throw new Error(`the models of this check disagree on ${JSON.stringify(action)}: ${code ?? 'allowed'}`);
  if (code !== undefined) {
    const next = stateOf(state, 1);
    return { reply: refused(code === 'currency-mismatch' ? 422 : 409, code), next };
  }
  const next = stateOf(
    {
      ...state,
      money,
      isFulfilled: state.isFulfilled || action.kind === 'fulfil',
      notes: action.kind === 'note' ? [...state.notes, action.note] : state.notes,
    },
    eventsOf(action, before, money),
  );
  return { reply: accepted(200, next), next };
}

/** How many events it takes to say what has happened. */
function eventsOf(action: Action, before: OrderMoneyModel, after: OrderMoneyModel): number {
  const isPaidNow = before.status === 'pending' && ['paid', 'completed'].includes(after.status);
  const isCompletedNow = before.status !== 'completed' && after.status === 'completed';
  const givesBack =
    (action.kind === 'cancel' || action.kind === 'capture') && before.sums.voided !== after.sums.voided;
  const settles = action.kind === 'refund';
  return [true, isPaidNow, isCompletedNow, givesBack, settles].filter(Boolean).length;
}

function stateOf(state: OrderState, events: number): OrderState {
  const revision = state.revision + events;
  const { money, notes } = state;
  if (money === undefined) return { ...state, revision, seen: { revision } };
  const sums = moneyWords(money.sums);
  return { ...state, revision, seen: { revision, money: sums, rest: restWords(money.status, notes) } };
}

/** The sums of an order, always in the same words. */
export function moneyWords(sums: Readonly<Record<MoneyName, bigint | number>>): string {
  return moneyNames.map((name) => `${name} ${sums[name]}`).join(', ');
}

const moneyNames = [
  'payable',
  'authorized',
  'captured',
  'voided',
  'refunded',
  'disputed',
  'chargedBack',
] as const;
export type MoneyName = (typeof moneyNames)[number];

export function restWords(status: string, notes: readonly string[]): string {
  return `${status}, notes [${notes.join(' ')}]`;
}

function accepted(status: number, { seen, revision }: OrderState): Reply {
  return { status, etag: revision, seen, replayed: false };
}

function afterRead(state: OrderState, request: ReadRequest, answer: Answer): OrderState | Misfit {
  const isThere =
    state.money !== undefined && (request.revision === undefined || request.revision <= state.revision);
  if (!isThere || answer.status === 404) {
    const expected = isThere ? 200 : 404;
    return expected === answer.status ? state : new Misfit(`a read would be answered ${expected}`);
  }
  // What an order was at a revision is compared with what was answered when it was; here only that it is there already.
  if (request.of === 'revision') return state;
  const { revision, money, rest } = state.seen;
  const shown: Seen = {
    revision,
    ...(answer.seen?.money !== undefined && { money: money ?? '' }),
    ...(answer.seen?.rest !== undefined && { rest: rest ?? '' }),
  };
  const expected: Reply = { status: 200, etag: revision, seen: shown, replayed: false };
  return differs(expected, answer) ?? state;
}

function differs(expected: Reply, answer: Answer): Misfit | undefined {
  const [a, b] = [wordsOf(expected), wordsOf(answer)];
  return a === b ? undefined : new Misfit(`would be answered ${a}`);
}

export function wordsOf({ status, code, etag, seen, replayed }: Reply): string {
  const parts = [status, code, etag === undefined ? undefined : `ETag ${etag}`, seen && factsOf(seen)];
  return [...parts, replayed ? 'replayed' : undefined].filter((part) => part !== undefined).join(' ');
}

/** Asked for again and again of the same few. */
const factsKnown = new WeakMap<Seen, string>();

function factsOf(seen: Seen): string {
  const known = factsKnown.get(seen);
  if (known !== undefined) return known;
  const parts = [`revision ${seen.revision}`, seen.rest, seen.money].filter((part) => part !== undefined);
  const facts = `(${parts.join('; ')})`;
  factsKnown.set(seen, facts);
  return facts;
}
