import type { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { AppendReq, BatchAppendReq, ReadReq } from '@eventstore/db-client/generated/streams_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import type { ExpectedRevision } from './commit-check.ts';
import type { LogRecord, ProposedEvent } from './log.ts';
import { deletedRevision } from './stream-metadata.ts';

/** What a call is about, read from its first message. */
export function streamNameOf(identifier: StreamIdentifier | undefined): string {
  return Buffer.from(identifier?.getStreamName_asU8() ?? []).toString();
}

export function identifierOf(stream: string): StreamIdentifier {
  return new shared.StreamIdentifier().setStreamName(Buffer.from(stream));
}

/** The options of an append, a delete and a tombstone say it in the same way; those of a batch call it a position. */
export function expectedRevisionOf(options: {
  hasNoStream(): boolean;
  hasAny(): boolean;
  hasStreamExists(): boolean;
  getRevision?(): string;
  getStreamPosition?(): string;
}): ExpectedRevision {
  if (options.hasNoStream()) return 'no_stream';
  if (options.hasAny()) return 'any';
  if (options.hasStreamExists()) return 'stream_exists';
  return Number(options.getRevision?.() ?? options.getStreamPosition?.());
}

/** @returns the name of the property that is missing, where one is. */
export function proposedEventFrom(
  message: AppendReq.ProposedMessage | BatchAppendReq.ProposedMessage,
): ProposedEvent | string {
  const properties = message.getMetadataMap();
  const type = properties.get('type');
  const contentType = properties.get('content-type');
  if (type === undefined) return 'type';
  if (contentType === undefined) return 'content-type';
  return {
    id: idOf(message.getId()),
    type,
    isJson: contentType === 'application/json',
    data: message.getData_asU8(),
    metadata: message.getCustomMetadata_asU8(),
  };
}

/** An id is sent as a text, or as two halves of 64 bits with a sign. */
export function idOf(id: InstanceType<typeof shared.UUID> | undefined): string {
  const halves = id?.getStructured();
  if (halves === undefined) return (id?.getString() ?? '').toLowerCase();
  const hex = [halves.getMostSignificantBits(), halves.getLeastSignificantBits()]
    .map((half) => BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, '0'))
    .join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Replies of a read are made here byte by byte only once for each event, however often it is read. */
export function eventReply(record: LogRecord): Buffer {
  record.wire ??= encoded(new streams.ReadResp().setEvent(readEvent(record)));
  return record.wire;
}

export function streamNotFoundReply(stream: string): Buffer {
  const notFound = new streams.ReadResp.StreamNotFound().setStreamIdentifier(identifierOf(stream));
  return encoded(new streams.ReadResp().setStreamNotFound(notFound));
}

export function confirmationReply(subscriptionId: string): Buffer {
  const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId(subscriptionId);
  return encoded(new streams.ReadResp().setConfirmation(confirmation));
}

export function checkpointReply(position: number): Buffer {
  const checkpoint = new streams.ReadResp.Checkpoint();
  checkpoint.setCommitPosition(String(position)).setPreparePosition(String(position));
  return encoded(new streams.ReadResp().setCheckpoint(checkpoint));
}

export function caughtUpReply(): Buffer {
  return encoded(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
}

/** Where a read or a subscription begins: a revision of its stream, or a position. */
export type Beginning = number | 'start' | 'end';

export function beginningOf(options: ReadReq.Options.StreamOptions | ReadReq.Options.AllOptions): Beginning {
  if (options.hasStart()) return 'start';
  if (options.hasEnd()) return 'end';
  return Number(
    options instanceof streams.ReadReq.Options.AllOptions
      ? options.getPosition()?.getCommitPosition()
      : options.getRevision(),
  );
}

function readEvent(record: LogRecord) {
  const position = String(record.position);
  const event = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(record.id))
    .setStreamIdentifier(identifierOf(record.stream))
    .setStreamRevision(record.revision === deletedRevision ? '9223372036854775807' : String(record.revision))
    .setCommitPosition(position)
    .setPreparePosition(position)
    .setData(record.data)
    .setCustomMetadata(record.metadata);
  event
    .getMetadataMap()
    .set('type', record.type)
    .set('created', `${record.createdMs}0000`)
    .set('content-type', record.isJson ? 'application/json' : 'application/octet-stream');
  return new streams.ReadResp.ReadEvent().setEvent(event).setCommitPosition(position);
}

function encoded(message: { serializeBinary(): Uint8Array }): Buffer {
  const bytes = message.serializeBinary();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
