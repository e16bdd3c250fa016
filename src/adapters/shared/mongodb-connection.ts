import { type Db, type Document, type FindCursor, MongoClient, MongoError, MongoServerError } from 'mongodb';
import { StoreUnavailable } from '../../domain/kernel/faults.ts';
import { withoutSecrets } from '../../domain/kernel/without-secrets.ts';

export interface MongoDbOptions {
  /** What messages call it: `read model`, `key store`. */
  readonly dependency: string;
  /** The whole connection string; the database is in its path. */
  readonly url: string;
}

/** What the server at the other end can do, where that makes a difference to how it is asked. */
export interface ServerKind {
  readonly version: string;
  /** Reads of one moment, for as long as they take. */
  readonly hasSnapshots: boolean;
  /** FerretDB: finds one document by its `_id` alone, and reads the whole collection for anything else. */
  readonly isFerretDb: boolean;
}

export const readMsMax = 2_000;
/** Of a batch of documents: a projector that waits for one that is lost is back within five seconds all the same. */
export const writeMsMax = 3_000;

const defaultDatabase = 'ledger';
const selectionMsMax = 1_500;
const heartbeatMs = 1_000;
const connectionsMax = 20;
const duplicateKey = 11_000;

/**
 * A pool of connections to one database. Opening it needs no server: it connects with the first call, and again by
 * itself whenever the server comes back. Every call has a deadline. What was acknowledged is on a majority of the
 * servers, and what is read was.
 */
export class MongoDbConnection {
  readonly #dependency: string;
  readonly #client: MongoClient;
  readonly #database: string;
  #closed = false;
  #connecting: Promise<MongoClient> | undefined;
  #kind: Promise<ServerKind> | undefined;

  /** @throws StoreUnavailable for a URL that names no server */
  constructor({ dependency, url }: MongoDbOptions) {
    this.#dependency = dependency;
    this.#database = databaseIn(url) ?? defaultDatabase;
    try {
      this.#client = new MongoClient(url, {
        appName: 'order-ledger',
        maxPoolSize: connectionsMax,
        // Before the deadline of a call, so that what it is told is why there is no server.
        serverSelectionTimeoutMS: selectionMsMax,
        connectTimeoutMS: selectionMsMax,
        waitQueueTimeoutMS: readMsMax,
        // Its own clock ends a call that is never answered; this frees the connection that the answer would have used.
        socketTimeoutMS: writeMsMax,
        // A heartbeat that is not answered drops every connection: those that are half open would be tried one by one.
        heartbeatFrequencyMS: heartbeatMs,
        // FerretDB would apply a repeated write twice, and what is written here says itself whether it was.
        retryWrites: false,
        readConcern: { level: 'majority' },
        writeConcern: { w: 'majority' },
        readPreference: 'primary',
        ignoreUndefined: false,
      });
    } catch (error) {
      const cause = withoutSecrets(error instanceof Error ? error.message : String(error));
      throw new StoreUnavailable(dependency, cause, 'Write it as mongodb://host:27017/database.');
    }
    // Nobody has asked for anything yet who could be told.
    this.#client.on('error', () => {});
  }

  /** @throws StoreUnavailable when it fails, is closed, or takes longer than `msMax`; duplicate keys are handed on. */
  async run<Answer>(work: (db: Db) => Promise<Answer>, msMax: number): Promise<Answer> {
    if (this.#closed) throw this.#closedFault();
    const working = this.#connected().then((client) => work(client.db(this.#database)));
    // Whoever gave up on it is not there to hear of its failure.
    working.catch(() => {});
    let timer: NodeJS.Timeout | undefined;
    try {
      return await Promise.race([
        working,
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => reject(new MongoError(`no answer within ${msMax} ms`)), msMax);
        }),
      ]);
    } catch (error) {
      throw this.#fault(error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Iterates over what a query finds, in its order; each batch has the deadline of a write. @throws StoreUnavailable */
  async *stream<Found>(open: (db: Db, client: MongoClient) => FindCursor<Found>): AsyncGenerator<Found> {
    const cursor = await this.run(async (db) => open(db, this.#client), readMsMax);
    try {
      while (await this.run(() => cursor.hasNext(), writeMsMax)) yield* cursor.readBufferedDocuments();
    } finally {
      await this.run(() => cursor.close(), readMsMax).catch(() => {});
    }
  }

  /** Asked once; a server that is exchanged for one of another kind is not looked for. @throws StoreUnavailable */
  async kind(): Promise<ServerKind> {
    if (this.#closed) throw this.#closedFault();
    this.#kind ??= this.run(kindOf, readMsMax).catch((error: unknown) => {
      this.#kind = undefined;
      throw error;
    });
    return this.#kind;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#client.close();
  }

  /** A client that fails to connect the first time never tries again by itself; from then on it does. */
  #connected(): Promise<MongoClient> {
    this.#connecting ??= this.#client.connect().catch((error: unknown) => {
      this.#connecting = undefined;
      throw error;
    });
    return this.#connecting;
  }

  #closedFault(): StoreUnavailable {
    return new StoreUnavailable(this.#dependency, 'is closed', 'Open it again.');
  }

  #fault(error: unknown): unknown {
    if (isDuplicateKey(error) || !(error instanceof MongoError || isSocketError(error))) return error;
    const cause = withoutSecrets(error.message);
    return new StoreUnavailable(this.#dependency, cause, remedyFor(error));
  }
}

/** A document that is named by text of ours. */
export interface Identified extends Document {
  readonly _id: string;
}

/** How many documents are asked for at a time, by their ids. */
const idsPerFind = 500;
const findsAtOnce = 40;

/**
 * Documents by id, those that are there, in any order. FerretDB reads a whole collection unless it is asked for one id
 * at a time. @throws StoreUnavailable
 */
export async function findByIds<Found extends Identified>(
  connection: MongoDbConnection,
  collection: string,
  ids: readonly string[],
): Promise<readonly Found[]> {
  if (ids.length === 0) return [];
  const { isFerretDb } = await connection.kind();
  const found: Found[] = [];
  for (const batch of batches(ids, isFerretDb ? findsAtOnce : idsPerFind)) {
    const filters = isFerretDb ? batch.map((_id) => ({ _id })) : [{ _id: { $in: [...batch] } }];
    const answers = filters.map((filter) =>
      connection.run((db) => db.collection<Identified>(collection).find<Found>(filter).toArray(), readMsMax),
    );
    found.push(...(await Promise.all(answers)).flat());
  }
  return found;
}

export function* batches<Item>(items: readonly Item[], size: number): Generator<readonly Item[]> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size);
}

export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoError && error.code === duplicateKey;
}

/** A connection that breaks while the driver writes to it: it hands that on as it came. */
function isSocketError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}

/** The driver would say `test` where a URL names none. */
function databaseIn(url: string): string | undefined {
  const [, path] = /^[a-z+]+:\/\/[^/?]+\/([^?]+)/.exec(url) ?? [];
  return path === undefined ? undefined : decodeURIComponent(path);
}

async function kindOf(db: Db): Promise<ServerKind> {
  const [hello, build] = [await db.command({ hello: 1 }), await db.command({ buildInfo: 1 })];
  return {
    version: String(build['version']),
    hasSnapshots: hello['setName'] !== undefined || hello['msg'] === 'isdbgrid',
    isFerretDb: build['ferretdbVersion'] !== undefined,
  };
}

function remedyFor(error: Error): string {
  if (!(error instanceof MongoServerError)) {
    return 'Check that MongoDB runs and can be reached at the address in the URL; it is tried again.';
  }
  if (error.code === 18) return 'Check user, password and authSource in the URL.';
  if (error.code === 13) return 'Give the user of the URL the role readWrite on the database in it.';
  return 'Look into the log of MongoDB.';
}
