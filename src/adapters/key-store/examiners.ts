import { resolve } from 'node:path';
import type { Examiner } from '../../ports/examination.ts';
import { examineMongoDb, mongoDbTransport } from '../shared/examine-mongodb.ts';
import { examineSqliteFile } from '../shared/examine-sqlite-file.ts';
import { MongoDbConnection } from '../shared/mongodb-connection.ts';
import { pathOf } from '../shared/store-url.ts';

const dependency = 'key store';

const sqlite: Examiner = {
  examine: async (url, { writes }) =>
    examineSqliteFile(resolve(pathOf(url)), {
      dependency,
      writes,
      look: (database) => {
        database.prepare('SELECT 1 FROM subject_keys LIMIT 1').get();
        return [];
      },
    }),
};

/** Keys are found by their ids alone, so there is nothing to be missing but the right to find them. */
const mongodb: Examiner = {
  transport: mongoDbTransport,
  examine: async (url, needs) => {
    const connection = new MongoDbConnection({ dependency, url });
    try {
      const { collections, ...examination } = await examineMongoDb(connection, needs);
      return collections.length === 0 ? { ...examination, isAbsent: true } : examination;
    } finally {
      connection.close().catch(() => {});
    }
  },
};

/** How key stores are looked at from outside, by the scheme of their URL; what lives in this process needs none. */
export const keyStoreExaminers: Readonly<Record<string, Examiner>> = { sqlite, mongodb };
