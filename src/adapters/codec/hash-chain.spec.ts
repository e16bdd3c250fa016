import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codecWith, lost, origin, recorded, sent } from '../../../test/support/store-events.ts';
import type { RecordedEvent } from '../../ports/event-store.ts';
import { createMemoryKeyStore } from '../key-store/memory-key-store.ts';
import { splitHash, withHash } from './hash-chain.ts';

const codec = codecWith(createMemoryKeyStore());

/** Four events of one stream, appended by two commands. */
async function chain(): Promise<readonly RecordedEvent[]> {
  const first = await codec.encode([sent, lost], origin());
  const second = origin({ revision: 1, lastHash: first.lastHash });
  const { events } = await codec.encode([lost, lost], second);
  return [...recorded(first.events), ...recorded(events, second)];
}

/** Revisions at which the chain is broken. */
function brokenAt(events: readonly RecordedEvent[]): readonly number[] {
  const broken: number[] = [];
  let previous = '';
  for (const [index, event] of events.entries()) {
    const { intact, hash } = codec.check(previous, event);
    if (!intact) broken.push(index);
    previous = hash;
  }
  return broken;
}

describe('the hash chain', () => {
  test('runs through a stream, across appends', async () => {
    expect(brokenAt(await chain())).toEqual([]);
  });

  test('is deterministic: the same events after the same ones have the same hashes', async () => {
    const encode = () => codec.encode([lost, lost], origin({ revision: 3, lastHash: 'x'.repeat(43) }));
    expect(await encode()).toEqual(await encode());
  });

  test.each(['data', 'metadata', 'eventId', 'type'] as const)(
    'breaks with any character of the %s that is changed, added or taken away',
    async (part) => {
      const events = await chain();
      for (const [index, event] of events.entries()) {
        for (let at = 0; at < event[part].length; at++) {
          const [before, after] = [event[part].slice(0, at), event[part].slice(at + 1)];
          const flipped = String.fromCharCode(event[part].charCodeAt(at) ^ 1);
          for (const changed of [
            before + flipped + after,
            before + after,
            `${before} ${event[part].slice(at)}`,
          ]) {
            const tampered = events.with(index, { ...event, [part]: changed });
            expect(brokenAt(tampered), `${part} of event ${index} at ${at}`).toContain(index);
          }
        }
      }
    },
  );

  test.each([
    { what: 'an event is missing', change: (e: readonly RecordedEvent[]) => e.toSpliced(1, 1), at: 1 },
    { what: 'two are exchanged', change: (e: readonly RecordedEvent[]) => swapped(e), at: 1 },
    { what: 'one is there twice', change: (e: readonly RecordedEvent[]) => doubled(e), at: 2 },
    { what: 'the first is missing', change: (e: readonly RecordedEvent[]) => e.slice(1), at: 0 },
    { what: 'it is in another stream', change: (e: readonly RecordedEvent[]) => moved(e), at: 0 },
  ])('breaks where $what, renumbered or not', async ({ change, at }) => {
    const changed = change(await chain());
    expect(brokenAt(changed)).toContain(at);
    expect(brokenAt(changed.map((event, revision) => ({ ...event, revision })))).toContain(at);
  });

  test('parts cannot be shifted against each other', async () => {
    const [event] = await chain();
    const { type, data } = event as RecordedEvent;
    const shifted = [
      { type: `${type}\n${data}`, data: '' },
      { type: '', data: `${type}\n${data}` },
      { type: type.slice(0, -1), data: `${type.at(-1)}${data}` },
    ];
    for (const parts of shifted) expect(brokenAt([{ ...(event as RecordedEvent), ...parts }])).toEqual([0]);
  });

  test('an event without a hash is not intact', async () => {
    const [event] = await chain();
    for (const metadata of ['{}', '', '{"hash":"short"}', `{"hash":"${'x'.repeat(43)}","more":1}`])
      expect(codec.check('', { ...(event as RecordedEvent), metadata }).intact).toBe(false);
  });
});

test('the hash comes out of the metadata as it went in, whatever else stands there', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 }), fc.nat(), (metadata, number) => {
      const text = JSON.stringify(metadata);
      const hash = String(number).padStart(43, 'A');
      expect(splitHash(withHash(text, hash))).toEqual({ hash, metadata: text });
    }),
  );
});

function swapped([a, b, c, ...rest]: readonly RecordedEvent[]): readonly RecordedEvent[] {
  return [a, c, b, ...rest].filter((event) => event !== undefined);
}

function doubled([a, b, ...rest]: readonly RecordedEvent[]): readonly RecordedEvent[] {
  return [a, b, b, ...rest].filter((event) => event !== undefined);
}

function moved(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  return events.map((event) => ({ ...event, stream: 'parcel-2' }));
}
