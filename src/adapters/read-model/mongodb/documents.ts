import type { AnyBulkWriteOperation, Collection, Document, Long } from 'mongodb';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { DocumentWrite, LoadedDocument, StoredDocument } from '../../../ports/read-model.ts';
import {
  batches,
  findByIds,
  isDuplicateKey,
  type MongoDbConnection,
  writeMsMax,
} from '../../shared/mongodb-connection.ts';
import { asLong } from './state-collection.ts';

/** A document of a generation. One that was deleted leaves its position behind: nothing older may come back. */
export interface GenerationDocument extends Document {
  readonly _id: string;
  /** Absent where it was deleted. */
  readonly body?: string;
  readonly position: number | Long;
  /** What it can be searched by. */
  readonly fields?: Readonly<Record<string, string>>;
}

type Write = Pick<DocumentWrite, 'id' | 'position' | 'isNew'> & { readonly document: GenerationDocument };

/** How many writes are sent at a time. FerretDB keeps a connection to SQLite open for each change of a batch. */
const batchSizes = { bulk: 500, single: 40 };
const insertsPerBatch = 500;
/** A refused write is looked at, and tried again, this often: the document may be held by an older one each time. */
const settleRoundsMax = 5;

/** `order-details.3` */
export function collectionNameOf(projection: string, generation: number): string {
  return `${projection}.${generation}`;
}

/**
 * The documents of one generation. A document is only ever replaced by one with events that came later, whoever writes
 * it and however often. Throws `StoreUnavailable` throughout.
 */
export class GenerationDocuments {
  readonly #connection: MongoDbConnection;
  readonly #name: string;

  constructor(connection: MongoDbConnection, projection: string, generation: number) {
    this.#connection = connection;
    this.#name = collectionNameOf(projection, generation);
  }

  async load(ids: readonly string[]): Promise<ReadonlyMap<string, LoadedDocument>> {
    const found = await findByIds<GenerationDocument>(this.#connection, this.#name, ids);
    return new Map(found.map((document) => [document._id, storedFrom(document)]));
  }

  /**
   * Writes documents, and marks as deleted at position `to` what is in `deletes`. Documents that are there in a newer
   * state stay.
   * @param goOn asked between batches; writing ends where it answers no
   */
  async write(
    writes: readonly DocumentWrite[],
    deletes: readonly string[],
    to: number,
    goOn: () => Promise<boolean>,
  ): Promise<boolean> {
    const all = [...writes.map(written), ...deletes.map((id) => deleted(id, to))];
    const { isFerretDb } = await this.#connection.kind();
    for (const batch of batches(
      all.filter(({ isNew }) => isNew),
      insertsPerBatch,
    )) {
      if (!(await goOn())) return false;
      await this.#writeBatch(batch, (collection) => insertAll(collection, batch));
    }
    const changes = all.filter(({ isNew }) => !isNew);
    for (const batch of batches(changes, isFerretDb ? batchSizes.single : batchSizes.bulk)) {
      if (!(await goOn())) return false;
      if (isFerretDb) await this.#writeIfNewer(batch);
      else await this.#writeBatch(batch, (collection) => replaceAll(collection, batch.map(guarded)));
    }
    return true;
  }

  /** All documents, of one moment where the server can, and else each as it is when its turn comes. */
  async *all(): AsyncIterable<StoredDocument> {
    const { hasSnapshots } = await this.#connection.kind();
    const found = this.#connection.stream<GenerationDocument>((db, client) => {
      const collection = db.collection<GenerationDocument>(this.#name);
      if (!hasSnapshots) return collection.find({});
      const session = client.startSession({ snapshot: true });
      const cursor = collection.find({}, { session, readConcern: { level: 'snapshot' } });
      cursor.once('close', () => void session.endSession());
      return cursor;
    });
    for await (const document of found) {
      const { body, ...stored } = storedFrom(document);
      if (body !== undefined) yield { ...stored, body };
    }
  }

  async #writeBatch(
    batch: readonly Write[],
    send: (collection: Collection<GenerationDocument>) => Promise<unknown>,
  ): Promise<void> {
    try {
      await this.#run(send, writeMsMax);
    } catch (error) {
      // A newer one is there, or one that another process has just inserted; which of them, the documents themselves say.
      if (!isDuplicateKey(error)) throw error;
      await this.#settle(batch);
    }
  }

  /** Writes what is not there in this or a newer state, until all of it is. */
  async #settle(batch: readonly Write[]): Promise<void> {
    let left = batch;
    for (let round = 0; round < settleRoundsMax; round++) {
      left = await this.#olderThan(left);
      if (left.length === 0) return;
      for (const write of left) {
        await this.#run((collection) => replaceAll(collection, [guarded(write)]), writeMsMax).catch(
          (error: unknown) => {
            if (!isDuplicateKey(error)) throw error;
          },
        );
      }
    }
    if ((await this.#olderThan(left)).length === 0) return;
    const why = `${this.#name} takes documents neither as new ones nor as newer ones`;
    throw new StoreUnavailable(
      'read model',
      why,
      'It is tried again; if this stays, rebuild the projection.',
    );
  }

  /**
   * FerretDB can find a document by its id, but not by its id and its position without reading the whole collection;
   * nor would it compare and write as one. Whoever writes here holds the lease, and looks first.
   */
  async #writeIfNewer(batch: readonly Write[]): Promise<void> {
    const left = await this.#olderThan(batch);
    if (left.length === 0) return;
    await this.#writeBatch(left, (collection) => replaceAll(collection, left.map(byId)));
  }

  /** Those of the batch whose documents are not there, or there in an older state. */
  async #olderThan(batch: readonly Write[]): Promise<readonly Write[]> {
    const there = await this.load(batch.map(({ id }) => id));
    return batch.filter(({ id, position }) => (there.get(id)?.position ?? -1) < position);
  }

  #run<Answer>(
    work: (collection: Collection<GenerationDocument>) => Promise<Answer>,
    msMax: number,
  ): Promise<Answer> {
    return this.#connection.run((db) => work(db.collection<GenerationDocument>(this.#name)), msMax);
  }
}

function storedFrom({ _id, body, position }: GenerationDocument): LoadedDocument {
  return { id: _id, body, position: Number(position) };
}

function written({ id, body, position, fields, isNew }: DocumentWrite): Write {
  const present = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const document = { _id: id, body, position: asLong(position), fields: Object.fromEntries(present) };
  return { id, position, isNew, document };
}

function deleted(id: string, position: number): Write {
  return { id, position, isNew: false, document: { _id: id, position: asLong(position) } };
}

type Replacement = AnyBulkWriteOperation<GenerationDocument>;

/** Where a newer one is there, the filter finds nothing, and the insertion of a second of the same id is refused. */
function guarded({ id, document }: Write): Replacement {
  const filter = { _id: id, position: { $lt: document.position } };
  return { replaceOne: { filter, replacement: document, upsert: true } };
}

function byId({ id, document }: Write): Replacement {
  return { replaceOne: { filter: { _id: id }, replacement: document, upsert: true } };
}

function insertAll(collection: Collection<GenerationDocument>, batch: readonly Write[]): Promise<unknown> {
  return collection.insertMany(
    batch.map(({ document }) => document),
    { ordered: false },
  );
}

function replaceAll(
  collection: Collection<GenerationDocument>,
  operations: readonly Replacement[],
): Promise<unknown> {
  return collection.bulkWrite([...operations], { ordered: false });
}
