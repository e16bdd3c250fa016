import type { KeyStore } from '../../ports/key-store.ts';
import { pathOf } from '../shared/store-url.ts';
import { createMemoryKeyStore } from './memory-key-store.ts';
import { openSqliteKeyStore } from './sqlite-key-store.ts';

/** Every key store, by the scheme of its URL. Adding one is its file and its line here. */
export const keyStores: Readonly<Record<string, (url: string) => KeyStore | Promise<KeyStore>>> = {
  memory: () => createMemoryKeyStore(),
  mongodb: async (url) => (await import('./mongodb-key-store.ts')).openMongoDbKeyStore(url),
  sqlite: (url) => openSqliteKeyStore(pathOf(url)),
};
