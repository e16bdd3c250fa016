import { randomBytes, randomUUID } from 'node:crypto';
import type { Binary } from 'mongodb';
import { StoreUnavailable } from '../../domain/kernel/faults.ts';
import type { KeyStore, SubjectKey } from '../../ports/key-store.ts';
import {
  findByIds,
  type Identified,
  isDuplicateKey,
  MongoDbConnection,
  readMsMax,
  writeMsMax,
} from '../shared/mongodb-connection.ts';

const dependency = 'key store';

const keysName = 'subject-keys';
const ownersName = 'subject-key-owners';

/** Named by its id. */
interface KeyDocument extends Identified {
  readonly subject: string;
  readonly secret: Binary | Uint8Array;
}

/** Named by the subject, which so has one key: whoever inserts it first says which. */
interface OwnerDocument extends Identified {
  readonly keyId: string;
}

type OwnedKey = SubjectKey & { readonly subject: string };

/**
 * Subject keys in a database of MongoDB, for processes on several machines. Nothing is kept in memory: a key that one
 * process destroys opens nothing in another from then on. @throws StoreUnavailable for a URL that names no server
 */
export function openMongoDbKeyStore(url: string): KeyStore {
  const connection = new MongoDbConnection({ dependency, url });

  return {
    forSubject: async (subject) => (await ownKey(subject)) ?? create(subject),
    byId: async (keyIds) => new Map((await find(keyIds)).map((key) => [key.keyId, key])),
    async *all() {
      const found = connection.stream<KeyDocument>((db) =>
        db.collection<KeyDocument>(keysName).find({}).sort({ _id: 1 }),
      );
      for await (const document of found) yield asKey(document);
    },
    restore: async (keys) => {
      await connection.kind();
      for (const key of keys) await restore(key);
    },
    close: () => connection.close(),
  };

  async function ownKey(subject: string): Promise<SubjectKey | undefined> {
    const owner = await connection.run(
      (db) => db.collection<OwnerDocument>(ownersName).findOne({ _id: subject }),
      readMsMax,
    );
    if (owner === null) return undefined;
    const [key] = await find([owner.keyId]);
    if (key !== undefined) return key;
    // Its key was destroyed: what comes from now on is sealed with another.
    await connection.run((db) => db.collection<OwnerDocument>(ownersName).deleteOne(owner), writeMsMax);
    return undefined;
  }

  /** The key is there before anybody can find that it is the subject's; one that comes second is taken back. */
  async function create(subject: string): Promise<SubjectKey> {
    const key = { keyId: randomUUID(), subject, secret: randomBytes(32) };
    await insertKey(key);
    if (await insertOwner(key)) return key;
    await connection.run(
      (db) => db.collection<KeyDocument>(keysName).deleteOne({ _id: key.keyId }),
      writeMsMax,
    );
    const first = await ownKey(subject);
    if (first !== undefined) return first;
    throw new StoreUnavailable(dependency, 'a key vanished while it was made', 'Try again.');
  }

  async function restore(key: OwnedKey): Promise<void> {
    if (!(await insertKey(key))) {
      const [there] = await find([key.keyId]);
      // Under this id is somebody else's key: what is there stays as it is.
      if (there?.subject !== key.subject) return;
    }
    await insertOwner(key);
  }

  function insertKey({ keyId, subject, secret }: OwnedKey): Promise<boolean> {
    return insert(keysName, { _id: keyId, subject, secret });
  }

  function insertOwner({ keyId, subject }: OwnedKey): Promise<boolean> {
    return insert(ownersName, { _id: subject, keyId });
  }

  async function insert(name: string, document: KeyDocument | OwnerDocument): Promise<boolean> {
    try {
      await connection.run((db) => db.collection<Identified>(name).insertOne(document), writeMsMax);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  async function find(keyIds: readonly string[]): Promise<readonly OwnedKey[]> {
    return (await findByIds<KeyDocument>(connection, keysName, keyIds)).map(asKey);
  }
}

function asKey({ _id, subject, secret }: KeyDocument): OwnedKey {
  return {
    keyId: _id,
    subject,
    secret: secret instanceof Uint8Array ? secret : new Uint8Array(secret.buffer),
  };
}
