import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newEvent } from '../../../../test/support/new-events.ts';
import { newEventOf, wireEventOf } from './wire-event.ts';

const otherId = newEvent(2).eventId;

test('whatever JSON the metadata is, it comes back to the byte, and with it the id of the event', () => {
  fc.assert(
    fc.property(fc.json(), fc.json(), (data, metadata) => {
      const event = newEvent(1, { data, metadata });
      const wire = wireEventOf(event);
      expect(newEventOf(wire)).toEqual(event);
      expect(() => JSON.parse(wire.metadata)).not.toThrow();
    }),
  );
});

test.each([
  '{}',
  '{"a":1}',
  '{ "a": 1 }',
  '{ }',
  '[]',
  'null',
  '"text"',
  `{"eventId":"${otherId}"}`,
  `{"eventId":"${otherId}","a":1}`,
  `{"eventIdOf":"${otherId}","value":1}`,
])('%s as metadata comes back as it is', (metadata) => {
  const event = newEvent(1, { metadata });
  expect(newEventOf(wireEventOf(event))).toEqual(event);
});

test('in the store the id of the event is the first member of the metadata', () => {
  const { metadata } = wireEventOf(newEvent(1, { metadata: '{"schemaVersion":1}' }));
  expect(metadata).toBe(`{"eventId":"${newEvent(1).eventId}","schemaVersion":1}`);
});

test('the id on the wire is a UUID, the same for the same event, and another for whatever differs', () => {
  const event = newEvent(1);
  const { wireId } = wireEventOf(event);
  expect(wireId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(wireEventOf({ ...event }).wireId).toBe(wireId);
  const others = [
    { ...event, eventId: otherId },
    { ...event, type: 'OrderPlaced' },
    { ...event, data: '{"note":"other"}' },
    { ...event, metadata: '{"schemaVersion":2}' },
    // What is moved from one part into the next.
    { ...event, type: `${event.type}1`, data: event.data },
    { ...event, data: `${event.data} `, metadata: event.metadata },
    { ...event, data: event.data, metadata: ` ${event.metadata}` },
  ];
  expect(new Set([wireId, ...others.map((other) => wireEventOf(other).wireId)]).size).toBe(others.length + 1);
});

test('an event that another program wrote keeps its id and its metadata', () => {
  for (const metadata of ['', '{"$correlationId":"x"}', `{"eventId":"short"}`, '{"eventId":']) {
    const event = { wireId: otherId, type: 'OrderPlaced', data: '{}', metadata };
    expect(newEventOf(event)).toEqual({ eventId: otherId, type: 'OrderPlaced', data: '{}', metadata });
  }
});

test('what is no UUID is no id of an event', () => {
  expect(() => wireEventOf(newEvent(1, { eventId: 'x' }))).toThrow('x is not the id of an event');
});
