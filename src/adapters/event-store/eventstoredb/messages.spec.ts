import shared from '@eventstore/db-client/generated/shared_pb.js';
import streams from '@eventstore/db-client/generated/streams_pb.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newEvent } from '../../../../test/support/new-events.ts';
import { noStream } from '../../../domain/kernel/log.ts';
import { batchReplyFrom, correlationIdOf, singleReplyFrom } from './append-reply.ts';
import { batchRequest, singleRequest } from './append-request.ts';
import { readReplyFrom } from './read-reply.ts';
import { abilitiesFrom } from './server-abilities.ts';
import { wireEventOf } from './wire-event.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 300 });
const wireEvents = fc.array(
  fc
    .record({ type: text, data: text, metadata: text })
    .map((parts) => ({ ...parts, wireId: wireEventOf(newEvent(1)).wireId })),
  { minLength: 1, maxLength: 5 },
);
const appends = fc.record({
  stream: fc.constantFrom('t1.order-a', `order-${'x'.repeat(150)}`),
  expected: fc.oneof(fc.constant(noStream), fc.nat(300), fc.maxSafeNat()),
  events: wireEvents,
});

const utf8 = (bytes: Uint8Array) => Buffer.from(bytes).toString();

function proposedIn(message: InstanceType<typeof streams.BatchAppendReq.ProposedMessage>) {
  expect(message.getMetadataMap().get('content-type')).toBe('application/json');
  return {
    wireId: message.getId()?.getString(),
    type: message.getMetadataMap().get('type'),
    data: utf8(message.getData_asU8()),
    metadata: utf8(message.getCustomMetadata_asU8()),
  };
}

test('an append in a batch says to the server what it says here', () => {
  fc.assert(
    fc.property(appends, fc.nat(), (append, number) => {
      const id = correlationIdOf('00000000-0000-4000-8000-', number);
      const request = streams.BatchAppendReq.deserializeBinary(batchRequest(append, id));
      const options = request.getOptions();
      expect(request.getCorrelationId()?.getString()).toBe(id);
      expect(request.getIsFinal()).toBe(true);
      expect(utf8(options?.getStreamIdentifier()?.getStreamName_asU8() ?? Buffer.alloc(0))).toBe(
        append.stream,
      );
      expect(options?.hasNoStream()).toBe(append.expected === noStream);
      if (append.expected !== noStream) expect(options?.getStreamPosition()).toBe(String(append.expected));
      // A deadline would be compared with the clock of another machine.
      expect(options?.hasDeadline()).toBe(false);
      expect(request.getProposedMessagesList().map(proposedIn)).toEqual(append.events);
    }),
  );
});

test('an append by itself says the same', () => {
  fc.assert(
    fc.property(appends, (append) => {
      const [head, ...events] = [...singleRequest(append)].map((each) =>
        streams.AppendReq.deserializeBinary(each),
      );
      const options = head?.getOptions();
      expect(utf8(options?.getStreamIdentifier()?.getStreamName_asU8() ?? Buffer.alloc(0))).toBe(
        append.stream,
      );
      expect(options?.hasNoStream()).toBe(append.expected === noStream);
      const proposed = events.map((each) => each.getProposedMessage() ?? expect.fail('no event'));
      expect(proposed.map(proposedIn)).toEqual(append.events);
    }),
  );
});

function recordedEvent(stream: string, revision: string, position: string) {
  const event = new streams.ReadResp.ReadEvent.RecordedEvent()
    .setId(new shared.UUID().setString(newEvent(1).eventId))
    .setStreamIdentifier(new shared.StreamIdentifier().setStreamName(Buffer.from(stream)))
    .setStreamRevision(revision)
    .setCommitPosition(position)
    .setPreparePosition(position);
  event.getMetadataMap().set('created', '638000000000000000').set('type', 'Tür').set('content-type', 'x');
  return event;
}

test('an event is read as the server sends it', () => {
  fc.assert(
    fc.property(text, text, fc.maxSafeNat(), (data, metadata, position) => {
      const event = recordedEvent('order-a', '7', String(position))
        .setData(Buffer.from(data))
        .setCustomMetadata(Buffer.from(metadata));
      const reply = new streams.ReadResp().setEvent(
        new streams.ReadResp.ReadEvent().setEvent(event).setCommitPosition(String(position)),
      );
      expect(readReplyFrom(Buffer.from(reply.serializeBinary()))).toEqual({
        wireId: newEvent(1).eventId,
        stream: 'order-a',
        revision: 7,
        position,
        type: 'Tür',
        data,
        metadata,
      });
    }),
  );
});

test('a position that is more than a number can hold is read as one that is not safe', () => {
  const event = recordedEvent('order-a', '1', '18446744073709551615');
  const reply = new streams.ReadResp().setEvent(new streams.ReadResp.ReadEvent().setEvent(event));
  const read = readReplyFrom(Buffer.from(reply.serializeBinary()));
  expect(typeof read === 'object' && Number.isSafeInteger(read.position)).toBe(false);
});

test('other messages of a read are told apart', () => {
  const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId('x');
  const bytes = (message: InstanceType<typeof streams.ReadResp>) => Buffer.from(message.serializeBinary());
  expect(readReplyFrom(bytes(new streams.ReadResp().setConfirmation(confirmation)))).toBe('confirmed');
  expect(
    readReplyFrom(bytes(new streams.ReadResp().setStreamNotFound(new streams.ReadResp.StreamNotFound()))),
  ).toBe('no-stream');
  expect(readReplyFrom(bytes(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp())))).toBe(
    'other',
  );
  expect(readReplyFrom(bytes(new streams.ReadResp().setLastStreamPosition('9')))).toBe('other');
});

test('the reply to an append is known by its number, whichever way the server writes the id', () => {
  const success = new streams.BatchAppendResp.Success().setCurrentRevision('3');
  success.setPosition(new shared.AllStreamPosition().setCommitPosition('77').setPreparePosition('77'));
  const asText = new shared.UUID().setString(correlationIdOf('123e4567-e89b-42d3-a456-', 0xabcdef));
  const halves = new shared.UUID.Structured()
    .setMostSignificantBits('1314564453825188563')
    .setLeastSignificantBits(String(BigInt.asIntN(64, 0xa456_0000_00ab_cdefn)));
  for (const id of [asText, new shared.UUID().setStructured(halves)]) {
    const reply = new streams.BatchAppendResp().setCorrelationId(id).setSuccess(success);
    expect(batchReplyFrom(Buffer.from(reply.serializeBinary()))).toEqual({
      number: 0xabcdef,
      reply: { kind: 'appended', revision: 3, position: 77 },
    });
  }
});

test('the reply to an append by itself says where the stream is now', () => {
  const conflict = new streams.AppendResp.WrongExpectedVersion().setCurrentRevision('5');
  const reply = new streams.AppendResp().setWrongExpectedVersion(conflict);
  expect(singleReplyFrom(Buffer.from(reply.serializeBinary()))).toEqual({ kind: 'conflict', actual: 5 });
  const none = new streams.AppendResp().setWrongExpectedVersion(
    new streams.AppendResp.WrongExpectedVersion().setCurrentNoStream(new shared.Empty()),
  );
  expect(singleReplyFrom(Buffer.from(none.serializeBinary()))).toEqual({
    kind: 'conflict',
    actual: noStream,
  });
});

test('what is cut off is no message', () => {
  const event = recordedEvent('order-a', '1', '5').setData(Buffer.from('{}'));
  const reply = new streams.ReadResp().setEvent(new streams.ReadResp.ReadEvent().setEvent(event));
  const bytes = Buffer.from(reply.serializeBinary());
  expect(() => readReplyFrom(bytes.subarray(0, bytes.length - 20))).toThrow(RangeError);
  expect(abilitiesFrom(Buffer.alloc(0))).toEqual({ batchAppend: false, filteredReads: false });
});
