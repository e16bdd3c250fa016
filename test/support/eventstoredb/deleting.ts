import type {
  DeleteReq,
  DeleteResp,
  TombstoneReq,
  TombstoneResp,
} from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerUnaryCall } from '@grpc/grpc-js';
import { callErrors } from './errors.ts';
import { expectedRevisionOf, streamNameOf } from './messages.ts';
import type { Node } from './node.ts';
import type { WriteOutcome } from './writer.ts';

type Call = ServerUnaryCall<DeleteReq, DeleteResp> | ServerUnaryCall<TombstoneReq, TombstoneResp>;

/** Hides the events of a stream; it may come back. */
export async function softDelete(node: Node, call: Call): Promise<DeleteResp> {
  const at = await remove(node, call, 'delete');
  const position = new streams.DeleteResp.Position().setCommitPosition(at).setPreparePosition(at);
  return new streams.DeleteResp().setPosition(position);
}

/** Ends a stream for ever. */
export async function tombstone(node: Node, call: Call): Promise<TombstoneResp> {
  const at = await remove(node, call, 'tombstone');
  const position = new streams.TombstoneResp.Position().setCommitPosition(at).setPreparePosition(at);
  return new streams.TombstoneResp().setPosition(position);
}

/** @returns the position of what was written. @throws CallError */
async function remove(node: Node, call: Call, how: 'delete' | 'tombstone'): Promise<string> {
  const refusal = node.refusal(call.metadata, 'append');
  const options = call.request.getOptions();
  if (refusal !== undefined) throw refusal;
  if (options === undefined) throw callErrors.invalidArgument('the options are missing');
  const stream = streamNameOf(options.getStreamIdentifier());
  const expected = expectedRevisionOf(options);
  const outcome = await new Promise<WriteOutcome>((done) => node.writer[how](stream, expected, done));
  switch (outcome.kind) {
    case 'written':
      return String(outcome.position);
    case 'wrong-expected-version':
      throw callErrors.wrongExpectedVersion(stream, expected, outcome.current);
    case 'stream-deleted':
      throw callErrors.streamDeleted(stream);
    case 'timed-out':
      throw callErrors.timeout('Commit phase timeout.');
  }
}
