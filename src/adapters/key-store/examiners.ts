import { resolve } from 'node:path';
import type { Examiner } from '../../ports/examination.ts';
import { examineSqliteFile } from '../shared/examine-sqlite-file.ts';
import { mongoDbTransport } from '../shared/mongodb-transport.ts';
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

const mongodb: Examiner = {
  transport: mongoDbTransport,
  load: () => import('./examine-mongodb-keys.ts'),
  examine: async (url, needs) => (await import('./examine-mongodb-keys.ts')).examineMongoDbKeys(url, needs),
};

/** How key stores are looked at from outside, by the scheme of their URL; what lives in this process needs none. */
export const keyStoreExaminers: Readonly<Record<string, Examiner>> = { sqlite, mongodb };
