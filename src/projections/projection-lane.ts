import { categoryOf } from '../domain/kernel/log.ts';
import type { DomainEvent } from '../ports/event-codec.ts';
import type { Generation } from '../ports/read-model.ts';
import { DocumentFold, PoisonEvent } from './document-fold.ts';
import type { AnyProjection } from './projection.ts';
import { rebuild } from './rebuild.ts';
import type { ProjectorDependencies } from './runner.ts';

/** Documents a live projection keeps in memory, so that the next event on an order finds them parsed. */
const documentsCachedMax = 20_000;

type State = 'live' | 'halted' | 'outdated';

/** One projection on its way along the log: the live generation, its position, and the documents in memory. */
export class ProjectionLane {
  readonly #projection: AnyProjection;
  readonly #needs: ProjectorDependencies;
  #generation: Generation;
  #fold: DocumentFold;
  #state: State = 'live';
  #position = 0;
  #lost = false;

  private constructor(projection: AnyProjection, needs: ProjectorDependencies, generation: Generation) {
    this.#projection = projection;
    this.#needs = needs;
    this.#generation = generation;
    this.#fold = new DocumentFold(projection, generation, documentsCachedMax);
  }

  static async open(projection: AnyProjection, needs: ProjectorDependencies): Promise<ProjectionLane> {
    const lane = new ProjectionLane(projection, needs, await openActive(projection, needs));
    await lane.#settle();
    return lane;
  }

  get name(): string {
    return this.#projection.name;
  }

  get category(): string {
    return this.#projection.category;
  }

  get position(): number {
    return this.#position;
  }

  get runs(): boolean {
    return this.#state === 'live';
  }

  /** Whether it takes the next page; opens the generation that has taken over from the one it knew. */
  async isReady(): Promise<boolean> {
    if (this.#lost) {
      await this.#generation.close();
      this.#generation = await openActive(this.#projection, this.#needs);
      await this.#settle();
      this.#lost = false;
    }
    return this.#state === 'live';
  }

  /** Takes in what is new to it of `events`; afterwards it has everything up to `to`, or has halted, or was superseded. */
  async advance(events: readonly DomainEvent[], to: number): Promise<void> {
    if (to <= this.#position) return;
    const own = events.filter(
      ({ position, stream }) => position > this.#position && categoryOf(stream) === this.category,
    );
    try {
      await this.#fold.apply(own);
    } catch (error) {
      if (!(error instanceof PoisonEvent)) throw error;
      await this.#commit(error.event.position - 1);
      await this.halt(error.event, error);
      return;
    }
    await this.#commit(to);
  }

  /** Stands still for good, loudly; a later build that understands the event resumes by itself. */
  async halt(event: Pick<DomainEvent, 'position' | 'type'>, error: Error): Promise<void> {
    if (this.#lost) return;
    this.#state = 'halted';
    const halt = { position: event.position, type: event.type, error: error.message };
    await this.#generation.halt(halt);
    this.#needs.logger.error({ projection: this.name, ...halt }, 'projection halted');
  }

  async close(): Promise<void> {
    await this.#generation.close();
  }

  async #commit(to: number): Promise<void> {
    if (to <= this.#position) return;
    const changes = this.#fold.take();
    const committed = await this.#generation.commit({ from: this.#position, to, ...changes });
    if (!committed) {
      // Another generation was activated, or another projector is faster: what is in memory is worth nothing now.
      this.#lost = true;
      return;
    }
    this.#position = to;
    this.#needs.onCommitted({ projection: this.name, position: to, ...changes });
  }

  /** Reads where the generation stands. One built by another version is built anew, beside it, while it still answers. */
  async #settle(): Promise<void> {
    const { readModel, logger } = this.#needs;
    this.#position = await this.#generation.position();
    this.#fold = new DocumentFold(this.#projection, this.#generation, documentsCachedMax);
    const record = (await readModel.projections()).find(({ name }) => name === this.name);
    const version = record?.active?.version;
    if (version === this.#projection.version) {
      this.#state = 'live';
      if (record?.active?.halted !== undefined) await this.#generation.halt(undefined);
      return;
    }
    this.#state = 'outdated';
    logger.info(
      { projection: this.name, from: version, to: this.#projection.version },
      'projection is rebuilt',
    );
    rebuild(this.#projection, this.#needs, {}).then(
      () => {
        this.#lost = true;
      },
      (error: unknown) => logger.error({ projection: this.name, error: String(error) }, 'rebuild failed'),
    );
  }
}

async function openActive(
  projection: AnyProjection,
  { readModel }: ProjectorDependencies,
): Promise<Generation> {
  const record = (await readModel.projections()).find(({ name }) => name === projection.name);
  if (record?.active !== undefined) return readModel.open(projection, record.active.generation);
  const generation = await readModel.startBuild(projection);
  // Nothing is there to read yet, so an empty generation can go live at once and fill up in the open.
  await readModel.activate(projection, generation, async () => {});
  return readModel.open(projection, generation);
}
