import { describe, expect, test } from 'vitest';
import { openMongoDbKeyStore } from '../../src/adapters/key-store/mongodb-key-store.ts';
import { MongoDbConnection } from '../../src/adapters/shared/mongodb-connection.ts';
import { readModelAt, uniqueNameIn } from '../support/server-places.ts';
import { closedAfterwards } from '../support/store-directory.ts';
import { servers } from '../support/test-servers.ts';

const server = servers().readModel;

describe.skipIf(server === undefined)('keys in MongoDB', () => {
  test('one that is destroyed opens nothing in any process, and its subject is given another', async () => {
    const url = readModelAt(server ?? '', uniqueNameIn(servers()));
    const [keys, others] = [openMongoDbKeyStore(url), openMongoDbKeyStore(url)].map(closedAfterwards);
    const key = await keys?.forSubject('c-1');
    expect((await others?.byId([key?.keyId ?? '']))?.size).toBe(1);
    const connection = closedAfterwards(new MongoDbConnection({ dependency: 'key store', url }));
    await connection.run(
      (db) => db.collection<{ _id: string }>('subject-keys').deleteOne({ _id: key?.keyId ?? '' }),
      2_000,
    );
    expect((await others?.byId([key?.keyId ?? '']))?.size).toBe(0);
    const next = await others?.forSubject('c-1');
    expect(next?.keyId).not.toBe(key?.keyId);
    expect((await keys?.forSubject('c-1'))?.keyId).toBe(next?.keyId);
  });

  test('of many that ask at once nothing is left but the one key', async () => {
    const url = readModelAt(server ?? '', uniqueNameIn(servers()));
    const stores = Array.from({ length: 4 }, () => closedAfterwards(openMongoDbKeyStore(url)));
    await Promise.all(stores.map((keys) => keys.forSubject('c-1')));
    const all = [];
    for await (const { keyId } of stores[0]?.all() ?? []) all.push(keyId);
    expect(all).toHaveLength(1);
  });
});
