import { expect, test } from 'vitest';
import { keyStores } from '../../src/adapters/key-store/registry.ts';
import { StoreUnavailable } from '../../src/domain/kernel/faults.ts';
import type { KeyStore, SubjectKey } from '../../src/ports/key-store.ts';
import { closedAfterwards, temporaryDirectory } from '../support/store-directory.ts';
import { describeEveryAdapter, keyStoreRows, testIf } from '../support/store-rows.ts';

describeEveryAdapter('key store', keyStores, keyStoreRows, (openStore, place, durable) => {
  keyStoreContract(async () => {
    const url = place(temporaryDirectory());
    const keys = closedAfterwards(await openStore(url));
    return {
      keys,
      openAgain: async () => (durable ? closedAfterwards(await openStore(url)) : keys),
    };
  }, durable);
});

type Open = () => Promise<{ readonly keys: KeyStore; openAgain(): Promise<KeyStore> }>;

/** What every key store promises; `ports/key-store.ts` says it in words. */
function keyStoreContract(open: Open, durable: boolean): void {
  making(open, durable);
  findingAndRestoring(open);
  lifetime(open, durable);
}

function making(open: Open, durable: boolean): void {
  test('a subject has one key of 256 bits, made on first use', async () => {
    const { keys } = await open();
    const key = await keys.forSubject('c-1');
    expect(key.secret).toBeInstanceOf(Uint8Array);
    expect(key.secret).toHaveLength(32);
    expect(plain(await keys.forSubject('c-1'))).toEqual(plain(key));
  });

  test('no two subjects share a key or an id', async () => {
    const { keys } = await open();
    const made = await Promise.all(['c-1', 'c-2', 'C-1', ' c-1'].map((subject) => keys.forSubject(subject)));
    expect(new Set(made.map(({ keyId }) => keyId)).size).toBe(4);
    expect(new Set(made.map(({ secret }) => Buffer.from(secret).toString('hex'))).size).toBe(4);
  });

  test('many that ask for the first time at once get the same key', async () => {
    const { keys, openAgain } = await open();
    const stores = [keys, await openAgain(), await openAgain()];
    const made = await Promise.all(
      Array.from({ length: 60 }, (_, index) => (stores[index % 3] ?? keys).forSubject('c-1')),
    );
    expect(new Set(made.map(({ keyId }) => keyId)).size).toBe(1);
    expect(new Set(made.map(({ secret }) => Buffer.from(secret).toString('hex'))).size).toBe(1);
  });

  testIf(durable)('a key is durable before anybody has it', async () => {
    const { keys, openAgain } = await open();
    const other = await openAgain();
    for (const subject of ['c-1', 'c-2', 'c-3']) {
      const key = await keys.forSubject(subject);
      expect(plain((await other.byId([key.keyId])).get(key.keyId))).toEqual(plain(key));
    }
  });
}

function findingAndRestoring(open: Open): void {
  test('keys are found by id; what is not there is missing from the answer', async () => {
    const { keys } = await open();
    const [one, two] = [await keys.forSubject('c-1'), await keys.forSubject('c-2')];
    const found = await keys.byId([two.keyId, 'never-there', one.keyId]);
    expect([...found.keys()].toSorted()).toEqual([one.keyId, two.keyId].toSorted());
    expect(plain(found.get(one.keyId))).toEqual(plain(one));
    expect((await keys.byId([])).size).toBe(0);
  });

  test('a backup has every key with its subject, in order of id', async () => {
    const { keys } = await open();
    const subjects = ['c-3', 'c-1', 'c-2'];
    const made = await Promise.all(subjects.map((subject) => keys.forSubject(subject)));
    const backup = await everyKey(keys);
    expect(backup.map(({ keyId }) => keyId)).toEqual(made.map(({ keyId }) => keyId).toSorted());
    expect(backup.map(({ subject }) => subject).toSorted()).toEqual(subjects.toSorted());
    expect(await everyKey((await open()).keys)).toEqual([]);
  });

  test('keys can be used, and a second backup made, while one is being made', async () => {
    const { keys } = await open();
    for (const subject of ['c-1', 'c-2', 'c-3']) await keys.forSubject(subject);
    const seen = [];
    for await (const { keyId } of keys.all()) {
      seen.push(keyId);
      expect((await keys.byId([keyId])).size).toBe(1);
      expect(await everyKey(keys)).toHaveLength(3);
    }
    expect(seen).toHaveLength(3);
  });

  test('a backup put back into an empty store opens everything it opened before', async () => {
    const { keys } = await open();
    const made = await Promise.all(['c-1', 'c-2'].map((subject) => keys.forSubject(subject)));
    const restored = (await open()).keys;
    await restored.restore(await everyKey(keys));
    expect((await everyKey(restored)).map(plain)).toEqual((await everyKey(keys)).map(plain));
    expect(plain(await restored.forSubject('c-1'))).toEqual(plain(made[0]));
  });

  test('putting back leaves the keys that are there as they are', async () => {
    const { keys } = await open();
    const key = await keys.forSubject('c-1');
    const forged = { keyId: key.keyId, subject: 'c-9', secret: new Uint8Array(32).fill(7) };
    const older = { keyId: 'older', subject: 'c-1', secret: new Uint8Array(32).fill(8) };
    await keys.restore([forged, older]);
    await keys.restore([forged, older]);
    expect(plain((await keys.byId([key.keyId])).get(key.keyId))).toEqual(plain(key));
    expect(plain(await keys.forSubject('c-1'))).toEqual(plain(key));
    expect(plain((await keys.byId(['older'])).get('older'))).toEqual(plain(older));
    expect(await everyKey(keys)).toHaveLength(2);
  });
}

function lifetime(open: Open, durable: boolean): void {
  test('a closed key store says so', async () => {
    const { keys } = await open();
    const { keyId } = await keys.forSubject('c-1');
    await keys.close();
    const asked = [
      () => keys.forSubject('c-1'),
      () => keys.forSubject('c-2'),
      () => keys.byId([keyId]),
      () => everyKey(keys),
      () => keys.restore([]),
    ];
    for (const ask of asked) await expect(ask()).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(keys.close()).resolves.toBeUndefined();
  });

  testIf(durable)('keys outlive the process', async () => {
    const { keys, openAgain } = await open();
    const key = await keys.forSubject('c-1');
    await keys.close();
    expect(plain(await (await openAgain()).forSubject('c-1'))).toEqual(plain(key));
  });
}

async function everyKey(keys: KeyStore): Promise<readonly (SubjectKey & { readonly subject: string })[]> {
  const all = [];
  for await (const key of keys.all()) all.push(key);
  return all;
}

/** Comparable, whatever kind of byte array the store answers. */
function plain(key: SubjectKey | undefined) {
  return key && { keyId: key.keyId, secret: Buffer.from(key.secret).toString('hex') };
}
