import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import type { BatchAppendReq, BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import type { ExpectedRevision } from './commit-check.ts';
import { appendBytesMax, batchErrors } from './errors.ts';
import { type ProposedEvent, sizeOf } from './log.ts';
import { expectedRevisionOf, identifierOf, idOf, proposedEventFrom, streamNameOf } from './messages.ts';
import type { Node } from './node.ts';
import type { WriteOutcome } from './writer.ts';

type BatchCall = ServerDuplexStream<BatchAppendReq, BatchAppendResp>;

/** An append whose last events have not arrived yet. */
interface Unfinished {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: ProposedEvent[];
  readonly deadline: NodeJS.Timeout;
  bytes: number;
}

/**
 * One call for many appends, each known by its correlation id and answered when it is ready. Appends are written in the
 * order of their last messages. The deadline is that of receiving them: what has been received is only given up by the
 * writer, in its own time.
 */
export function batchAppend(node: Node, call: BatchCall): void {
  const unfinished = new Map<string, Unfinished>();
  let underway = 0;
  let isEnded = false;
  const endWhenDone = () => {
    if (isEnded && underway === 0) call.end();
  };
  const answer = (request: BatchAppendReq, stream: string, result: Status | WrittenOutcome) => {
    if (call.cancelled || call.destroyed) return;
    call.write(replyTo(request, stream, result));
  };
  const begin = (request: BatchAppendReq, options: BatchAppendReq.Options, id: string): boolean => {
    const stream = streamNameOf(options.getStreamIdentifier());
    const timeoutMs = msUntil(options);
    if (timeoutMs <= 0) {
      answer(request, stream, batchErrors.timeout());
      return false;
    }
    const giveUp = () => {
      if (unfinished.delete(id)) answer(request, stream, batchErrors.timeout());
    };
    const deadline = setTimeout(giveUp, timeoutMs).unref();
    const expected = expectedRevisionOf(options);
    unfinished.set(id, { stream, expected, events: [], deadline, bytes: 0 });
    return true;
  };
  const finish = (request: BatchAppendReq, { stream, expected, events }: Unfinished) => {
    underway += 1;
    node.writer.append(stream, expected, events, (outcome) => {
      underway -= 1;
      answer(request, stream, outcome.kind === 'written' ? outcome : statusOf(outcome, stream, expected));
      endWhenDone();
    });
  };
  const receive = (request: BatchAppendReq) => {
    const id = idOf(request.getCorrelationId());
    const options = request.getOptions();
    if (options !== undefined) {
      const refusal = node.refusal(call.metadata, 'append');
      const stream = streamNameOf(options.getStreamIdentifier());
      // A right that is missing fails this append alone; an unknown caller, or a server that does not lead, ends the call.
      if (refusal?.code === status.PERMISSION_DENIED)
        return answer(request, stream, batchErrors.accessDenied());
      if (refusal !== undefined) return void call.emit('error', refusal);
      if (!begin(request, options, id)) return;
    }
    const append = unfinished.get(id);
    if (append === undefined) return;
    const fault = addEvents(append, request);
    if (fault === undefined && !request.getIsFinal()) return;
    unfinished.delete(id);
    clearTimeout(append.deadline);
    if (fault === undefined) finish(request, append);
    else answer(request, append.stream, fault);
  };
  call.on('data', receive);
  call.on('end', () => {
    isEnded = true;
    endWhenDone();
  });
  call.on('error', () => {});
}

type WrittenOutcome = Extract<WriteOutcome, { kind: 'written' }>;

/** A server gives no append more time than this, whatever its deadline is. */
const timeoutMsMax = 2_000;

function msUntil(options: BatchAppendReq.Options): number {
  const deadline = options.getDeadline()?.toDate().getTime() ?? Number.POSITIVE_INFINITY;
  return Math.min(deadline - Date.now(), timeoutMsMax);
}

function addEvents(append: Unfinished, request: BatchAppendReq): Status | undefined {
  for (const proposed of request.getProposedMessagesList()) {
    const event = proposedEventFrom(proposed);
    if (typeof event === 'string') return batchErrors.badRequest(`the ${event} of an event is missing`);
    append.bytes += sizeOf(event);
    append.events.push(event);
  }
  return append.bytes > appendBytesMax ? batchErrors.appendTooLarge() : undefined;
}

function statusOf(
  outcome: Exclude<WriteOutcome, WrittenOutcome>,
  stream: string,
  expected: ExpectedRevision,
) {
  switch (outcome.kind) {
    case 'stream-deleted':
      return batchErrors.streamDeleted(stream);
    case 'timed-out':
      return batchErrors.timeout();
    case 'wrong-expected-version':
      return batchErrors.wrongExpectedVersion(expected, outcome.current);
  }
}

function replyTo(request: BatchAppendReq, stream: string, result: Status | WrittenOutcome): BatchAppendResp {
  const reply = new streams.BatchAppendResp()
    .setCorrelationId(request.getCorrelationId())
    .setStreamIdentifier(identifierOf(stream));
  if (!('kind' in result)) return reply.setError(result);
  const at = String(result.position);
  const position = new shared.AllStreamPosition().setCommitPosition(at).setPreparePosition(at);
  const success = new streams.BatchAppendResp.Success().setPosition(position);
  // Where there is still no stream, the member that would say so is left out: the client reads it as revision 0 anyway.
  if (result.revision >= 0) success.setCurrentRevision(String(result.revision));
  return reply.setSuccess(success);
}
