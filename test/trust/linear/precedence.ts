import { isCommand, isRead, type Operation, type ReadRequest } from './operation.ts';

/**
 * By operation, those that come before it in every order there may be, as bits. What was answered before something else was
 * sent comes before it: for commands, and for reads of the log itself. A read model may be behind: a read of it holds for the
 * position it says, is never older than the position it was asked for or what the same caller has read before, and cannot
 * know what was sent after it.
 */
export function precedenceOf(operations: readonly Operation[]): readonly bigint[] {
  return operations.map((after) =>
    operations.reduce(
      (mask, before, number) => (comesBefore(before, after) ? mask | (1n << BigInt(number)) : mask),
      0n,
    ),
  );
}

function comesBefore(before: Operation, after: Operation): boolean {
  if (before === after) return false;
  if (isBehind(after)) return isIn(before, after) || isReadBefore(before, after);
  if (before.respondedMs < after.invokedMs) return true;
  if (isBehind(before)) return isAfter(after, before);
  return isRead(after) && isIn(before, after);
}

/** Reads a read model. */
function isBehind(operation: Operation): operation is Operation<ReadRequest> {
  return isRead(operation) && ['order', 'payment'].includes(operation.request.of);
}

/** Whether a command is in what a read holds for. Of a key that was done before, that says nothing of this request. */
function isIn(command: Operation, { request, answer }: Operation<ReadRequest>): boolean {
  const position = positionOf(command);
  const asOf = Math.max(request.atLeast ?? 0, answer?.position ?? 0);
  return position !== undefined && position <= asOf;
}

function isAfter(command: Operation, { answer }: Operation<ReadRequest>): boolean {
  const position = positionOf(command);
  return position !== undefined && answer?.position !== undefined && position > answer.position;
}

function positionOf(operation: Operation): number | undefined {
  if (!isCommand(operation) || operation.answer?.replayed === true) return undefined;
  return operation.answer?.position;
}

function isReadBefore(before: Operation, after: Operation<ReadRequest>): boolean {
  const isSame = isRead(before) && before.request.of === after.request.of && before.client === after.client;
  return isSame && before.respondedMs < after.invokedMs;
}
