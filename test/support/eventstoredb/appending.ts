import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { AppendReq, AppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerReadableStream, sendUnaryData } from '@grpc/grpc-js';
import type { ExpectedRevision } from './commit-check.ts';
import { appendBytesMax, type CallError, callErrors } from './errors.ts';
import { type ProposedEvent, sizeOf } from './log.ts';
import { expectedRevisionOf, proposedEventFrom, streamNameOf } from './messages.ts';
import type { Node } from './node.ts';
import type { WriteOutcome } from './writer.ts';

type AppendCall = ServerReadableStream<AppendReq, AppendResp>;

/** One call for one append: its options, then its events, each in a message of its own. */
export function append(node: Node, call: AppendCall, answer: sendUnaryData<AppendResp>): void {
  const events: ProposedEvent[] = [];
  let options: AppendReq.Options | undefined;
  let bytes = 0;
  let isAnswered = false;
  const refuse = (error: CallError) => {
    if (!isAnswered) answer(error);
    isAnswered = true;
  };
  call.on('data', (message: AppendReq) => {
    options ??= message.getOptions();
    const proposed = message.getProposedMessage();
    if (proposed === undefined) return;
    const event = proposedEventFrom(proposed);
    if (typeof event === 'string') return refuse(callErrors.metadataMissing(event));
    bytes += sizeOf(event);
    if (bytes > appendBytesMax) return refuse(callErrors.appendTooLarge());
    events.push(event);
  });
  call.on('end', () => {
    const refusal = node.refusal(call.metadata, 'append');
    if (refusal !== undefined) return refuse(refusal);
    if (options === undefined) return refuse(callErrors.invalidArgument('options are missing'));
    // A caller that has gone away takes its append with it.
    if (isAnswered || call.cancelled) return;
    const stream = streamNameOf(options.getStreamIdentifier());
    const expected = expectedRevisionOf(options);
    node.writer.append(stream, expected, events, (outcome) => {
      const reply = replyTo(outcome, stream, expected);
      if (reply instanceof streams.AppendResp) answer(null, reply);
      else answer(reply);
    });
  });
  call.on('error', () => {});
}

function replyTo(outcome: WriteOutcome, stream: string, expected: ExpectedRevision): AppendResp | CallError {
  switch (outcome.kind) {
    case 'stream-deleted':
      return callErrors.streamDeleted(stream);
    case 'timed-out':
      return callErrors.timeout('Commit phase timeout.');
    case 'wrong-expected-version':
      return new streams.AppendResp().setWrongExpectedVersion(
        wrongExpectedVersion(expected, outcome.current),
      );
    case 'written': {
      const at = String(outcome.position);
      const position = new streams.AppendResp.Position().setCommitPosition(at).setPreparePosition(at);
      const success = new streams.AppendResp.Success().setPosition(position);
      if (outcome.revision < 0) success.setNoStream(new shared.Empty());
      else success.setCurrentRevision(String(outcome.revision));
      return new streams.AppendResp().setSuccess(success);
    }
  }
}

function wrongExpectedVersion(expected: ExpectedRevision, current: number) {
  const message = new streams.AppendResp.WrongExpectedVersion();
  if (current < 0) message.setCurrentNoStream(new shared.Empty());
  else message.setCurrentRevision(String(current));
  if (expected === 'any') message.setExpectedAny(new shared.Empty());
  else if (expected === 'no_stream') message.setExpectedNoStream(new shared.Empty());
  else if (expected === 'stream_exists') message.setExpectedStreamExists(new shared.Empty());
  else message.setExpectedRevision(String(expected));
  return message;
}
