import { randomBytes, randomUUID } from 'node:crypto';
import type { KeyStore, SubjectKey } from '../../ports/key-store.ts';

type OwnedKey = SubjectKey & { readonly subject: string };

/** Subject keys in memory. For tests and simulation. */
export function createMemoryKeyStore(): KeyStore {
  const bySubject = new Map<string, OwnedKey>();
  const byKeyId = new Map<string, OwnedKey>();

  return {
    forSubject: async (subject) => {
      const known = bySubject.get(subject);
      if (known !== undefined) return known;
      return put({ keyId: randomUUID(), subject, secret: randomBytes(32) });
    },
    byId: async (keyIds) =>
      new Map(
        keyIds.flatMap((id) => {
          const key = byKeyId.get(id);
          return key === undefined ? [] : [[id, key] as const];
        }),
      ),
    async *all() {
      yield* [...byKeyId.values()].toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1));
    },
    restore: async (keys) => {
      for (const key of keys) if (!byKeyId.has(key.keyId)) put(key);
    },
    close: async () => {},
  };

  function put(key: OwnedKey): OwnedKey {
    if (!bySubject.has(key.subject)) bySubject.set(key.subject, key);
    byKeyId.set(key.keyId, key);
    return key;
  }
}
