import { randomBytes, randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { LRUCache } from 'lru-cache';
import type { KeyStore, SubjectKey } from '../../ports/key-store.ts';
import { asFault, closeDatabase, openDatabase, rollBack } from '../shared/sqlite-database.ts';

const dependency = 'key store';
const cachedMax = 10_000;

type BackedUpKey = SubjectKey & { readonly subject: string };

/** Subject keys in a SQLite file of their own, apart from the log they unlock. @throws StoreUnavailable */
export function openSqliteKeyStore(path: string): KeyStore {
  const database = openDatabase(path, { dependency });
  try {
    database.exec(
      `CREATE TABLE IF NOT EXISTS subject_keys (
         age INTEGER PRIMARY KEY, key_id TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, secret BLOB NOT NULL) STRICT;
       CREATE INDEX IF NOT EXISTS subject_keys_by_subject ON subject_keys (subject)`,
    );
    return createKeyStore(database);
  } catch (error) {
    closeDatabase(database);
    throw asFault(dependency, error);
  }
}

function createKeyStore(database: DatabaseSync): KeyStore {
  const bySubject = database.prepare(
    'SELECT key_id, secret FROM subject_keys WHERE subject = ? ORDER BY age LIMIT 1',
  );
  const byKeyId = database.prepare('SELECT key_id, secret FROM subject_keys WHERE key_id = ?');
  const add = database.prepare(
    'INSERT INTO subject_keys (key_id, subject, secret) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const dataVersion = database.prepare('PRAGMA data_version');
  const cached = new LRUCache<string, SubjectKey>({ max: cachedMax });
  let knownVersion: unknown;

  return {
    forSubject: async (subject) => guarded(() => find(bySubject, subject) ?? create(subject)),
    byId: async (keyIds) =>
      guarded(() => {
        forgetShredded();
        return new Map(keyIds.flatMap((id) => entry(id)));
      }),
    async *all() {
      for (const row of everything()) yield { ...asKey(row), subject: String(row['subject']) };
    },
    restore: async (keys) => guarded(() => restore(keys)),
    close: async () => closeDatabase(database),
  };

  function create(subject: string): SubjectKey {
    add.run(randomUUID(), subject, randomBytes(32));
    // Another process may have been first: the oldest key is the subject's.
    const key = find(bySubject, subject);
    if (key === undefined) throw new Error(`the key of ${subject} vanished`);
    return key;
  }

  function entry(keyId: string): [string, SubjectKey][] {
    const key = cached.get(keyId) ?? find(byKeyId, keyId);
    if (key === undefined) return [];
    cached.set(keyId, key);
    return [[keyId, key]];
  }

  /** A key destroyed by another process must not live on in this one's memory. */
  function forgetShredded(): void {
    const version = dataVersion.get()?.['data_version'];
    if (version !== knownVersion) cached.clear();
    knownVersion = version;
  }

  /** A statement of its own for each reader: a shared one starts over with every new reader. */
  function* everything() {
    try {
      yield* database.prepare('SELECT key_id, subject, secret FROM subject_keys ORDER BY key_id').iterate();
    } catch (error) {
      throw asFault(dependency, error);
    }
  }

  function restore(keys: readonly BackedUpKey[]): void {
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const { keyId, subject, secret } of keys) add.run(keyId, subject, secret);
      database.exec('COMMIT');
    } catch (error) {
      rollBack(database);
      throw error;
    }
  }
}

function find(statement: ReturnType<DatabaseSync['prepare']>, parameter: string): SubjectKey | undefined {
  const row = statement.get(parameter);
  return row === undefined ? undefined : asKey(row);
}

function asKey(row: Record<string, unknown>): SubjectKey {
  return { keyId: String(row['key_id']), secret: row['secret'] as Uint8Array };
}

function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw asFault(dependency, error);
  }
}
