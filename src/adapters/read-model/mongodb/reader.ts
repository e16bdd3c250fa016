import type { Collection } from 'mongodb';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { ListPage, ListQuery, ProjectionReader, ReadDocument } from '../../../ports/read-model.ts';
import { type MongoDbConnection, readMsMax } from '../../shared/mongodb-connection.ts';
import { collectionNameOf, type GenerationDocument } from './documents.ts';
import { filterOf, sortOf } from './list-query.ts';
import type { States } from './state-collection.ts';

/** Generations may be switched while somebody reads, but hardly this often. */
const attemptsMax = 5;

/**
 * Reads of the active generation, which is looked up with every read. Its position is read before the documents: they
 * may be newer, and nothing up to that position is missing from them. Throws `StoreUnavailable` throughout.
 */
export class MongoDbReader implements ProjectionReader {
  readonly #connection: MongoDbConnection;
  readonly #states: Pick<States, 'read'>;
  readonly #projection: string;

  constructor(connection: MongoDbConnection, states: Pick<States, 'read'>, projection: string) {
    this.#connection = connection;
    this.#states = states;
    this.#projection = projection;
  }

  get(id: string): Promise<ReadDocument | undefined> {
    return this.#answer(async (collection, asOf) => {
      const document = await collection.findOne({ _id: id });
      return { found: document !== null, answer: readFrom(document, asOf) };
    });
  }

  list(query: ListQuery): Promise<ListPage> {
    return this.#answer(async (collection, asOf) => {
      const rows = await collection.find(filterOf(query)).sort(sortOf(query)).limit(query.countMax).toArray();
      const documents = rows.map(({ _id, body = '', fields }) => ({
        body,
        place: { value: fields?.[query.orderBy] ?? '', tie: _id },
      }));
      return { found: rows.length === query.countMax, answer: { documents, asOf } };
    });
  }

  async position(): Promise<number> {
    return (await this.#active()).position;
  }

  /** What is not found may have been dropped while it was looked for: then it is looked for where reads go now. */
  async #answer<Answer>(
    read: (
      collection: Collection<GenerationDocument>,
      asOf: number,
    ) => Promise<{ readonly found: boolean; readonly answer: Answer }>,
  ): Promise<Answer> {
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const { generation, position } = await this.#active();
      const name = collectionNameOf(this.#projection, generation);
      const { found, answer } = await this.#connection.run(
        (db) => read(db.collection<GenerationDocument>(name), position),
        readMsMax,
      );
      if (found || (await this.#states.read(this.#projection)).isListed(generation)) return answer;
    }
    throw new StoreUnavailable('read model', `${this.#projection} is switched all the time`, 'Try again.');
  }

  async #active(): Promise<{ readonly generation: number; readonly position: number }> {
    const state = await this.#states.read(this.#projection);
    const { active } = state.registry;
    if (active !== null) return { generation: active, position: state.position(active) };
    const why = `${this.#projection} was never built`;
    throw new StoreUnavailable('read model', why, 'Start a projector and wait for it.');
  }
}

function readFrom(document: GenerationDocument | null, asOf: number): ReadDocument | undefined {
  return document?.body === undefined ? undefined : { body: document.body, asOf };
}
