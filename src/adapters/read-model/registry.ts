import type { ReadModel } from '../../ports/read-model.ts';
import { createMemoryReadModel } from './memory/memory-read-model.ts';
import { openSqliteReadModel } from './sqlite/sqlite-read-model.ts';

export interface ReadModelOptions {
  readonly readOnly?: boolean;
}

export interface ReadModelAdapter {
  /** @param location what follows the scheme in the URL. */
  readonly open: (location: string, options: ReadModelOptions) => ReadModel | Promise<ReadModel>;
  /** Whether other threads and processes see the same documents. */
  readonly shared: boolean;
}

/** Every read model, by the scheme of its URL. Adding one is its file and its line here. */
export const readModels: Readonly<Record<string, ReadModelAdapter>> = {
  memory: { open: () => createMemoryReadModel(), shared: false },
  sqlite: { open: (path, options) => openSqliteReadModel({ path, ...options }), shared: true },
};
