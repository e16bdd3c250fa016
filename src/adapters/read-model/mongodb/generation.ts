import type {
  Generation,
  Halt,
  LoadedDocument,
  ProjectionCommit,
  StoredDocument,
} from '../../../ports/read-model.ts';
import { changeRegistry } from './registry.ts';
import type { StateCollection } from './state-collection.ts';
import type { GenerationWriter } from './writer.ts';

export interface GenerationPlace {
  readonly projection: string;
  readonly generation: number;
}

/** One generation as its projector sees it; those of one process share a writer. Throws `StoreUnavailable` throughout. */
export class MongoDbGeneration implements Generation {
  readonly #states: StateCollection;
  readonly #place: GenerationPlace;
  readonly #writer: GenerationWriter;
  readonly #done: () => Promise<void>;
  #closed = false;

  /** @param done called once, when it is closed */
  constructor(
    states: StateCollection,
    place: GenerationPlace,
    writer: GenerationWriter,
    done: () => Promise<void>,
  ) {
    this.#states = states;
    this.#place = place;
    this.#writer = writer;
    this.#done = done;
  }

  claim(): Promise<boolean> {
    return this.#writer.claim();
  }

  async position(): Promise<number> {
    return (await this.#states.read(this.#place.projection)).position(this.#place.generation);
  }

  async halted(): Promise<Halt | undefined> {
    return (await this.#states.read(this.#place.projection)).halted(this.#place.generation);
  }

  load(ids: readonly string[]): Promise<ReadonlyMap<string, LoadedDocument>> {
    return this.#writer.documents.load(ids);
  }

  commit(commit: ProjectionCommit): Promise<boolean> {
    return this.#writer.commit(commit);
  }

  async reopen(): Promise<void> {
    const { projection, generation } = this.#place;
    await changeRegistry(this.#states, projection, (entry) =>
      entry.previous === generation && !entry.previousOpen ? { ...entry, previousOpen: true } : entry,
    );
  }

  async halt(halt: Halt | undefined): Promise<void> {
    const { projection, generation } = this.#place;
    const _id = `${projection}.${generation}!halt`;
    if (halt === undefined) await this.#states.remove([_id]);
    else await this.#states.put({ _id, kind: 'halt', projection, generation, ...halt });
  }

  documents(): AsyncIterable<StoredDocument> {
    return this.#writer.documents.all();
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#done();
  }
}
