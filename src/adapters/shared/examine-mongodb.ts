import type { Db } from 'mongodb';
import { z } from 'zod';
import type { Examination, ExaminationNeeds, Finding } from '../../ports/examination.ts';
import type { MongoDbConnection } from './mongodb-connection.ts';

/** What runs there and what its user may do in the database of the URL, with the names of what is in it. */
export async function examineMongoDb(
  connection: MongoDbConnection,
  { writes, timeoutMs }: Pick<ExaminationNeeds, 'writes' | 'timeoutMs'>,
): Promise<Examination & { readonly collections: readonly string[] }> {
  const { hello, build, status, collections, database } = await connection.run(answersOf, timeoutMs);
  const isFerretDb = build.ferretdbVersion !== undefined;
  const version = isFerretDb ? build.ferretdbVersion : build.version;
  return {
    server: isFerretDb ? 'FerretDB' : 'MongoDB',
    // One that was built by hand does not know.
    ...(version !== undefined && version !== 'unknown' && { version }),
    ...(hello.localTime && { clockAheadMs: hello.localTime.getTime() - Date.now() }),
    findings: [
      ...rightsFindings(status.authInfo.authenticatedUserPrivileges, database, writes),
      ...(isFerretDb || hello.setName !== undefined || hello.msg !== undefined ? [] : [single]),
    ],
    collections,
  };
}

const single: Finding = {
  severity: 'warning',
  what: 'it is one server and no replica set: when its disk is lost, so is what it holds',
  remedy: 'Make it a replica set, if of one member at first: rs.initiate().',
};

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
