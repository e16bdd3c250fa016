import { type Collection, type Document, Long } from 'mongodb';
import { z } from 'zod';
import { assert } from '../../../domain/kernel/assert.ts';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import {
  readMsMax as answerMsMax,
  isDuplicateKey,
  type MongoDbConnection,
} from '../../shared/mongodb-connection.ts';
import { ProjectionState, type StateDocument, stateDocument } from './state.ts';

export const stateCollectionName = 'projections';

/** Every document here is text, flags and whole numbers. */
export type StateFields = Readonly<Record<string, string | number | boolean | null>>;

interface Stored extends Document {
  readonly _id: string;
}

/** What leases and registry need of it: each of these is one call, and atomic by itself. */
export type States = Pick<StateCollection, 'read' | 'insert' | 'update' | 'remove' | 'has'>;

/** The collection of the small documents that `state.ts` is about. Throws `StoreUnavailable` throughout. */
export class StateCollection {
  readonly #connection: MongoDbConnection;

  constructor(connection: MongoDbConnection) {
    this.#connection = connection;
  }

  async read(projection: string): Promise<ProjectionState> {
    const found = await this.#run((state) => state.find({ projection }).toArray(), answerMsMax);
    return new ProjectionState(projection, found.map(parsed));
  }

  /** Every projection that was ever registered, ordered by name. */
  async readAll(): Promise<readonly ProjectionState[]> {
    const all = (await this.#run((state) => state.find({}).toArray(), answerMsMax)).map(parsed);
    const registered = all.filter(({ kind }) => kind === 'registry').map(({ projection }) => projection);
    return [...new Set(registered)].toSorted().map(
      (name) =>
        new ProjectionState(
          name,
          all.filter(({ projection }) => projection === name),
        ),
    );
  }

  /** False when there is one of this id already: of several that insert it at once exactly one hears `true`. */
  async insert(document: StateDocument): Promise<boolean> {
    const { _id, ...fields } = document;
    try {
      await this.#run((state) => state.insertOne({ _id, ...encoded(fields) }), answerMsMax);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** Changes fields of a document where it is there and has the fields of `where`; answers whether. */
  async update(id: string, where: StateFields, changes: StateFields): Promise<boolean> {
    const filter = { _id: id, ...encoded(where) };
    const { matchedCount } = await this.#run(
      (state) => state.updateOne(filter, { $set: encoded(changes) }),
      answerMsMax,
    );
    return matchedCount === 1;
  }

  async put(document: StateDocument): Promise<void> {
    const { _id, ...fields } = document;
    await this.#run((state) => state.replaceOne({ _id }, encoded(fields), { upsert: true }), answerMsMax);
  }

  /** One after the other, in the order given. */
  async remove(ids: readonly string[]): Promise<void> {
    for (const _id of ids) await this.#run((state) => state.deleteOne({ _id }), answerMsMax);
  }

  async has(id: string): Promise<boolean> {
    return (await this.#run((state) => state.findOne({ _id: id }), answerMsMax)) !== null;
  }

  #run<Answer>(work: (state: Collection<Stored>) => Promise<Answer>, msMax: number): Promise<Answer> {
    return this.#connection.run((db) => work(db.collection<Stored>(stateCollectionName)), msMax);
  }
}

function parsed(document: Document): StateDocument {
  const { success, data, error } = stateDocument.safeParse(document);
  if (success) return data;
  const why = `${String(document['_id'])} in the collection ${stateCollectionName} is none of the ledger's: ${z.prettifyError(error)}`;
  throw new StoreUnavailable('read model', why, 'Give the read model a database of its own in READ_MODEL.');
}

/** Positions outgrow what the driver would write as 32 bits, and are not to become floating point there. */
export function asLong(position: number): Long {
  assert(Number.isSafeInteger(position), () => `position ${position} is beyond what can be counted exactly`);
  return Long.fromNumber(position);
}

function encoded(fields: StateFields): Record<string, string | boolean | null | Long> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'number' ? asLong(value) : value]),
  );
}
