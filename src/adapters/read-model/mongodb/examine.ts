import type { Examination, ExaminationNeeds, Finding } from '../../../ports/examination.ts';
import type { ProjectionShape } from '../../../ports/read-model.ts';
import { examineMongoDb } from '../../shared/examine-mongodb.ts';
import { MongoDbConnection } from '../../shared/mongodb-connection.ts';
import { collectionNameOf } from './documents.ts';
import { indexesOf } from './list-query.ts';
import { StateCollection, stateCollectionName } from './state-collection.ts';

/** The database of the read models: asked what it is and what is in it, and never written to. */
export async function examineMongoDbReadModel(url: string, needs: ExaminationNeeds): Promise<Examination> {
  const connection = new MongoDbConnection({ dependency: 'read model', url });
  try {
    return await look(connection, needs);
  } finally {
    // A server that says nothing would keep who waits for it to be closed.
    connection.close().catch(() => {});
  }
}

async function look(connection: MongoDbConnection, needs: ExaminationNeeds): Promise<Examination> {
  const { timeoutMs, shapes } = needs;
  const { collections, ...examination } = await examineMongoDb(connection, needs);
  if (!collections.includes(stateCollectionName)) return { ...examination, isAbsent: true };
  const states = new StateCollection(connection);
  const missing = await Promise.all(
    shapes.map((shape) => indexFindings(connection, states, shape, timeoutMs)),
  );
  const listing = examination.server === 'FerretDB' ? [wholeCollections] : [];
  return { ...examination, findings: [...missing.flat(), ...examination.findings, ...listing] };
}

const wholeCollections: Finding = {
  severity: 'warning',
  what: 'FerretDB finds documents by their id alone: every list reads all of them',
  remedy: 'Use MongoDB where there are more than a few thousand orders.',
};

async function indexFindings(
  connection: MongoDbConnection,
  states: StateCollection,
  shape: ProjectionShape,
  timeoutMs: number,
): Promise<readonly Finding[]> {
  const { name, version } = shape;
  const { active, activeVersion } = (await states.read(name)).registry;
  // One of another version is built anew anyhow, by the next projector that starts; and one without indexes is there
  // from its first document on.
  if (active === null || activeVersion !== version || shape.indexes.length === 0) return [];
  const collection = collectionNameOf(name, active);
  const remedy = `Run \`ledger rebuild ${name}\`.`;
  const there = await connection.run(async (db) => {
    const found = await db.listCollections({ name: collection }, { nameOnly: true }).toArray();
    return found.length === 0 ? undefined : db.collection(collection).indexes();
  }, timeoutMs);
  if (there === undefined)
    return [{ severity: 'defect', what: `${name}: its collection ${collection} is gone`, remedy }];
  const names = new Set(there.map((index) => index.name));
  return indexesOf(shape)
    .filter((index) => !names.has(index.name))
    .map((index) => ({
      severity: 'defect',
      what: `${name}: the index ${index.name} of ${collection} is missing, so that its lists read every document`,
      remedy,
    }));
}
