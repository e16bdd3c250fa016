import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import {
  codecWith,
  lost,
  metadata,
  origin,
  parcelEvents,
  recorded,
  sent,
} from '../../../test/support/store-events.ts';
import { personal } from '../../domain/kernel/event-catalogue.ts';
import { DamagedData, StoreUnavailable, UnreadableEvent } from '../../domain/kernel/faults.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { RecordedEvent } from '../../ports/event-store.ts';
import { createMemoryKeyStore } from '../key-store/memory-key-store.ts';

const codec = codecWith(createMemoryKeyStore());

/** What a parcel was in the first version. */
const firstData = z.strictObject({ name: personal(z.string()), weight: z.int() });

async function encoded(events = [sent, lost], from = origin()): Promise<readonly RecordedEvent[]> {
  return recorded((await codec.encode(events, from)).events, from);
}

describe('what is written comes back', () => {
  test('events decode to what was encoded, with where they stand and how they came about', async () => {
    const [first, second] = await codec.decode(await encoded());
    expect(first).toMatchObject({
      type: 'ParcelSent',
      data: sent.data,
      at: metadata.occurredAt,
      actor: 'c-1',
      stream: 'parcel-1',
      revision: 0,
      position: 100,
    });
    expect(first?.metadata).toMatchObject({ ...metadata, schemaVersion: 3 });
    expect(second).toMatchObject({ type: 'ParcelLost', data: {}, revision: 1, position: 101 });
  });

  test('everything a command carries is remembered, and what it does not carry is left out', async () => {
    const full = { ...metadata, correlationId: 'x', causationId: 'y', traceparent: '00-1-2-01' };
    const [event] = await codec.decode(await encoded([lost], origin({ metadata: full })));
    expect(event?.metadata).toEqual({
      ...full,
      schemaVersion: 1,
      hash: expect.stringMatching(/^[\w-]{43}$/),
    });
    const [plain] = await encoded([lost]);
    expect(Object.keys(JSON.parse(plain?.metadata ?? ''))).not.toContain('causationId');
  });

  test('a fact that took effect before it was recorded is of that time', async () => {
    const effectiveAt = '2025-12-24T00:00:00.000Z' as Instant;
    const [event] = await codec.decode(
      await encoded([lost], origin({ metadata: { ...metadata, effectiveAt } })),
    );
    expect(event?.at).toBe(effectiveAt);
    expect(event?.metadata.occurredAt).toBe(metadata.occurredAt);
  });

  test('text that needs escaping comes back as it was', async () => {
    const actor = 'q"\\\n\u2028🔑';
    const data = { recipient: 'q"\\\n\u2028🔑"},"hash":"', grams: 1, unit: 'g' };
    const events = await encoded(
      [{ type: 'ParcelSent', data }],
      origin({ metadata: { ...metadata, actor } }),
    );
    const [event] = await codec.decode(events);
    expect(event).toMatchObject({ data, actor });
  });

  test('ids follow from the command and the place among its events: a retry gives the same ones', async () => {
    const ids = (await encoded()).map(({ eventId }) => eventId);
    const again = (await encoded()).map(({ eventId }) => eventId);
    const other = await encoded([sent, lost], origin({ metadata: { ...metadata, commandId: ids[0] ?? '' } }));
    expect(again).toEqual(ids);
    expect(new Set([...ids, ...other.map(({ eventId }) => eventId)]).size).toBe(4);
  });

  test('nothing to decode is nothing', async () => {
    expect(await codec.decode([])).toEqual([]);
  });
});

describe('what this build does not know', () => {
  test('an event of an unknown type stops the reading, and says where it stands', async () => {
    const [known, next] = await encoded();
    const unknown = { ...(next as RecordedEvent), type: 'ParcelTeleported' };
    const failure = await codec.decode([known as RecordedEvent, unknown]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(UnreadableEvent);
    expect(failure).toMatchObject({ stream: 'parcel-1', revision: 1, position: 101 });
    expect((failure as Error).message).toContain('ParcelTeleported at parcel-1@1');
  });

  test('the first event that cannot be read is the one that is named', async () => {
    const unknown = (await encoded([lost, lost, lost])).map((event) => ({
      ...event,
      type: 'ParcelTeleported',
    }));
    await expect(codec.decode(unknown)).rejects.toMatchObject({ position: 100 });
  });

  test('an event of a newer version stops the reading, and says what to do', async () => {
    const newer = codecWith(createMemoryKeyStore(), {
      ...parcelEvents,
      ParcelLost: { ...parcelEvents.ParcelLost, version: 2 },
    });
    const events = recorded((await newer.encode([lost], origin())).events);
    await expect(codec.decode(events)).rejects.toBeInstanceOf(UnreadableEvent);
    await expect(codec.decode(events)).rejects.toThrow('version 2 is newer than 1; upgrade this build');
  });

  test('an older version that nothing lifts stops the reading', async () => {
    await expect(codec.decode([stored('ParcelSent', {}, 0)])).rejects.toBeInstanceOf(UnreadableEvent);
  });

  test('an event that is in no catalogue cannot be written', async () => {
    await expect(async () =>
      codec.encode([{ type: 'ParcelTeleported', data: {} }], origin()),
    ).rejects.toThrow('ParcelTeleported');
  });
});

test('what is stored and is no JSON is damaged data, and says where', async () => {
  const [event] = await encoded([lost]);
  const cut = { ...(event as RecordedEvent), data: '{"grams":4' };
  await expect(codec.decode([cut])).rejects.toBeInstanceOf(DamagedData);
  await expect(codec.decode([cut])).rejects.toThrow('ParcelLost at parcel-1@0 (position 100)');
});

describe('older versions', () => {
  test('data of the first version is lifted step by step to the current one', async () => {
    const [event] = await codec.decode([stored('ParcelSent', { name: 'Ada', weight: 420 }, 1)]);
    expect(event?.data).toEqual({ recipient: 'Ada', grams: 420, unit: 'g' });
    expect(event?.metadata.schemaVersion).toBe(1);
  });

  test('data of a version in between takes only the steps that are left', async () => {
    const [event] = await codec.decode([stored('ParcelSent', { recipient: 'Ada', grams: 1 }, 2)]);
    expect(event?.data).toEqual({ recipient: 'Ada', grams: 1, unit: 'g' });
  });

  test('what is lifted is what the schema says', async () => {
    const [good] = await codec.decode([stored('ParcelSent', { name: 'Ada', weight: 420 }, 1)]);
    const [bad] = await codec.decode([stored('ParcelSent', { name: 7, weight: 'much' }, 1)]);
    expect(good && codec.complaint(good)).toBeUndefined();
    expect(bad && codec.complaint(bad)).toMatch(/recipient: .*; grams: /);
  });

  test('a personal field may be renamed by a later version and is read all the same', async () => {
    const keys = createMemoryKeyStore();
    const older = codecWith(keys, { ParcelSent: { version: 1, data: firstData } });
    const data = { name: 'Ada Lovelace', weight: 420 };
    const { events } = await older.encode([{ type: 'ParcelSent', data }], origin());
    expect(events[0]?.data).not.toContain('Ada');
    const [event] = await codecWith(keys).decode(recorded(events));
    expect(event?.data).toEqual({ recipient: 'Ada Lovelace', grams: 420, unit: 'g' });
  });
});

describe('keys that cannot be had', () => {
  test('nothing personal is written while the key store is away; what is not personal is', async () => {
    const keys = createMemoryKeyStore();
    await keys.close();
    const away = codecWith(keys);
    await expect(async () => away.encode([sent], origin())).rejects.toBeInstanceOf(StoreUnavailable);
    expect((await away.encode([lost], origin())).events).toHaveLength(1);
  });

  test('nothing is read as erased while the key store is away', async () => {
    const keys = createMemoryKeyStore();
    const events = recorded((await codecWith(keys).encode([sent], origin())).events);
    await keys.close();
    await expect(codecWith(keys).decode(events)).rejects.toBeInstanceOf(StoreUnavailable);
  });
});

/** An event as an earlier build stored it. */
function stored(type: string, data: object, schemaVersion: number): RecordedEvent {
  const text = JSON.stringify({ schemaVersion, ...metadata, hash: 'h'.repeat(43) });
  const [event] = recorded([
    { eventId: metadata.commandId, type, data: JSON.stringify(data), metadata: text },
  ]);
  return event as RecordedEvent;
}
