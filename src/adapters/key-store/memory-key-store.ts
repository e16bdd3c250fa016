import { randomBytes, randomUUID } from 'node:crypto';
import { StoreUnavailable } from '../../domain/kernel/faults.ts';
import type { KeyStore, SubjectKey } from '../../ports/key-store.ts';

type OwnedKey = SubjectKey & { readonly subject: string };

/** Subject keys in memory. For tests and simulation. */
export function createMemoryKeyStore(): KeyStore {
  const bySubject = new Map<string, OwnedKey>();
  const byKeyId = new Map<string, OwnedKey>();
  let closed = false;

  return {
    forSubject: async (subject) => {
      const known = opened(bySubject).get(subject);
      if (known !== undefined) return known;
      return put({ keyId: randomUUID(), subject, secret: randomBytes(32) });
    },
    byId: async (keyIds) => {
      const keys = opened(byKeyId);
      return new Map(
        keyIds.flatMap((id) => {
          const key = keys.get(id);
          return key === undefined ? [] : [[id, key] as const];
        }),
      );
    },
    async *all() {
      yield* [...opened(byKeyId).values()].toSorted((a, b) => (a.keyId < b.keyId ? -1 : 1));
    },
    restore: async (keys) => {
      const known = opened(byKeyId);
      for (const key of keys) if (!known.has(key.keyId)) put(key);
    },
    close: async () => {
      closed = true;
    },
  };

  function opened<Part>(part: Part): Part {
    if (closed) throw new StoreUnavailable('key store', 'is closed', 'Open it again.');
    return part;
  }

  function put(key: OwnedKey): OwnedKey {
    if (!bySubject.has(key.subject)) bySubject.set(key.subject, key);
    byKeyId.set(key.keyId, key);
    return key;
  }
}
