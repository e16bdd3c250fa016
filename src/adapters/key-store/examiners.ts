import { resolve } from 'node:path';
import type { Examiner } from '../../ports/examination.ts';
import { examineSqliteFile } from '../shared/examine-sqlite-file.ts';
import { pathOf } from '../shared/store-url.ts';

/** How key stores are looked at from outside, by the scheme of their URL; what lives in this process needs none. */
export const keyStoreExaminers: Readonly<Record<string, Examiner>> = {
  sqlite: {
    examine: async (url, { writes }) =>
      examineSqliteFile(resolve(pathOf(url)), {
        dependency: 'key store',
        writes,
        look: (database) => {
          database.prepare('SELECT 1 FROM subject_keys LIMIT 1').get();
          return [];
        },
      }),
  },
};
