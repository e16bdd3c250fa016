import type { ProjectionCommit } from '../../../ports/read-model.ts';
import type { MongoDbConnection } from '../../shared/mongodb-connection.ts';
import { GenerationDocuments } from './documents.ts';
import { Lease, type LeaseTiming } from './lease.ts';
import type { ProjectionState, WriterDocument } from './state.ts';
import type { StateCollection } from './state-collection.ts';
import { breakSwitch } from './switch-lease.ts';

export interface WriterDependencies {
  readonly connection: MongoDbConnection;
  readonly states: StateCollection;
  readonly timing: LeaseTiming;
  /** Names the read model that was opened, among all that write. */
  readonly holder: string;
}

/**
 * Writes one generation, for all of this process that has it open. Without transactions, a commit is three steps: say
 * how far it will lead; write the documents, each only over an older one; move the position. Whatever it ends after is
 * as good as none or as all of it, because a document says itself which events it holds.
 */
export class GenerationWriter {
  readonly documents: GenerationDocuments;
  readonly #states: StateCollection;
  readonly #projection: string;
  readonly #generation: number;
  readonly #lease: Lease<WriterDocument>;
  readonly #breakSwitch: () => Promise<void>;
  /**
   * A commit was refused though the lease is held, or another writer of this process was refused before it was closed:
   * whether commits are accepted is looked at before the next.
   */
  #wasRefused = true;
  #committing: Promise<unknown> = Promise.resolve();

  constructor(
    { connection, states, timing, holder }: WriterDependencies,
    projection: string,
    generation: number,
  ) {
    this.documents = new GenerationDocuments(connection, projection, generation);
    this.#states = states;
    this.#projection = projection;
    this.#generation = generation;
    this.#lease = new Lease<WriterDocument>(
      states,
      {
        key: `${projection}.${generation}`,
        projection,
        holder,
        documents: (state) => state.writers(generation),
        begin: (state) => ({
          kind: 'writer',
          projection,
          generation,
          position: state.position(generation),
          writing: state.position(generation),
        }),
        exists: (state) => state.isListed(generation),
      },
      timing,
    );
    this.#breakSwitch = breakSwitch(states, projection, timing);
  }

  /** Whether this process may write now. */
  async claim(): Promise<boolean> {
    if (!(await this.#lease.claim())) return false;
    if (!this.#wasRefused) return true;
    const state = await this.#states.read(this.#projection);
    if (state.accepts(this.#generation)) this.#wasRefused = false;
    else if (state.registry.active === this.#generation) await this.#breakSwitch();
    return !this.#wasRefused;
  }

  commit(commit: ProjectionCommit): Promise<boolean> {
    const committing = this.#committing.then(() => this.#commit(commit));
    this.#committing = committing.catch(() => {});
    return committing;
  }

  async release(): Promise<void> {
    await this.#committing;
    await this.#lease.release();
  }

  async #commit({ from, to, writes, deletes }: ProjectionCommit): Promise<boolean> {
    if (!(await this.#lease.claim())) return false;
    // Said before it is asked whether somebody wants to stop it: either this sees the other, or the other sees this.
    if (!(await this.#lease.write({ position: from }, { writing: to }))) return false;
    if (!this.#accepts(await this.#states.read(this.#projection))) {
      this.#wasRefused = true;
      await this.#lease.write({ position: from }, { writing: from });
      return false;
    }
    const done = await this.documents.write(writes, deletes, to, () => this.#lease.holds());
    return done && (await this.#lease.write({ position: from, writing: to }, { position: to }));
  }

  #accepts(state: ProjectionState): boolean {
    return this.#lease.isLastIn(state) && state.accepts(this.#generation);
  }
}
