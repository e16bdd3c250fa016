import { StoreUnavailable } from '../domain/kernel/faults.ts';
import type { DomainEvent } from '../ports/event-codec.ts';
import type { ProjectionRecord } from '../ports/read-model.ts';
import { type Live, openActive } from './active-generation.ts';
import { Backoff } from './backoff.ts';
import { DocumentFold, PoisonEvent } from './document-fold.ts';
import { type AnyProjection, isAbout } from './projection.ts';
import { rebuild } from './rebuild.ts';
import type { CommittedPage, ProjectorDependencies } from './runner.ts';
import { inSequence, OutOfSequence } from './sequence.ts';

/** Documents a live projection keeps in memory, so that the next event on an order finds them parsed. */
const documentsCachedMax = 20_000;

/** How often a lane that waits for another projector asks whether it may write. */
const askMsMin = 200;

type State = 'live' | 'halted' | 'outdated';

/**
 * One projection on its way along the log: the live generation, its position, and the documents in memory. When its
 * store fails it alone waits; what it held in memory is dropped, because nobody knows what of it was written.
 */
export class ProjectionLane {
  readonly #projection: AnyProjection;
  readonly #needs: ProjectorDependencies;
  readonly #backoff: Backoff;
  readonly #closing = new AbortController();
  #live: Live;
  #fold: DocumentFold;
  #state: State = 'live';
  #position = 0;
  /** What is in memory is worth nothing: the active generation is opened anew before the next page. */
  #lost = false;
  #waitsUntilMs = 0;
  /** Another projector writes; this one follows its position, and takes over when it ends or dies. */
  #waits = false;
  /** Nothing was committed since it was settled: a commit that is repeated does not name all, so nothing cached stays proven. */
  #isFirst = true;
  #gapAt: number | undefined;
  #rebuilding: Promise<void> | undefined;

  private constructor(projection: AnyProjection, needs: ProjectorDependencies, live: Live) {
    this.#projection = projection;
    this.#needs = needs;
    this.#backoff = new Backoff(needs.ids);
    this.#live = live;
    this.#fold = this.#emptyFold();
  }

  static async open(projection: AnyProjection, needs: ProjectorDependencies): Promise<ProjectionLane> {
    const lane = new ProjectionLane(projection, needs, await openActive(projection, needs.readModel));
    await lane.#settle();
    return lane;
  }

  get name(): string {
    return this.#projection.name;
  }

  /** Whether the events of a stream are for it. */
  isAbout(stream: string): boolean {
    return isAbout(this.#projection, stream);
  }

  get position(): number {
    return this.#position;
  }

  /** What is committed when nothing is. */
  get unchanged(): CommittedPage {
    const { name, version } = this.#projection;
    const position = this.#position;
    return { projection: name, version, from: position, position, writes: [], deletes: [] };
  }

  get runs(): boolean {
    return this.#state === 'live';
  }

  /**
   * Whether it takes the next page; opens the generation that has taken over from the one it knew, and takes over from a
   * projector that writes no more.
   */
  async isReady(): Promise<boolean> {
    if (this.#needs.clock.monotonicMs() < this.#waitsUntilMs) return false;
    if (this.#lost) {
      if (this.#rebuilding !== undefined) return false;
      await this.#guarded(async () => {
        await this.#live.generation.close();
        this.#live = await openActive(this.#projection, this.#needs.readModel);
        await this.#settle();
        this.#lost = false;
      });
    }
    if (this.#state !== 'live' || this.#lost) return false;
    await this.#guarded(() => this.#claim());
    return !this.#waits && !this.#lost;
  }

  /** Notices that another generation has taken over, where no commit would tell: a lane that stands still makes none. */
  compareWith(record: ProjectionRecord | undefined): void {
    if (record?.active !== undefined && record.active.generation !== this.#live.number) this.#lost = true;
  }

  /** Takes in what is new to it of `events`; afterwards it has everything up to `to`, or has halted, or starts over. */
  async advance(events: readonly DomainEvent[], to: number): Promise<void> {
    if (to <= this.#position || this.#lost) return;
    const own = events.filter(
      ({ position, stream }) => position > this.#position && isAbout(this.#projection, stream),
    );
    await this.#guarded(async () => {
      try {
        await this.#fold.apply(own);
      } catch (error) {
        if (!(error instanceof PoisonEvent)) throw error;
        await this.#stopAt(error);
        return;
      }
      await this.#commit(to);
    });
  }

  /** Stands still for good, loudly; a later build that understands the event resumes by itself. */
  async halt(event: Pick<DomainEvent, 'position' | 'type'>, error: Error): Promise<void> {
    await this.#guarded(async () => {
      if (this.#lost) return;
      const halt = { position: event.position, type: event.type, error: error.message };
      await this.#live.generation.halt(halt);
      // Only now: a halt that was not recorded would be a silent one.
      this.#state = 'halted';
      this.#needs.logger.error({ projection: this.name, ...halt }, 'projection halted');
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#rebuilding;
    await this.#live.generation.close();
  }

  /** Everything before a poison event is kept. Before a gap nothing is: what is missing is asked for once more. */
  async #stopAt(error: PoisonEvent): Promise<void> {
    const { position } = error.event;
    if (!(error.cause instanceof OutOfSequence)) await this.#commit(position - 1);
    else if (this.#gapAt !== position) {
      this.#gapAt = position;
      this.#startOver(error);
      return;
    }
    await this.halt(error.event, error);
  }

  async #commit(to: number): Promise<void> {
    if (to <= this.#position) return;
    const changes = this.#fold.take();
    const committed = await this.#live.generation.commit({ from: this.#position, to, ...changes });
    if (!committed) {
      // Another generation was activated, or another projector is faster: what is in memory is worth nothing now.
      this.#lost = true;
      return;
    }
    const page = { ...this.unchanged, ...(this.#isFirst && { from: to }), position: to, ...changes };
    this.#isFirst = false;
    this.#position = to;
    this.#backoff.reset();
    this.#needs.onCommitted(page);
  }

  async #claim(): Promise<void> {
    const waited = this.#waits;
    if (await this.#mayWrite()) {
      // What is in memory is from before the other wrote.
      if (waited) await this.#settle();
      return;
    }
    this.#position = await this.#live.generation.position();
    this.#waitsUntilMs = this.#needs.clock.monotonicMs() + askMsMin;
  }

  /** Whether this projector writes, rather than another. */
  async #mayWrite(): Promise<boolean> {
    const { logger } = this.#needs;
    const waited = this.#waits;
    this.#waits = !(await this.#live.generation.claim());
    if (this.#waits && !waited)
      logger.info({ projection: this.name }, 'another projector writes the projection');
    if (!this.#waits && waited) logger.info({ projection: this.name }, 'projection is taken over');
    return !this.#waits;
  }

  /** Reads where the generation stands. One built by another version is built anew, beside it, while it still answers. */
  async #settle(): Promise<void> {
    const { readModel, logger } = this.#needs;
    const { generation } = this.#live;
    // Claimed before it is asked where it stands: nobody else moves it then.
    await this.#mayWrite();
    this.#position = await generation.position();
    this.#fold = this.#emptyFold();
    this.#isFirst = true;
    const record = (await readModel.projections()).find(({ name }) => name === this.name);
    const version = record?.active?.version;
    if (version === this.#projection.version) {
      if (record?.active?.halted !== undefined && !this.#waits) await generation.halt(undefined);
      this.#state = 'live';
      return;
    }
    this.#state = 'outdated';
    logger.info(
      { projection: this.name, from: version, to: this.#projection.version },
      'projection is rebuilt',
    );
    this.#rebuilding = this.#rebuild();
  }

  async #rebuild(): Promise<void> {
    const { signal } = this.#closing;
    try {
      await rebuild(this.#projection, this.#needs, { signal });
      this.#lost = true;
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof PoisonEvent) await this.halt(error.event, error);
      else this.#startOver(error);
    } finally {
      this.#rebuilding = undefined;
    }
  }

  async #guarded(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      this.#startOver(error);
    }
  }

  #startOver(error: unknown): void {
    const { clock, logger } = this.#needs;
    const retryMs = this.#backoff.next();
    this.#lost = true;
    this.#waitsUntilMs = clock.monotonicMs() + retryMs;
    logger.warn({ projection: this.name, error: String(error), retryMs }, 'projection starts over');
  }

  #emptyFold(): DocumentFold {
    return new DocumentFold(inSequence(this.#projection), this.#live.generation, documentsCachedMax);
  }
}
