import { noStream } from '../../../domain/kernel/log.ts';
import { ProtobufReader } from './protobuf-reader.ts';

/** What a server answers to an append, however it was sent. */
export type AppendReply =
  | {
      readonly kind: 'appended';
      readonly revision: number;
      /** Of the last event; not there where the server repeats what it can no longer show. */
      readonly position: number | undefined;
    }
  | { readonly kind: 'conflict'; readonly actual: number }
  /** `name` is that of a message of shared.proto, such as `AccessDenied`. */
  | { readonly kind: 'refused'; readonly name: string; readonly message: string };

/** Fields of `BatchAppendResp`, `AppendResp` and what they are made of; success looks the same in both. */
const batch = { correlationId: 1, error: 2, success: 3 } as const;
const single = { success: 1, wrongExpectedVersion: 2 } as const;
const success = { revision: 1, position: 3 } as const;
const position = { commit: 1 } as const;
const status = { message: 2, details: 3 } as const;
const any = { type: 1, value: 2 } as const;
/** Of the message with this name inside a batch reply, and of that in the reply to one append. */
const batchConflict = { current: 1 } as const;
const singleConflict = { currentOf20: 1, current: 6 } as const;
const uuid = { structured: 1, text: 2 } as const;
const structured = { leastSignificant: 2 } as const;

/** A reply on a batch call, with the number of the append that it answers: see `correlationIdOf`. */
export function batchReplyFrom(bytes: Buffer): { readonly number: number; readonly reply: AppendReply } {
  const reader = new ProtobufReader(bytes);
  let number = 0;
  let reply: AppendReply = { kind: 'refused', name: 'Unknown', message: 'an empty reply' };
  for (let field = reader.next(reader.end); field !== 0; field = reader.next(reader.end)) {
    if (field === batch.correlationId) number = numberIn(reader);
    else if (field === batch.success) reply = successIn(reader);
    else if (field === batch.error) reply = errorIn(reader);
    else reader.skip();
  }
  return { number, reply };
}

export function singleReplyFrom(bytes: Buffer): AppendReply {
  const reader = new ProtobufReader(bytes);
  for (let field = reader.next(reader.end); field !== 0; field = reader.next(reader.end)) {
    if (field === single.success) return successIn(reader);
    if (field === single.wrongExpectedVersion)
      return conflictIn(reader, reader.message(), [singleConflict.currentOf20, singleConflict.current]);
    reader.skip();
  }
  return { kind: 'refused', name: 'Unknown', message: 'an empty reply' };
}

/** The id by which a reply is known: the nth append that was sent with `prefix`, the first 24 characters of a UUID. */
export function correlationIdOf(prefix: string, number: number): string {
  return prefix + number.toString(16).padStart(12, '0');
}

/** A server answers with the id as text, as it was sent, or with the two halves of it. */
function numberIn(reader: ProtobufReader): number {
  const end = reader.message();
  let number = 0;
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === uuid.text) number = Number.parseInt(reader.latin1().slice(-12), 16);
    else if (field === uuid.structured) number = lowBitsIn(reader);
    else reader.skip();
  }
  return number;
}

function lowBitsIn(reader: ProtobufReader): number {
  const end = reader.message();
  let bits = 0;
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === structured.leastSignificant) bits = Number(BigInt.asUintN(48, reader.bits()));
    else reader.skip();
  }
  return bits;
}

function successIn(reader: ProtobufReader): AppendReply {
  const end = reader.message();
  let revision = 0;
  let at: number | undefined;
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === success.revision) revision = reader.varint();
    else if (field === success.position) at = numberAt(reader, position.commit);
    else reader.skip();
  }
  return { kind: 'appended', revision, position: at };
}

function numberAt(reader: ProtobufReader, wanted: number): number {
  const end = reader.message();
  let value = 0;
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === wanted) value = reader.varint();
    else reader.skip();
  }
  return value;
}

/** `google.rpc.Status`; what went wrong is the name of the message among its details. */
function errorIn(reader: ProtobufReader): AppendReply {
  const end = reader.message();
  let message = '';
  let reply: AppendReply | undefined;
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === status.message) message = reader.utf8();
    else if (field === status.details) reply = detailsIn(reader);
    else reader.skip();
  }
  if (reply?.kind === 'conflict') return reply;
  return { kind: 'refused', name: reply?.kind === 'refused' ? reply.name : '', message };
}

function detailsIn(reader: ProtobufReader): AppendReply {
  const end = reader.message();
  let reply: AppendReply = { kind: 'refused', name: '', message: '' };
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === any.type) {
      const name = reader.latin1().replace(/^.*[./]/, '');
      reply =
        name === 'WrongExpectedVersion'
          ? { kind: 'conflict', actual: noStream }
          : { kind: 'refused', name, message: '' };
    } else if (field === any.value && reply.kind === 'conflict')
      reply = conflictIn(reader, reader.message(), [batchConflict.current]);
    else reader.skip();
  }
  return reply;
}

/** Where it says no revision there is no stream. */
function conflictIn(reader: ProtobufReader, end: number, fields: readonly number[]): AppendReply {
  let actual: number = noStream;
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (fields.includes(field)) actual = reader.varint();
    else reader.skip();
  }
  return { kind: 'conflict', actual };
}
