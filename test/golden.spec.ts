import { describe, expect, it } from 'vitest';
import { orderAggregate } from '../src/domain/order/aggregate.ts';
import {
  addGoldenFile,
  complaintAbout,
  decodeHistory,
  foldHistory,
  goldenNames,
  hasGoldenFile,
  readGoldenFile,
  type StoredEvent,
} from './support/golden-file.ts';
import { given } from './support/order-builders.ts';
import { specimens } from './support/order-specimens.ts';

const { events: catalogue } = orderAggregate;
const evolve = orderAggregate.evolve as Parameters<typeof foldHistory>[0];

/** Every version of every event there ever was. */
const versions = Object.entries(catalogue).flatMap(([type, { version }]) =>
  Array.from({ length: version }, (_, index) => ({
    type,
    version: index + 1,
    name: `${type}.v${index + 1}`,
  })),
);

/** See test/golden/README.md: adds what is missing, and only that. */
if (process.env['ADD_GOLDEN'] === '1') {
  for (const [type, history] of Object.entries(specimens)) {
    const name = `${type}.v${versionOf(type)}`;
    if (hasGoldenFile(name)) continue;
    const { events, state } = given(...history);
    const stored = events.map(({ type: each, data }) => ({ type: each, version: versionOf(each), data }));
    addGoldenFile(name, { history: stored, state });
  }
}

function versionOf(type: string): number {
  return catalogue[type]?.version ?? 0;
}

describe('golden files', () => {
  it('are there for every version of every event: how to add one is in test/golden/README.md', () => {
    expect(versions.map(({ name }) => name).filter((name) => !hasGoldenFile(name))).toEqual([]);
  });

  it('are about events of the catalogue: none was ever renamed or taken out', () => {
    const known = new Set(versions.map(({ name }) => name));
    expect(goldenNames().filter((name) => !known.has(name))).toEqual([]);
  });

  it('are never written over', () => {
    const [name = 'none'] = goldenNames();
    expect(hasGoldenFile(name)).toBe(true);
    expect(() => addGoldenFile(name, readGoldenFile(name))).toThrow(/EEXIST/);
  });

  it('say something of every field an event can have', () => {
    for (const { type, name, version } of versions) {
      const fields = Object.keys(catalogue[type]?.data.shape ?? {});
      if (version !== versionOf(type)) continue;
      expect(Object.keys(readGoldenFile(name).history.at(-1)?.data ?? {}).sort(), name).toEqual(
        fields.sort(),
      );
    }
  });

  it('need every field they have, but for what a caller may leave unsaid', () => {
    const optional = versions.flatMap(({ type, name, version }) => {
      const data = version === versionOf(type) ? (readGoldenFile(name).history.at(-1)?.data ?? {}) : {};
      return Object.keys(data)
        .filter((field) => {
          const others = Object.entries(data).filter(([other]) => other !== field);
          return catalogue[type]?.data.safeParse(Object.fromEntries(others)).success;
        })
        .map((field) => `${type}.${field}`);
    });
    expect(optional).toEqual([
      'OrderPlaced.externalId',
      'OrderPlaced.note',
      'OrderPlaced.sourceStatus',
      'PaymentAuthorized.provider',
      'PaymentCaptured.provider',
      'PaymentCaptured.fee',
      'AuthorizationReleased.provider',
      'PaymentVoided.provider',
      'RefundRequested.provider',
      'RefundSettled.provider',
      'ChargebackOpened.fee',
    ]);
  });
});

describe.each(versions.filter(({ name }) => hasGoldenFile(name)))(
  '$name, as it was stored',
  ({ type, version, name }) => {
    const { history, state } = readGoldenFile(name);

    it('ends with that event in that version', () => {
      expect(history.at(-1)).toMatchObject({ type, version });
    });

    it('is read by this build, and has the shape of today', async () => {
      for (const event of await decodeHistory(catalogue, history)) {
        expect(complaintAbout(catalogue, event), event.type).toBeUndefined();
      }
    });

    it('leads to the same state for ever', async () => {
      expect(foldHistory(evolve, await decodeHistory(catalogue, history))).toStrictEqual(state);
    });
  },
);

describe('the check of golden files', () => {
  const stored = (): StoredEvent => readGoldenFile('OrderPaid.v1').history.at(-1) as StoredEvent;

  it('finds an event that the schema accepts no longer', async () => {
    const [event] = await decodeHistory(catalogue, [{ ...stored(), data: { ...stored().data, gone: true } }]);
    expect(event && complaintAbout(catalogue, event)).toMatch(/gone/);
  });

  it('finds a fold that has changed', async () => {
    const { history, state } = readGoldenFile('OrderPaid.v1');
    const shorter = await decodeHistory(catalogue, history.slice(0, -1));
    expect(foldHistory(evolve, shorter)).not.toEqual(state);
  });

  it('finds a version that is newer than the build, and a type that it does not know', async () => {
    await expect(decodeHistory(catalogue, [{ ...stored(), version: 2 }])).rejects.toThrow(/newer than 1/);
    await expect(decodeHistory(catalogue, [{ ...stored(), type: 'OrderPayed' }])).rejects.toThrow(
      /no event of this type/,
    );
  });
});
