import type { KeyStore } from '../../ports/key-store.ts';
import { createMemoryKeyStore } from './memory-key-store.ts';
import { openSqliteKeyStore } from './sqlite-key-store.ts';

/** Every key store, by the scheme of its URL. Adding one is its file and its line here. */
export const keyStores: Readonly<Record<string, (location: string) => KeyStore | Promise<KeyStore>>> = {
  memory: () => createMemoryKeyStore(),
  sqlite: (path) => openSqliteKeyStore(path),
};
