import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { ServerWritableStream } from '@grpc/grpc-js';

/** Replies are bytes already: an event that is read twice is encoded once. */
export type ReadCall = ServerWritableStream<ReadReq, Buffer>;

/** Sends no more than the connection takes at a time, and stops when the caller does. */
export async function send(call: ReadCall, replies: Iterable<Buffer>): Promise<void> {
  for (const reply of replies) {
    if (call.cancelled || call.destroyed) return;
    if (!call.write(reply)) await writable(call);
  }
}

export async function sendAndEnd(call: ReadCall, replies: Iterable<Buffer>): Promise<void> {
  await send(call, replies);
  call.end();
}

/** Ends a call with an error, after what has been sent before. One that is not a `CallError` is UNKNOWN. */
export function fail(call: ReadCall, error: unknown): void {
  call.emit('error', error);
}

function writable(call: ReadCall): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      for (const event of ['drain', 'close', 'cancelled']) call.off(event, settle);
      resolve();
    };
    for (const event of ['drain', 'close', 'cancelled']) call.on(event, settle);
  });
}
