import { StoreUnavailable } from '../domain/kernel/faults.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventCodec } from '../ports/event-codec.ts';
import type { EventStore, RecordedEvent } from '../ports/event-store.ts';
import type { Generation, ProjectionCommit, ReadModel } from '../ports/read-model.ts';
import { DocumentFold, PoisonEvent } from './document-fold.ts';
import { type AnyProjection, isAbout } from './projection.ts';
import { decodeUpTo, inSequence, readInOrder } from './sequence.ts';

export interface RebuildDependencies {
  readonly store: EventStore;
  readonly codec: EventCodec;
  readonly readModel: ReadModel;
  readonly clock: Clock;
}

export interface RebuildOptions {
  /** Starts from nothing even if an unfinished build is there. */
  readonly restart?: boolean;
  /** Builds and compares, then drops what it built. */
  readonly dryRun?: boolean;
  readonly onProgress?: (progress: RebuildProgress) => void;
  /** Called with the finished build before it goes live. */
  readonly inspect?: (generation: Generation) => Promise<void>;
  readonly signal?: AbortSignal;
}

export interface RebuildProgress {
  readonly position: number;
  readonly head: number;
  /** Events folded by this run. */
  readonly events: number;
  readonly elapsedMs: number;
}

export interface RebuildReport extends RebuildProgress {
  readonly generation: number;
  /** Where the build was taken up, when an earlier run had not finished it. */
  readonly resumedAt?: number;
}

/** Short, so that what was read dies young: larger pages outlive a collection and cost more than they save. */
const pageSize = 1_000;
/** A shadow generation may lose twice this much to a crash; writing rarely, and aside, is what makes rebuilding fast. */
const eventsPerCommit = 20_000;
const documentsCachedMax = 10_000;

/** A build is claimed from a process that was killed while it built, once that is taken for dead. */
const claimMsMax = 10_000;
const claimPauseMs = 200;

/**
 * Builds a new generation of a projection from the log, beside the live one, and puts it in its place. Reads go on
 * throughout and never go back in time. A run that is killed is resumed by the next.
 * @throws PoisonEvent, StoreUnavailable; the live generation is then untouched.
 */
export async function rebuild(
  projection: AnyProjection,
  needs: RebuildDependencies,
  options: RebuildOptions,
): Promise<RebuildReport> {
  const { readModel, store } = needs;
  if (options.restart === true) await readModel.dropBuild(projection.name);
  const generation = await readModel.startBuild(projection);
  const target = await readModel.open(projection, generation);
  try {
    await claim(target, projection, needs.clock);
    const build = new Build(projection, needs, target, options);
    const resumedAt = await build.begin();
    await build.advanceTo(await store.head());
    await options.inspect?.(target);
    if (options.dryRun === true) await readModel.dropBuild(projection.name);
    else await readModel.activate(projection, generation, (position) => build.advanceTo(position));
    return { generation, ...(resumedAt > 0 && { resumedAt }), ...build.progress() };
  } finally {
    await target.close();
  }
}

export type RollbackOutcome =
  | { readonly done: true; readonly generation: number }
  | { readonly done: false; readonly why: string };

/**
 * Puts the previous generation of a projection back in its place, brought up to date first.
 * @throws PoisonEvent, StoreUnavailable; the live generation is then untouched.
 */
export async function rollback(
  projection: AnyProjection,
  needs: RebuildDependencies,
): Promise<RollbackOutcome> {
  const { name, version } = projection;
  const { readModel, store } = needs;
  const { previous } = (await readModel.projections()).find((record) => record.name === name) ?? {};
  if (previous === undefined) return { done: false, why: `${name} has no previous generation.` };
  if (previous.version !== version) {
    const why = `The previous generation of ${name} is of version ${previous.version}, this build makes ${version}: run the build that made it.`;
    return { done: false, why };
  }
  const { generation } = previous;
  const target = await readModel.open(projection, generation);
  try {
    await target.reopen();
    await claim(target, projection, needs.clock);
    const build = new Build(projection, needs, target, {});
    await build.begin();
    await build.advanceTo(await store.head());
    await readModel.activate(projection, generation, (position) => build.advanceTo(position));
    return { done: true, generation };
  } finally {
    await target.close();
  }
}

class Build {
  readonly #projection: AnyProjection;
  readonly #needs: RebuildDependencies;
  readonly #target: Generation;
  readonly #options: RebuildOptions;
  readonly #fold: DocumentFold;
  readonly #startedMs: number;
  /** The commit under way: the next events are folded while the store writes. */
  #committing: Promise<void> = Promise.resolve();
  #committed = 0;
  /** Read since the last commit. Positions cannot tell: in some stores they are bytes. */
  #uncommitted = 0;
  #position = 0;
  #head = 0;
  #events = 0;

  constructor(
    projection: AnyProjection,
    needs: RebuildDependencies,
    target: Generation,
    options: RebuildOptions,
  ) {
    this.#projection = projection;
    this.#needs = needs;
    this.#target = target;
    this.#options = options;
    this.#fold = new DocumentFold(
      inSequence(projection),
      { load: (ids) => this.#load(ids) },
      documentsCachedMax,
    );
    this.#startedMs = needs.clock.monotonicMs();
  }

  async begin(): Promise<number> {
    this.#committed = await this.#target.position();
    this.#position = this.#committed;
    return this.#committed;
  }

  /** Folds and commits everything up to `head`. */
  async advanceTo(head: number): Promise<void> {
    this.#head = Math.max(this.#head, head);
    while (this.#position < head) {
      this.#options.signal?.throwIfAborted();
      const page = await readInOrder(this.#needs.store, this.#position, pageSize);
      const last = page.at(-1);
      if (last === undefined) break;
      await this.#take(page.filter(({ stream }) => this.#concerns(stream)));
      this.#position = last.position;
      this.#events += page.length;
      this.#uncommitted += page.length;
      if (this.#uncommitted >= eventsPerCommit) await this.#commit();
      this.#options.onProgress?.(this.progress());
    }
    await this.#commit();
    await this.#committing;
  }

  progress(): RebuildProgress {
    const elapsedMs = this.#needs.clock.monotonicMs() - this.#startedMs;
    return { position: this.#position, head: this.#head, events: this.#events, elapsedMs };
  }

  #concerns(stream: string): boolean {
    return isAbout(this.#projection, stream);
  }

  async #take(page: readonly RecordedEvent[]): Promise<void> {
    const { events, unreadable } = await decodeUpTo(this.#needs.codec, page);
    await this.#fold.apply(events);
    if (unreadable !== undefined) throw new PoisonEvent(unreadable.event, unreadable.error);
  }

  /** Starts the next commit once the one before it is done. */
  async #commit(): Promise<void> {
    if (this.#position === this.#committed) return;
    const commit = { from: this.#committed, to: this.#position, ...this.#fold.take() };
    this.#committed = this.#position;
    this.#uncommitted = 0;
    await this.#committing;
    this.#committing = this.#write(commit);
    // Whoever waits for it next hears of a failure; until then nobody does.
    this.#committing.catch(() => {});
  }

  /** What is not in memory may be in the commit under way. */
  async #load(ids: readonly string[]): ReturnType<Generation['load']> {
    await this.#committing;
    return this.#target.load(ids);
  }

  async #write(commit: ProjectionCommit): Promise<void> {
    if (!(await this.#target.commit(commit))) throw builtByAnother(this.#projection);
  }
}

async function claim(target: Generation, projection: AnyProjection, clock: Clock): Promise<void> {
  const deadlineMs = clock.monotonicMs() + claimMsMax;
  while (!(await target.claim())) {
    if (clock.monotonicMs() > deadlineMs) throw builtByAnother(projection);
    await clock.sleep(claimPauseMs);
  }
}

function builtByAnother({ name }: AnyProjection): StoreUnavailable {
  const why = `another process is building ${name}`;
  return new StoreUnavailable('read model', why, 'Let it finish, or stop it; then try again.');
}
