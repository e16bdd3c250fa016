import { noStream } from '../../../domain/kernel/log.ts';
import { fieldLength, ProtobufWriter, varintLength } from './protobuf-writer.ts';
import type { WireEvent } from './wire-event.ts';

/** An append as it goes to the server. */
export interface WireAppend {
  /** The whole name of the stream there. ASCII. */
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly WireEvent[];
}

/** About as many as the bytes it takes, and never more. */
export function charactersIn({ events }: WireAppend): number {
  let characters = 0;
  for (const { data, metadata } of events) characters += data.length + metadata.length;
  return characters;
}

/** Fields of `BatchAppendReq`, `AppendReq` and what they are made of; the options and the events of both are alike. */
const batch = { correlationId: 1, options: 2, event: 3, isFinal: 4 } as const;
const single = { options: 1, event: 2 } as const;
const options = { stream: 1, revision: 2, noStream: 3 } as const;
const proposed = { id: 1, property: 2, metadata: 3, data: 4 } as const;
const uuidText = 2;
const streamName = 3;
const property = { key: 1, value: 2 } as const;

const uuidLength = 36;
const uuidMessageLength = fieldLength(uuidLength);
const typeKey = 'type';
const contentTypeKey = 'content-type';
/** Everything is JSON, and says so: then the server and its tools show it as such. */
const json = 'application/json';
const contentTypeLength = fieldLength(contentTypeKey.length) + fieldLength(json.length);

/** An event with the lengths of its parts in UTF-8, each counted once. */
interface Measured {
  readonly event: WireEvent;
  readonly type: number;
  readonly metadata: number;
  readonly data: number;
  readonly whole: number;
}

/** The whole append in one message of a batch call. `correlationId` is a UUID, by which the reply is known. */
export function batchRequest(append: WireAppend, correlationId: string): Buffer {
  const events = append.events.map(measured);
  const optionsLength = lengthOfOptions(append);
  const eventsLength = events.reduce((sum, { whole }) => sum + fieldLength(whole), 0);
  const isFinalLength = 2;
  const writer = new ProtobufWriter(
    fieldLength(uuidMessageLength) + fieldLength(optionsLength) + eventsLength + isFinalLength,
  );
  writer.counted(batch.correlationId, uuidMessageLength).ascii(uuidText, correlationId);
  writeOptions(writer.counted(batch.options, optionsLength), append);
  for (const each of events) writeEvent(writer.counted(batch.event, each.whole), each);
  return writer.number(batch.isFinal, 1).bytes;
}

/** The messages of a call that appends once: the options, then each event. */
export function* singleRequest(append: WireAppend): Generator<Buffer> {
  const length = lengthOfOptions(append);
  const head = new ProtobufWriter(fieldLength(length));
  writeOptions(head.counted(single.options, length), append);
  yield head.bytes;
  for (const event of append.events) {
    const each = measured(event);
    const writer = new ProtobufWriter(fieldLength(each.whole));
    writeEvent(writer.counted(single.event, each.whole), each);
    yield writer.bytes;
  }
}

function lengthOfOptions({ stream, expected }: WireAppend): number {
  const expectation = expected === noStream ? fieldLength(0) : 1 + varintLength(expected);
  return fieldLength(fieldLength(stream.length)) + expectation;
}

function writeOptions(writer: ProtobufWriter, { stream, expected }: WireAppend): void {
  writer.counted(options.stream, fieldLength(stream.length)).ascii(streamName, stream);
  if (expected === noStream) writer.counted(options.noStream, 0);
  else writer.number(options.revision, expected);
}

function measured(event: WireEvent): Measured {
  const type = Buffer.byteLength(event.type);
  const metadata = Buffer.byteLength(event.metadata);
  const data = Buffer.byteLength(event.data);
  const whole =
    fieldLength(uuidMessageLength) +
    fieldLength(fieldLength(typeKey.length) + fieldLength(type)) +
    fieldLength(contentTypeLength) +
    fieldLength(metadata) +
    fieldLength(data);
  return { event, type, metadata, data, whole };
}

function writeEvent(writer: ProtobufWriter, { event, type, metadata, data }: Measured): void {
  writer.counted(proposed.id, uuidMessageLength).ascii(uuidText, event.wireId);
  writer.counted(proposed.property, fieldLength(typeKey.length) + fieldLength(type));
  writer.ascii(property.key, typeKey).text(property.value, event.type, type);
  writer.counted(proposed.property, contentTypeLength);
  writer.ascii(property.key, contentTypeKey).ascii(property.value, json);
  writer.text(proposed.metadata, event.metadata, metadata).text(proposed.data, event.data, data);
}
