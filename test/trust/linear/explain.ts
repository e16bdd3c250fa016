import { judgeHistory, operationsJudged } from './judge.ts';
import type { Operation, OrderHistory } from './operation.ts';
import { wordsOf } from './order-model.ts';

/** Of a search on the way to a smaller history: what it cannot decide by then stays as it is. */
const statesMaxShrinking = 20_000;

/**
 * The smallest part of a history found that contradicts itself, in words. Nothing is just left out, since an order that
 * lacks what was done to it contradicts everything: an operation is either kept, or taken as one that nobody knows the outcome
 * of, which may have been done at any time or never. What is left over cannot be true whatever became of those.
 */
export function explain(history: OrderHistory): string {
  const small = shrink(history);
  const verdict = judgeHistory(small);
  const steps = operationsJudged(small);
  const known = steps.filter(({ answer }) => answer !== undefined);
  const open = steps.length - known.length;
  const head = `${history.name} (paid when ${history.paidWhen}) is ${verdict.kind}: ${known.length} answers contradict each other, whatever became of ${open} other commands`;
  const lines = [...known, ...steps.filter(({ answer }) => answer === undefined)].map(wordsOfOperation);
  if (verdict.kind !== 'not-linearizable') return [head, ...lines].join('\n    ');
  const { order, misfits } = verdict.stuck;
  const said = order.map((at) => steps[at]?.number).join(' ');
  const stuck = misfits.map(({ step, reason }) => `#${steps[step]?.number} ${reason}`);
  return [head, ...lines, `as far as it goes: ${said || 'nothing'}; then`, ...stuck].join('\n    ');
}

/** A smaller history that is not linearizable either. */
export function shrink(history: OrderHistory): OrderHistory {
  const fails = (operations: readonly Operation[]) =>
    judgeHistory({ ...history, operations }, statesMaxShrinking).kind === 'not-linearizable';
  let operations = shortest(history.operations, fails);
  for (const { number } of operations.toReversed()) {
    const fewer = operations.flatMap((each) => (each.number === number ? forgotten(each) : [each]));
    if (fails(fewer)) operations = fewer;
  }
  return { ...history, operations };
}

/** What was over by the moment at which it is first not linearizable: that is so for every later moment too. */
function shortest(
  operations: readonly Operation[],
  fails: (operations: readonly Operation[]) => boolean,
): readonly Operation[] {
  const moments = operations.map(({ respondedMs }) => respondedMs).filter(Number.isFinite);
  const sorted = moments.toSorted((a, b) => a - b);
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (fails(until(operations, sorted[middle] ?? 0))) high = middle;
    else low = middle + 1;
  }
  const short = until(operations, sorted[low] ?? 0);
  return fails(short) ? short : operations;
}

function until(operations: readonly Operation[], momentMs: number): readonly Operation[] {
  return operations
    .filter(({ invokedMs }) => invokedMs <= momentMs)
    .flatMap((each) => (each.respondedMs <= momentMs ? [each] : forgotten(each)));
}

/** As if nobody had heard the answer. A read without one is nothing. */
function forgotten({ number, client, request, invokedMs }: Operation): readonly Operation[] {
  if (request.type === 'read') return [];
  return [{ number, client, request, invokedMs, respondedMs: Number.POSITIVE_INFINITY }];
}

function wordsOfOperation({ number, client, request, invokedMs, respondedMs, answer }: Operation): string {
  const when = `${invokedMs.toFixed(2)}–${respondedMs.toFixed(2)} ms`;
  const position = answer?.position === undefined ? '' : ` at position ${answer.position}`;
  const said = answer === undefined ? 'no answer' : `${wordsOf(answer)}${position}`;
  return `#${number} client ${client} ${when}: ${JSON.stringify(request)} → ${said}`;
}
