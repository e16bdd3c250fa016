import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventIdOf } from '../../../test/support/new-events.ts';
import { codecWith, metadata, origin, recorded, sent } from '../../../test/support/store-events.ts';
import { DamagedData } from '../../domain/kernel/faults.ts';
import type { RecordedEvent } from '../../ports/event-store.ts';
import type { KeyStore, SubjectKey } from '../../ports/key-store.ts';
import { createMemoryKeyStore } from '../key-store/memory-key-store.ts';
import { isSealed, seal, unseal } from './sealing.ts';

const key: SubjectKey = { keyId: 'k-1', secret: new Uint8Array(32).fill(7) };
const other: SubjectKey = { keyId: 'k-2', secret: new Uint8Array(32).fill(8) };

describe('a sealed text', () => {
  test('opens with its key and its place, to the byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', '\u0000', 'é', '🔑', '"') }), (text) => {
        expect(unseal(seal(text, key, 'e/note'), key, 'e/note')).toBe(text);
      }),
    );
  });

  test('never looks the same twice', () => {
    expect(seal('Ada', key, 'e/note')).not.toEqual(seal('Ada', key, 'e/note'));
  });

  test('opens with no other key and at no other place', () => {
    const sealed = seal('Ada', key, 'e/note');
    expect(() => unseal(sealed, other, 'e/note')).toThrow(DamagedData);
    expect(() => unseal(sealed, key, 'e/name')).toThrow(DamagedData);
    expect(() => unseal(sealed, key, 'f/note')).toThrow(DamagedData);
  });

  test('opens with no bit flipped, and not when it was cut', () => {
    const { $sealed } = seal('Ada Lovelace', key, 'e/note');
    const bytes = Buffer.from($sealed, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => unseal({ $sealed: flipped.toString('base64url') }, key, 'e/note')).toThrow(DamagedData);
    }
    for (let length = 0; length < bytes.length; length++) {
      const cut = bytes.subarray(0, length).toString('base64url');
      expect(() => unseal({ $sealed: cut }, key, 'e/note'), `cut at ${length}`).toThrow(DamagedData);
    }
  });

  test('is told from other values by its form', () => {
    expect(isSealed(seal('', key, 'e/note'))).toBe(true);
    for (const value of [undefined, null, 'text', 7, {}, { $sealed: 7 }, []])
      expect(isSealed(value)).toBe(false);
  });
});

describe('personal fields of an event', () => {
  test('never stand in what is stored; the others do', async () => {
    const [event] = await eventsWith(createMemoryKeyStore());
    const text = JSON.stringify(event);
    for (const secret of ['Ada', 'Lovelace', 'James', 'Square']) expect(text).not.toContain(secret);
    expect(JSON.parse(event?.data ?? '')).toMatchObject({ grams: 420, unit: 'g' });
  });

  test('read as erased once the key is gone, and everything else reads on', async () => {
    const keys = createMemoryKeyStore();
    const [decoded] = await codecWith(without(keys)).decode(await eventsWith(keys));
    expect(decoded?.data).toEqual({ recipient: '[erased]', place: '[erased]', grams: 420, unit: 'g' });
  });

  test('of another subject are not touched by it', async () => {
    const keys = createMemoryKeyStore();
    const mine = await eventsWith(keys);
    const theirs = await eventsWith(keys, origin({ stream: 'parcel-2', subject: 'c-2', revision: 4 }));
    const { keyId } = await keys.forSubject('c-1');
    const decoded = await codecWith(without(keys, keyId)).decode([...mine, ...theirs]);
    expect(decoded.map(({ data }) => (data as { recipient: string }).recipient)).toEqual([
      '[erased]',
      'Ada Lovelace',
    ]);
  });

  test('moved to another event, or to another field, do not open', async () => {
    const keys = createMemoryKeyStore();
    const codec = codecWith(keys);
    const [here] = await eventsWith(keys);
    const elsewhere = origin({
      stream: 'parcel-2',
      revision: 3,
      metadata: { ...metadata, commandId: eventIdOf(2) },
    });
    const [there] = await eventsWith(keys, elsewhere);
    const { recipient, place } = JSON.parse(here?.data ?? '');
    for (const data of [{ recipient }, { recipient: place }]) {
      const moved = { ...(there as RecordedEvent), data: JSON.stringify(data) };
      await expect(codec.decode([moved])).rejects.toBeInstanceOf(DamagedData);
    }
    const swapped = {
      ...(here as RecordedEvent),
      data: JSON.stringify({ recipient: place, place: recipient }),
    };
    await expect(codec.decode([swapped])).rejects.toBeInstanceOf(DamagedData);
  });

  test('an event moved as a whole to another stream or revision breaks the chain there', async () => {
    const keys = createMemoryKeyStore();
    const codec = codecWith(keys);
    const [event] = await eventsWith(keys);
    expect(codec.check('', event as RecordedEvent).intact).toBe(true);
    for (const place of [{ stream: 'parcel-2' }, { revision: 1 }])
      expect(codec.check('', { ...(event as RecordedEvent), ...place }).intact).toBe(false);
  });
});

async function eventsWith(keys: KeyStore, from = origin()): Promise<readonly RecordedEvent[]> {
  return recorded((await codecWith(keys).encode([sent], from)).events, from);
}

/** The store after keys were destroyed: one of them, or all. */
function without(keys: KeyStore, keyId?: string): KeyStore {
  const byId = async (ids: readonly string[]) =>
    keys.byId(ids.filter((id) => keyId !== undefined && id !== keyId));
  return { ...keys, byId };
}
