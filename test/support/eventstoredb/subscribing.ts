import { randomUUID } from 'node:crypto';
import { callErrors } from './errors.ts';
import type { Filter } from './filter.ts';
import type { LogRecord } from './log.ts';
import { type Beginning, caughtUpReply, checkpointReply, confirmationReply, eventReply } from './messages.ts';
import type { Node } from './node.ts';
import { allForwards, streamForwards } from './records.ts';
import { fail, type ReadCall, send } from './sending.ts';
import { deletedRevision } from './stream-metadata.ts';

/** From a position on, without the event there. */
export function subscribeToAll(
  node: Node,
  call: ReadCall,
  from: Beginning,
  filter: Filter | undefined,
): void {
  const { log } = node;
  const index = from === 'start' ? 0 : from === 'end' ? log.committed : indexAfter(node, from);
  if (index === undefined) throw callErrors.invalidPosition(Number(from));
  const past = from === 'end' ? [] : allForwards(log, index);
  void follow(node, call, past, filter === undefined ? everything : filteredReplies(filter));
}

/** From a revision on, without the event there; of a stream also that is not there yet. */
export function subscribeToStream(node: Node, call: ReadCall, stream: string, from: Beginning): void {
  const { log } = node;
  if (log.committedRevision(stream) === deletedRevision) throw callErrors.streamDeleted(stream);
  const past = from === 'end' ? [] : streamForwards(log, stream, from === 'start' ? 0 : from + 1);
  void follow(node, call, past, (record) => (record.stream === stream ? [eventReply(record)] : []));
}

/** What a subscriber is sent for a record of the log. */
type RepliesTo = (record: LogRecord) => readonly Buffer[];

/** Sends what was, then what is, in order and without a gap between. */
async function follow(node: Node, call: ReadCall, past: Iterable<LogRecord>, repliesTo: RepliesTo) {
  await send(call, [confirmationReply(randomUUID())]);
  await send(call, Iterator.from(past).flatMap(repliesTo));
  if (call.cancelled || call.destroyed) return;
  // Nothing can be committed between the end of the past and this: all of it is one turn of the event loop.
  goLive(node, call, repliesTo, !call.write(caughtUpReply()));
}

/**
 * While the connection takes no more, events wait, and when too many do, the subscriber is dropped: the error comes after
 * what has been sent, and nothing comes after the error.
 */
function goLive(node: Node, call: ReadCall, repliesTo: RepliesTo, isBlockedYet: boolean): void {
  let waiting: Buffer[] = [];
  let isBlocked = isBlockedYet;
  const leave = node.log.follow((record) => {
    for (const reply of repliesTo(record)) {
      if (!isBlocked) isBlocked = !call.write(reply);
      else if (waiting.length < node.liveBufferMax) waiting.push(reply);
      else return drop();
    }
  });
  const drop = () => {
    leave();
    waiting = [];
    const message = 'Consumer too slow to handle event while live. Client resubscription required.';
    fail(call, callErrors.timeout(message));
  };
  call.on('drain', () => {
    isBlocked = false;
    while (!isBlocked) {
      const next = waiting.shift();
      if (next === undefined) return;
      isBlocked = !call.write(next);
    }
  });
  for (const event of ['cancelled', 'close', 'finish']) call.once(event, leave);
}

const everything: RepliesTo = (record) => [eventReply(record)];

/** Tells how far it has come after every so many events, wanted or not. */
function filteredReplies({ allows, checkpointInterval }: Filter): RepliesTo {
  let considered = 0;
  return (record) => {
    considered += 1;
    const isCheckpoint = considered % checkpointInterval === 0;
    return [
      ...(allows(record) ? [eventReply(record)] : []),
      ...(isCheckpoint ? [checkpointReply(record.position)] : []),
    ];
  };
}

function indexAfter({ log }: Node, position: number): number | undefined {
  const index = log.indexAt(position);
  return index === undefined || index >= log.committed || log.at(index)?.position !== position
    ? index
    : index + 1;
}
