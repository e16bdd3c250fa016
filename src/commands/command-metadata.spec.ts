import { expect, test } from 'vitest';
import type { Instant } from '../domain/kernel/instant.ts';
import { metadataOf } from './command-metadata.ts';

const occurredAt = '2026-01-05T12:00:00.000Z' as Instant;
const earlier = '2026-01-04T12:00:00.000Z' as Instant;

const envelope = {
  commandId: '6d0a8a3e-1c55-5d7e-9d0c-2a6f9f1c0b11',
  fingerprint: 'f'.repeat(64),
  aggregateId: 'order-1',
  command: { type: 'AddNote' },
  actor: 'customer-1',
  requestId: 'request-1',
};

const least = {
  commandId: envelope.commandId,
  command: 'AddNote',
  fingerprint: envelope.fingerprint,
  actor: 'customer-1',
  requestId: 'request-1',
  occurredAt,
};

test('events remember who asked for what, and when it happened', () => {
  expect(metadataOf(envelope, occurredAt)).toStrictEqual(least);
});

test.each([
  ['correlationId', 'correlation-1'],
  ['causationId', '8a2b6f0e-4d4f-5f5e-8d53-0c3f0f1d2a3b'],
  ['traceparent', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'],
  ['effectiveAt', earlier],
])('events remember %s where there is one, and nothing in its place where there is none', (name, value) => {
  expect(metadataOf({ ...envelope, [name]: value }, occurredAt)).toStrictEqual({ ...least, [name]: value });
});

test('a time of effect is told apart only where it is another than that of the event', () => {
  expect(metadataOf({ ...envelope, effectiveAt: occurredAt }, occurredAt)).toStrictEqual(least);
});
