import type { Code } from '@eventstore/db-client/generated/code_pb.js';
import codes from '@eventstore/db-client/generated/code_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { Status } from '@eventstore/db-client/generated/status_pb.js';
import statusMessages from '@eventstore/db-client/generated/status_pb.js';
import { Metadata, status } from '@grpc/grpc-js';
import type { ExpectedRevision } from './commit-check.ts';
import { lengthDelimited } from './protobuf.ts';

/** The most bytes of one append. */
export const appendBytesMax = 1_024 * 1_024;

/** How a call ends that fails: the client tells errors apart by the `exception` among the trailers. */
export class CallError extends Error {
  readonly code: status;
  readonly details: string;
  readonly metadata: Metadata;

  constructor(code: status, details: string, metadata: Metadata) {
    super(details);
    this.code = code;
    this.details = details;
    this.metadata = metadata;
  }
}

export const callErrors = {
  accessDenied: () => callError(status.PERMISSION_DENIED, 'Access Denied', { exception: 'access-denied' }),
  unauthenticated: () => callError(status.UNAUTHENTICATED, 'Unauthenticated'),
  notLeader: (host: string, port: number) =>
    callError(status.NOT_FOUND, 'Leader info available', {
      exception: 'not-leader',
      'leader-endpoint-host': host,
      'leader-endpoint-port': String(port),
    }),
  streamDeleted: (stream: string) =>
    callError(status.FAILED_PRECONDITION, `Event stream '${stream}' is deleted.`, {
      exception: 'stream-deleted',
      'stream-name': stream,
    }),
  wrongExpectedVersion: (stream: string, expected: ExpectedRevision, current: number) =>
    callError(status.FAILED_PRECONDITION, `Delete failed due to WrongExpectedVersion. Stream: ${stream}`, {
      exception: 'wrong-expected-version',
      'stream-name': stream,
      'expected-version': String(expectedNumbers[expected] ?? expected),
      'actual-version': String(current),
    }),
  appendTooLarge: () =>
    callError(status.INVALID_ARGUMENT, `Maximum Append Size of ${appendBytesMax} Exceeded.`, {
      exception: 'maximum-append-size-exceeded',
      'maximum-append-size': String(appendBytesMax),
    }),
  metadataMissing: (name: string) =>
    callError(status.INVALID_ARGUMENT, `Required Metadata Property '${name}' is missing`, {
      exception: 'missing-required-metadata-property',
      'required-metadata-properties': 'type,content-type',
    }),
  timeout: (message: string) => callError(status.ABORTED, `Operation timed out: ${message}`),
  invalidPosition: (position: number) =>
    callError(status.UNKNOWN, `Unexpected ReadAllResult: Error (no record begins at ${position})`),
  invalidArgument: (message: string) => callError(status.INVALID_ARGUMENT, message),
};

/** The same for one append of a batch call, which itself goes on. */
export const batchErrors = {
  accessDenied: () => batchError(codes.Code.PERMISSION_DENIED, 'AccessDenied', new shared.AccessDenied()),
  timeout: () => batchError(codes.Code.DEADLINE_EXCEEDED, 'Timeout', new shared.Timeout()),
  badRequest: (message: string) =>
    batchError(codes.Code.INVALID_ARGUMENT, 'BadRequest', new shared.BadRequest().setMessage(message)),
  appendTooLarge: () =>
    batchError(
      codes.Code.INVALID_ARGUMENT,
      'MaximumAppendSizeExceeded',
      new shared.MaximumAppendSizeExceeded().setMaxappendsize(appendBytesMax),
    ),
  streamDeleted: (stream: string) => {
    const identifier = new shared.StreamIdentifier().setStreamName(Buffer.from(stream));
    const details = new shared.StreamDeleted().setStreamIdentifier(identifier);
    return batchError(codes.Code.NOT_FOUND, 'StreamDeleted', details);
  },
  wrongExpectedVersion: (expected: ExpectedRevision, current: number) => {
    const details = new shared.WrongExpectedVersion();
    if (current >= 0) details.setCurrentStreamRevision(String(current));
    if (typeof expected === 'number') details.setExpectedStreamPosition(String(expected));
    const body = Buffer.from(details.serializeBinary());
    return batchError(codes.Code.ALREADY_EXISTS, 'WrongExpectedVersion', {
      serializeBinary: () =>
        Buffer.concat([body, ...wordOf(expected), ...(current < 0 ? [noStreamNow] : [])]),
    });
  },
};

/** As the server writes them in text. */
const expectedNumbers: Readonly<Record<string, number>> = { no_stream: -1, any: -2, stream_exists: -4 };

/** Members of `WrongExpectedVersion` that are an empty message, whose class the client does not ship. */
const noStreamNow = lengthDelimited(2, new Uint8Array());
const wordFields: Readonly<Record<string, number>> = { any: 4, stream_exists: 5, no_stream: 6 };

function wordOf(expected: ExpectedRevision): readonly Buffer[] {
  const field = wordFields[expected];
  return field === undefined ? [] : [lengthDelimited(field, new Uint8Array())];
}

function callError(
  code: status,
  details: string,
  trailers: Readonly<Record<string, string>> = {},
): CallError {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value);
  return new CallError(code, details, metadata);
}

/** `google.rpc.Status`: its details are a `google.protobuf.Any`, whose class the client does not ship either. */
function batchError(code: Code, name: string, details: { serializeBinary(): Uint8Array }): Status {
  const any = Buffer.concat([
    lengthDelimited(1, Buffer.from(`type.googleapis.com/event_store.client.${name}`)),
    lengthDelimited(2, details.serializeBinary()),
  ]);
  const head = new statusMessages.Status().setMessage(name).serializeBinary();
  return statusMessages.Status.deserializeBinary(Buffer.concat([head, lengthDelimited(3, any)])).setCode(
    code,
  );
}
