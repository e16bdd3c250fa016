import type { Examiner } from '../../ports/examination.ts';
import { mongoDbTransport } from '../shared/mongodb-transport.ts';
import { sqliteReadModel } from './sqlite/examine.ts';

/** How read models are looked at from outside, by the scheme of their URL; what lives in this process needs none. */
export const readModelExaminers: Readonly<Record<string, Examiner>> = {
  sqlite: sqliteReadModel,
  mongodb: {
    transport: mongoDbTransport,
    load: () => Promise.all([import('./mongodb/examine.ts'), import('./mongodb/mongodb-read-model.ts')]),
    examine: async (url, needs) => (await import('./mongodb/examine.ts')).examineMongoDbReadModel(url, needs),
  },
};
