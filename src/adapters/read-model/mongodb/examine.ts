import type { Db } from 'mongodb';
import { z } from 'zod';
import type { Examination, ExaminationNeeds, Examiner, Finding } from '../../../ports/examination.ts';
import type { ProjectionShape } from '../../../ports/read-model.ts';
import { MongoDbConnection } from '../../shared/mongodb-connection.ts';
import { serverAddress } from '../../shared/server-address.ts';
import { collectionNameOf } from './documents.ts';
import { indexesOf } from './list-query.ts';
import { StateCollection, stateCollectionName } from './state-collection.ts';

/** Parameters of the URL that let anybody answer for the server. */
const unchecked = ['tlsInsecure', 'tlsAllowInvalidCertificates', 'tlsAllowInvalidHostnames'];

/** The database of the read models: asked what it is and what is in it, and never written to. */
export const mongoDbReadModel: Examiner = {
  transport: (url) => {
    const { scheme, hosts, hasUser, parameters } = serverAddress(url);
    const asked = parameters.get('tls') ?? parameters.get('ssl') ?? String(scheme === 'mongodb+srv');
    const isChecked = unchecked.every((name) => parameters.get(name) !== 'true');
    const isAuthenticated = hasUser || parameters.get('authMechanism') === 'MONGODB-X509';
    return { hosts, isEncrypted: asked === 'true' && isChecked, isAuthenticated };
  },
  examine: async (url, needs) => {
    const connection = new MongoDbConnection({ dependency: 'read model', url });
    try {
      return await look(connection, needs);
    } finally {
      // A server that says nothing would keep who waits for it to be closed.
      connection.close().catch(() => {});
    }
  },
};

async function look(connection: MongoDbConnection, needs: ExaminationNeeds): Promise<Examination> {
  const { timeoutMs, writes, shapes } = needs;
  const { hello, build, status, collections, database } = await connection.run(answersOf, timeoutMs);
  const isFerretDb = build.ferretdbVersion !== undefined;
  const version = isFerretDb ? build.ferretdbVersion : build.version;
  const findings = [
    ...rightsFindings(status.authInfo.authenticatedUserPrivileges, database, writes),
    ...kindFindings(isFerretDb, hello.setName ?? hello.msg),
  ];
  const examination: Examination = {
    server: isFerretDb ? 'FerretDB' : 'MongoDB',
    ...(version !== undefined && { version }),
    ...(hello.localTime && { clockAheadMs: hello.localTime.getTime() - Date.now() }),
    findings,
  };
  if (!collections.includes(stateCollectionName)) return { ...examination, isAbsent: true };
  const states = new StateCollection(connection);
  const missing = await Promise.all(
    shapes.map((shape) => indexFindings(connection, states, shape, timeoutMs)),
  );
  return { ...examination, findings: [...missing.flat(), ...findings] };
}

const helloAnswer = z.looseObject({
  setName: z.string().optional(),
  /** `isdbgrid`, of a router to shards. */
  msg: z.string().optional(),
  localTime: z.date().optional(),
});
const buildAnswer = z.looseObject({ version: z.string(), ferretdbVersion: z.string().optional() });
const privilege = z.looseObject({
  resource: z.looseObject({
    db: z.string().optional(),
    collection: z.string().optional(),
    anyResource: z.boolean().optional(),
  }),
  actions: z.array(z.string()),
});
type Privilege = z.output<typeof privilege>;
const statusAnswer = z.looseObject({
  authInfo: z.looseObject({ authenticatedUserPrivileges: z.array(privilege).default([]) }),
});

async function answersOf(db: Db) {
  const [hello, build, status, found] = await Promise.all([
    db.command({ hello: 1 }),
    db.command({ buildInfo: 1 }),
    db.command({ connectionStatus: 1, showPrivileges: true }),
    db.listCollections({}, { nameOnly: true }).toArray(),
  ]);
  return {
    hello: helloAnswer.parse(hello),
    build: buildAnswer.parse(build),
    status: statusAnswer.parse(status),
    collections: found.map(({ name }) => name),
    database: db.databaseName,
  };
}

const reading = ['find', 'listCollections', 'listIndexes'];
const writing = ['insert', 'update', 'remove', 'createCollection', 'createIndex', 'dropCollection'];

/** Nobody is told of rights where the server asks for no user: then everybody has all of them. */
function rightsFindings(
  privileges: readonly Privilege[],
  database: string,
  writes: boolean,
): readonly Finding[] {
  if (privileges.length === 0) return [];
  const may = new Set(
    privileges
      .filter(({ resource: { db, collection, anyResource } }) => {
        return anyResource === true || ((db === '' || db === database) && collection === '');
      })
      .flatMap(({ actions }) => actions),
  );
  const missing = [...reading, ...(writes ? writing : [])].filter((action) => !may.has(action));
  if (missing.length > 0) {
    const what = `its user may not ${missing.join(', ')} in the database ${database}`;
    const remedy = `Grant it the role ${writes ? 'readWrite' : 'read'} on ${database}.`;
    return [{ severity: 'defect', what, remedy }];
  }
  if (writes || !writing.some((action) => may.has(action))) return [];
  const what = `its user may write to the database ${database}, and this role only reads`;
  return [{ severity: 'warning', what, remedy: `Give this role a user with the role read on ${database}.` }];
}

function kindFindings(isFerretDb: boolean, setName: string | undefined): readonly Finding[] {
  if (isFerretDb) {
    const what = 'FerretDB finds documents by their id alone: lists read all there are';
    return [
      { severity: 'warning', what, remedy: 'Use MongoDB where there are more than a few thousand orders.' },
    ];
  }
  if (setName !== undefined) return [];
  const what = 'it is one server and no replica set: nothing is read or projected while it is away';
  return [{ severity: 'warning', what, remedy: 'Make it a replica set, if of one member: rs.initiate().' }];
}

async function indexFindings(
  connection: MongoDbConnection,
  states: StateCollection,
  shape: ProjectionShape,
  timeoutMs: number,
): Promise<readonly Finding[]> {
  const { name, version } = shape;
  const { active, activeVersion } = (await states.read(name)).registry;
  // One of another version is built anew anyhow, by the next projector that starts.
  if (active === null || activeVersion !== version) return [];
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
