import { ProtobufReader } from './protobuf-reader.ts';
import type { WireEvent } from './wire-event.ts';

/** An event as a server sends it. Numbers may be larger than a safe integer: whoever uses them checks. */
export interface SentEvent extends WireEvent {
  /** Its whole name on the server. What is not ASCII in it is not to be relied on. */
  readonly stream: string;
  readonly revision: number;
  /** 2^64 where the server does not say it: older ones in reads of a stream. */
  readonly position: number;
}

/** One message of a read or of a subscription. */
export type ReadReply = SentEvent | 'no-stream' | 'confirmed' | 'other';

/** Fields of `ReadResp`, `ReadEvent` and `RecordedEvent` in streams.proto, and of what they are made of. */
const reply = { event: 1, confirmation: 2, streamNotFound: 4 } as const;
const readEvent = { event: 1 } as const;
const recorded = {
  id: 1,
  stream: 2,
  revision: 3,
  position: 5,
  properties: 6,
  metadata: 7,
  data: 8,
} as const;
const uuidText = 2;
const streamName = 3;
const property = { key: 1, value: 2 } as const;

/**
 * By hand, because this is done for every event that is ever read: the generated classes make ten objects of an event and
 * copy its texts twice.
 */
export function readReplyFrom(bytes: Buffer): ReadReply {
  const reader = new ProtobufReader(bytes);
  for (let field = reader.next(reader.end); field !== 0; field = reader.next(reader.end)) {
    if (field === reply.event) return eventIn(reader);
    if (field === reply.streamNotFound) return 'no-stream';
    if (field === reply.confirmation) return 'confirmed';
    reader.skip();
  }
  return 'other';
}

function eventIn(reader: ProtobufReader): SentEvent {
  const end = reader.message();
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === readEvent.event) return recordedEvent(reader);
    reader.skip();
  }
  throw new RangeError('an event without an event');
}

function recordedEvent(reader: ProtobufReader): SentEvent {
  const end = reader.message();
  let wireId = '';
  let stream = '';
  let revision = 0;
  let position = 0;
  let type = '';
  let metadata = '';
  let data = '';
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === recorded.id) wireId = textIn(reader, uuidText);
    else if (field === recorded.stream) stream = textIn(reader, streamName);
    else if (field === recorded.revision) revision = reader.varint();
    else if (field === recorded.position) position = reader.varint();
    else if (field === recorded.properties) type = typeIn(reader) ?? type;
    else if (field === recorded.metadata) metadata = reader.utf8();
    else if (field === recorded.data) data = reader.utf8();
    else reader.skip();
  }
  return { wireId, stream, revision, position, type, metadata, data };
}

/** The one text of interest in a small message. */
function textIn(reader: ProtobufReader, wanted: number): string {
  const end = reader.message();
  let text = '';
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === wanted) text = reader.latin1();
    else reader.skip();
  }
  return text;
}

/** The value of a property, if it is the type of the event. */
function typeIn(reader: ProtobufReader): string | undefined {
  const end = reader.message();
  let key = '';
  let value: string | undefined;
  for (let field = reader.next(end); field !== 0; field = reader.next(end)) {
    if (field === property.key) key = reader.latin1();
    else if (field === property.value && key === 'type') value = reader.utf8();
    else reader.skip();
  }
  return value;
}
