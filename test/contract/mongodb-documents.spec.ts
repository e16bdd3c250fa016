import { describe, expect, test } from 'vitest';
import { GenerationDocuments } from '../../src/adapters/read-model/mongodb/documents.ts';
import { filterOf, indexesOf, sortOf } from '../../src/adapters/read-model/mongodb/list-query.ts';
import { openMongoDbReadModel } from '../../src/adapters/read-model/mongodb/mongodb-read-model.ts';
import { MongoDbConnection, type ServerKind } from '../../src/adapters/shared/mongodb-connection.ts';
import type { DocumentWrite, ListQuery } from '../../src/ports/read-model.ts';
import { orderList } from '../../src/projections/order-list.ts';
import { readModelAt, uniqueNameIn } from '../support/server-places.ts';
import { closedAfterwards } from '../support/store-directory.ts';
import { servers } from '../support/test-servers.ts';
import { write } from './read-model-harness.ts';

const server = servers().readModel;
const always = async () => true;

/** A server that is spoken to as if it were of this kind: all of them understand it, some are slow. */
class ConnectionAs extends MongoDbConnection {
  readonly #as: Partial<ServerKind>;

  constructor(url: string, as: Partial<ServerKind>) {
    super({ dependency: 'read model', url });
    this.#as = as;
  }

  override async kind(): Promise<ServerKind> {
    return { ...(await super.kind()), ...this.#as };
  }
}

function documentsAs(as: Partial<ServerKind>): GenerationDocuments {
  const url = readModelAt(server ?? '', uniqueNameIn(servers()));
  return new GenerationDocuments(closedAfterwards(new ConnectionAs(url, as)), 'order-list', 1);
}

async function kept(documents: GenerationDocuments): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { id, position } of documents.all()) found.push(`${id}@${position}`);
  return found.toSorted();
}

describe.skipIf(server === undefined).each([
  { kind: 'MongoDB, a single node', as: { isFerretDb: false, hasSnapshots: false } },
  { kind: 'MongoDB, a replica set', as: { isFerretDb: false, hasSnapshots: true } },
  { kind: 'FerretDB', as: { isFerretDb: true, hasSnapshots: false } },
])('documents, written as $kind likes it', ({ as }) => {
  const isNew = (one: DocumentWrite) => ({ ...one, isNew: true });

  test('new and changed ones are there, with what they can be searched by', async () => {
    const documents = documentsAs(as);
    await documents.write([isNew(write('a', 1)), write('b', 2)], [], 2, always);
    await documents.write([write('a', 3), isNew(write('c', 3))], [], 3, always);
    expect(await kept(documents)).toEqual(['a@3', 'b@2', 'c@3']);
    expect((await documents.load(['a', 'b', 'x'])).get('a')?.body).toBe(write('a', 3).body);
  });

  test('older ones replace nothing, whether they are said to be new or not; what is beside them is written', async () => {
    const documents = documentsAs(as);
    await documents.write([isNew(write('a', 5)), isNew(write('b', 5))], [], 5, always);
    await documents.write(
      [write('a', 4), isNew(write('b', 4)), write('c', 4), isNew(write('d', 4))],
      [],
      4,
      always,
    );
    expect(await kept(documents)).toEqual(['a@5', 'b@5', 'c@4', 'd@4']);
  });

  test('one that is said to be new replaces an older one all the same', async () => {
    const documents = documentsAs(as);
    await documents.write([isNew(write('a', 1))], [], 1, always);
    await documents.write([isNew(write('a', 2)), isNew(write('b', 2))], [], 2, always);
    expect(await kept(documents)).toEqual(['a@2', 'b@2']);
  });

  test('a deletion leaves its position, which nothing older comes past', async () => {
    const documents = documentsAs(as);
    await documents.write([isNew(write('a', 1)), isNew(write('b', 9))], [], 9, always);
    await documents.write([], ['a', 'b', 'never-there'], 7, always);
    await documents.write([isNew(write('a', 6)), write('a', 7)], [], 7, always);
    expect(await kept(documents)).toEqual(['b@9']);
    expect((await documents.load(['a'])).get('a')).toEqual({ id: 'a', body: undefined, position: 7 });
    await documents.write([write('a', 8)], [], 8, always);
    expect(await kept(documents)).toEqual(['a@8', 'b@9']);
  });

  test('the same again changes nothing', async () => {
    const documents = documentsAs(as);
    const all = [isNew(write('a', 1)), write('b', 2)];
    for (let times = 0; times < 3; times++) await documents.write(all, ['c'], 2, always);
    expect(await kept(documents)).toEqual(['a@1', 'b@2']);
  });

  test('nothing more is written once the right to write is lost', async () => {
    const documents = documentsAs(as);
    expect(await documents.write([write('a', 1)], [], 1, async () => false)).toBe(false);
    expect(await kept(documents)).toEqual([]);
  });
});

describe.skipIf(server === undefined)('a list', () => {
  test('is read from its index; FerretDB, which has it too, reads the collection and says so', async () => {
    const url = readModelAt(server ?? '', uniqueNameIn(servers()));
    const model = closedAfterwards(openMongoDbReadModel({ url }));
    const generation = await model.startBuild(orderList);
    const connection = closedAfterwards(new MongoDbConnection({ dependency: 'read model', url }));
    const name = `${orderList.name}.${generation}`;
    const made = await connection.run((db) => db.collection(name).indexes(), 2_000);
    expect(made.map((index) => index['name'])).toEqual(
      expect.arrayContaining(indexesOf(orderList).map((index) => index.name)),
    );
    const query: ListQuery = {
      equals: { customerId: 'c-1' },
      orderBy: 'placedAt',
      after: { value: '2026-01-01', tie: 'x' },
      countMax: 21,
    };
    const plan = await connection.run(
      (db) =>
        db.collection<{ _id: string }>(name).find(filterOf(query)).sort(sortOf(query)).limit(21).explain(),
      2_000,
    );
    const said = JSON.stringify(plan);
    if ((await connection.kind()).isFerretDb) {
      expect(said).toContain(`SCAN ${name}`);
      return;
    }
    expect(said).toContain('"indexName":"by-customerId-placedAt"');
    expect(said).not.toContain('"SORT"');
    expect(said).not.toContain('COLLSCAN');
  });
});
