import { z } from 'zod';
import { createEventCodec } from '../../src/adapters/codec/event-codec.ts';
import { nodeDigest } from '../../src/adapters/digest/node-digest.ts';
import { type Catalogue, defineEvents, personal } from '../../src/domain/kernel/event-catalogue.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { noStream } from '../../src/domain/kernel/log.ts';
import type { CommandMetadata, EventCodec, Origin, UnencodedEvent } from '../../src/ports/event-codec.ts';
import type { NewEvent, RecordedEvent } from '../../src/ports/event-store.ts';
import type { KeyStore } from '../../src/ports/key-store.ts';
import { eventIdOf } from './new-events.ts';

/** A little aggregate of its own, so that the codec is held to its promises and not to today's orders. */
export const parcelEvents = defineEvents<object>()({
  ParcelSent: {
    version: 3,
    data: z.strictObject({
      recipient: personal(z.string()),
      place: personal(z.strictObject({ line: z.string() })).exactOptional(),
      grams: z.int(),
      unit: z.literal('g'),
    }),
    upcasts: {
      1: ({ name, weight, ...rest }) => ({ ...rest, recipient: name, grams: weight }),
      2: (older) => ({ ...older, unit: 'g' }),
    },
    creates: (data) => data,
  },
  ParcelLost: { version: 1, data: z.strictObject({}), evolve: (state) => state },
});

export const sent: UnencodedEvent = {
  type: 'ParcelSent',
  data: { recipient: 'Ada Lovelace', place: { line: '12 St James’s Square' }, grams: 420, unit: 'g' },
};
export const lost: UnencodedEvent = { type: 'ParcelLost', data: {} };

export const metadata: CommandMetadata = {
  commandId: eventIdOf(1),
  command: 'SendParcel',
  fingerprint: 'f'.repeat(43),
  actor: 'c-1',
  requestId: 'request-1',
  occurredAt: '2026-01-31T09:30:00.000Z' as Instant,
};

export function origin(changes: Partial<Origin> = {}): Origin {
  return { stream: 'parcel-1', revision: noStream, lastHash: '', subject: 'c-1', metadata, ...changes };
}

export function codecWith(keys: KeyStore, catalogue: Catalogue = parcelEvents): EventCodec {
  return createEventCodec([catalogue], keys, nodeDigest);
}

/** Encoded events as a store would answer them, in one stream from `revision`. */
export function recorded(
  events: readonly NewEvent[],
  { stream, revision }: Pick<Origin, 'stream' | 'revision'> = origin(),
): readonly RecordedEvent[] {
  return events.map((event, index) => ({
    ...event,
    stream,
    revision: revision + 1 + index,
    position: 100 + index,
  }));
}
