import { callErrors } from './errors.ts';
import { type Filter, filterFrom } from './filter.ts';
import type { LogRecord } from './log.ts';
import { type Beginning, beginningOf, eventReply, streamNameOf, streamNotFoundReply } from './messages.ts';
import type { Node } from './node.ts';
import { allBackwards, allForwards, streamBackwards, streamForwards, whyUnreadable } from './records.ts';
import { fail, type ReadCall, sendAndEnd } from './sending.ts';
import { subscribeToAll, subscribeToStream } from './subscribing.ts';

const backwards = 1;

/** Reads and subscriptions are one method of the protocol, told apart by what they count. */
export function read(node: Node, call: ReadCall): void {
  try {
    begin(node, call);
  } catch (error) {
    fail(call, error);
  }
}

interface Range {
  readonly isBackwards: boolean;
  readonly count: number;
}

/** @throws CallError */
function begin(node: Node, call: ReadCall): void {
  const options = call.request.getOptions();
  const refusal = node.refusal(call.metadata, 'read');
  if (refusal !== undefined) throw refusal;
  if (options === undefined) throw callErrors.invalidArgument('the options are missing');
  const isBackwards = options.getReadDirection() === backwards;
  const range = options.hasSubscription() ? undefined : { isBackwards, count: Number(options.getCount()) };
  const stream = options.getStream();
  const all = options.getAll();
  if (stream !== undefined) {
    const name = streamNameOf(stream.getStreamIdentifier());
    const from = beginningOf(stream);
    if (range === undefined) subscribeToStream(node, call, name, from);
    else void sendAndEnd(call, streamReplies(node, name, from, range));
  } else if (all !== undefined) {
    const filter = filterFrom(options.getFilter());
    const from = beginningOf(all);
    if (range === undefined) subscribeToAll(node, call, from, filter);
    else void sendAndEnd(call, allReplies(node, from, filter, range));
  } else throw callErrors.invalidArgument('neither a stream is named, nor all of them');
}

/** From a revision, with the event there. */
function streamReplies({ log }: Node, stream: string, from: Beginning, range: Range): Iterable<Buffer> {
  const unreadable = whyUnreadable(log, stream);
  if (unreadable === 'deleted') throw callErrors.streamDeleted(stream);
  if (unreadable === 'not-found') return [streamNotFoundReply(stream)];
  const revision = from === 'start' ? 0 : from === 'end' ? Number.POSITIVE_INFINITY : from;
  const records = range.isBackwards
    ? streamBackwards(log, stream, revision)
    : streamForwards(log, stream, revision);
  return records.take(range.count).map(eventReply);
}

/** From a position: with the event there when it reads forwards, without it when it reads backwards. */
function allReplies(
  { log }: Node,
  from: Beginning,
  filter: Filter | undefined,
  range: Range,
): Iterable<Buffer> {
  const index = from === 'start' ? 0 : from === 'end' ? log.committed : log.indexAt(from);
  if (index === undefined) throw callErrors.invalidPosition(Number(from));
  const records = range.isBackwards ? allBackwards(log, index) : allForwards(log, index);
  const wanted: IteratorObject<LogRecord> = filter === undefined ? records : records.filter(filter.allows);
  return wanted.take(range.count).map(eventReply);
}
