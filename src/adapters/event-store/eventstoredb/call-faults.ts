import {
  AppendTooLarge,
  OutcomeUnknown,
  StoreUnavailable,
  StreamGone,
} from '../../../domain/kernel/faults.ts';
import type { AppendReply } from './append-reply.ts';

/** How a call ends that fails: what gRPC says, and what the server says of it among the trailers. */
interface CallError extends Error {
  readonly code?: number;
  readonly details?: string;
  readonly metadata?: { getMap(): Readonly<Record<string, unknown>> };
}

const codes = { unknown: 2, invalidArgument: 3, notFound: 5, permissionDenied: 7, unavailable: 14 } as const;
const unauthenticated = 16;

/** Nobody has answered within the time that a call has. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  /** As the client sees a connection that is lost, and then makes a new one. */
  readonly code = codes.unavailable;
  readonly details = 'no answer';

  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs} ms`);
  }
}

export function unavailable(cause: unknown, remedy: string = remedies.reach): StoreUnavailable {
  return new StoreUnavailable('event store', cause, remedy);
}

const remedies = {
  reach: 'Check that EventStoreDB runs and can be reached at the address in EVENT_STORE; it is tried again.',
  user: 'Check user and password in EVENT_STORE, and whether it uses TLS: without, none are sent.',
  read: 'Give the user in EVENT_STORE the right to read: its group in $r of the ACL of $all and of the streams.',
  append:
    'Give the user in EVENT_STORE the right to append: its group in $w of the ACL that streams have by default.',
  busy: 'Try again in a moment.',
  gone: 'It was deleted for ever, outside the ledger: restore a backup, or leave it and use another id.',
  undelete: 'It was deleted or cut outside the ledger. Remove $tb, $maxAge and $maxCount from its metadata.',
} as const;

/** What a read that failed is to whoever asked. */
export function readFault(error: unknown, what: string): Error {
  if (isFault(error)) return error;
  const { code } = error as CallError;
  switch (exceptionOf(error)) {
    case 'stream-deleted':
      return new StreamGone(`${what} is deleted in EventStoreDB. ${remedies.gone}`);
    case 'access-denied':
      return unavailable(`the user may not read ${what}`, remedies.read);
  }
  if (code === codes.permissionDenied) return unavailable(`the user may not read ${what}`, remedies.read);
  if (code === unauthenticated) return unavailable(error, remedies.user);
  return unavailable(error);
}

/** What an append that got no answer, or an error instead of one, is to whoever asked. */
export function appendFault(error: unknown, stream: string): Error {
  if (isFault(error)) return error;
  switch (exceptionOf(error)) {
    case 'stream-deleted':
      return refusalFault({ name: 'StreamDeleted', message: '' }, stream);
    case 'access-denied':
      return refusalFault({ name: 'AccessDenied', message: '' }, stream);
    case 'maximum-append-size-exceeded':
      return refusalFault({ name: 'MaximumAppendSizeExceeded', message: '' }, stream);
  }
  const { code } = error as CallError;
  if (code === codes.permissionDenied) return refusalFault({ name: 'AccessDenied', message: '' }, stream);
  if (code === unauthenticated) return unavailable(error, remedies.user);
  if (wasNeverSent(error)) return unavailable(error);
  return new OutcomeUnknown(`append to ${stream}: ${messageOf(error)}`, { cause: error });
}

/** What a server that answers and does not append has said, by the names in shared.proto. */
export function refusalFault(
  { name, message }: Pick<Extract<AppendReply, { kind: 'refused' }>, 'name' | 'message'>,
  stream: string,
): Error {
  switch (name) {
    case 'AccessDenied':
      return unavailable(`the user may not append to ${stream}`, remedies.append);
    case 'StreamDeleted':
      return new StreamGone(`${stream} is deleted in EventStoreDB. ${remedies.gone}`);
    case 'MaximumAppendSizeExceeded':
      return tooLarge(stream);
    case 'BadRequest':
      return unavailable(`an append to ${stream} was refused: ${message}`);
    default:
      // It is starting, or has more to do than it can, or no leader: it has not looked at the append.
      if (notLookedAt.test(message)) return unavailable(message, remedies.busy);
      return new OutcomeUnknown(`append to ${stream}: EventStoreDB answered ${name} ${message}`.trim());
  }
}

/** What a server says, in batches without a name, for every reason not to handle a request. */
const notLookedAt = /^(?:Server Is (?:Not Ready|(?:Too )?Busy)|No leader info|Unknown NotHandledReason)/;
const notConnected = /^(?:No connection established|Name resolution failed|Channel closed before)/;

export function tooLarge(stream: string): AppendTooLarge {
  return new AppendTooLarge(
    `an append to ${stream} is larger than EventStoreDB takes: 1 MiB, unless its MaxAppendSize says otherwise`,
  );
}

/** An append that made a stream continue where it was said not to exist. */
export function hiddenEvents(stream: string): string {
  return `${stream} has events that EventStoreDB hides. ${remedies.undelete}`;
}

/** The server has answered that it does not handle the request now: the connection is as good as before. */
export function isNotHandled({ details = '' }: CallError): boolean {
  return notLookedAt.test(details);
}

/** There was no connection, or the server was not ready, so nobody has looked at what was to be sent. */
function wasNeverSent(error: unknown): boolean {
  const { code, details = '' } = error as CallError;
  return notLookedAt.test(details) || (code === codes.unavailable && notConnected.test(details));
}

/** It was sent to a node that leads no more, or not yet. The client knows the way to the one that does. */
export function isNotLeader(error: unknown): boolean {
  return exceptionOf(error) === 'not-leader';
}

/** Whether a read failed because no event begins at its place, of which servers say no more than that it did not work. */
export function isInvalidPlace(fault: unknown): boolean {
  const error = fault instanceof StoreUnavailable ? (fault.cause as CallError) : undefined;
  return error?.code === codes.unknown && !notLookedAt.test(error.details ?? '');
}

function exceptionOf(error: unknown): string | undefined {
  const exception = (error as CallError).metadata?.getMap()['exception'];
  return exception === undefined ? undefined : String(exception);
}

function isFault(error: unknown): error is Error {
  return (
    error instanceof StoreUnavailable ||
    error instanceof OutcomeUnknown ||
    error instanceof AppendTooLarge ||
    error instanceof StreamGone ||
    (error instanceof Error && (error.name === 'DamagedData' || error.name === 'ImpossibleState'))
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
