import type { ReadModel } from '../../ports/read-model.ts';
import { pathOf } from '../shared/store-url.ts';
import { createMemoryReadModel } from './memory/memory-read-model.ts';
import { openSqliteReadModel } from './sqlite/sqlite-read-model.ts';

export interface ReadModelOptions {
  readonly readOnly?: boolean;
}

export interface ReadModelAdapter {
  readonly open: (url: string, options: ReadModelOptions) => ReadModel | Promise<ReadModel>;
  /** Whether other threads and processes see the same documents. */
  readonly shared: boolean;
}

/**
 * Every read model, by the scheme of its URL, or by what stands before its `+`. Adding one is its file and its line here.
 * The client of a server is loaded when it is chosen.
 */
export const readModels: Readonly<Record<string, ReadModelAdapter>> = {
  memory: { open: () => createMemoryReadModel(), shared: false },
  sqlite: { open: (url, options) => openSqliteReadModel({ path: pathOf(url), ...options }), shared: true },
  mongodb: {
    open: async (url, options) =>
      (await import('./mongodb/mongodb-read-model.ts')).openMongoDbReadModel({ url, ...options }),
    shared: true,
  },
};
