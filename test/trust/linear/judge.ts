import { linearize, type Verdict } from './checker.ts';
import { isCommand, isRead, type Operation, type OrderHistory } from './operation.ts';
import {
  applyToOrder,
  changesNothing,
  isTooLate,
  keyOfOrder,
  noOrder,
  type OrderState,
} from './order-model.ts';
import { precedenceOf } from './precedence.ts';

/** Far more than any history of 50 operations has needed. */
export const statesMaxDefault = 500_000;

/**
 * Whether all answers of a history could have been given by one order to one caller after another.
 * @returns `order` and `stuck` number the operations of `operationsJudged(history)`
 */
export function judgeHistory(history: OrderHistory, statesMax = statesMaxDefault): Verdict<OrderState> {
  const steps = operationsJudged(history);
  return linearize({
    steps,
    before: precedenceOf(steps),
    optional: steps.reduce((mask, { answer }, at) => (answer ? mask : mask | (1n << BigInt(at))), 0n),
    initial: noOrder(history.paidWhen),
    apply: applyToOrder,
    isPassive: changesNothing,
    isLost: isTooLate,
    keyOf: keyOfOrder,
    statesMax,
  });
}

/** The operations that matter, the first answered first: a read without an answer says nothing. */
export function operationsJudged({ operations }: OrderHistory): readonly Operation[] {
  return operations
    .filter((operation) => !isRead(operation) || operation.answer !== undefined)
    .toSorted((a, b) => a.respondedMs - b.respondedMs);
}

/**
 * What is promised to the byte: a key is answered with one body, and an order is one text at one revision, whoever tells it.
 * What is told of the payment alone is another text.
 */
export function textsThatDiffer({ name, operations }: OrderHistory): readonly string[] {
  const first = new Map<string, Operation>();
  return operations.flatMap((operation) => {
    const what = subjectOf(operation);
    const before = what === undefined ? operation : first.get(what);
    if (what !== undefined && before === undefined) first.set(what, operation);
    if (before === undefined || before.answer?.text === operation.answer?.text) return [];
    return [`${name}: two texts of ${what}: ${before.answer?.text} and ${operation.answer?.text}`];
  });
}

function subjectOf(operation: Operation): string | undefined {
  const { answer, request } = operation;
  if (answer === undefined) return undefined;
  if (answer.status < 300) {
    const isPart = isRead(operation) && ['payment', 'history'].includes(operation.request.of);
    return `${isPart ? request.type : 'the order'} ${isPart && 'of' in request ? request.of : ''} at ${answer.etag}`;
  }
  const isRecorded = ![404, 412].includes(answer.status) && answer.code !== 'idempotency-key-reused';
  return isCommand(operation) && isRecorded
    ? JSON.stringify([operation.request.key, operation.request.subject, operation.request.action])
    : undefined;
}
