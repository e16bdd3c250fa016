import { DamagedData, StoreUnavailable, UnreadableEvent } from '../domain/kernel/faults.ts';
import { categoryOf } from '../domain/kernel/log.ts';
import type { Clock } from '../ports/clock.ts';
import type { DomainEvent, EventCodec } from '../ports/event-codec.ts';
import type { EventStore, RecordedEvent } from '../ports/event-store.ts';
import type { Ids } from '../ports/ids.ts';
import type { Logger } from '../ports/logger.ts';
import type { DocumentWrite, ReadModel } from '../ports/read-model.ts';
import type { AnyProjection } from './projection.ts';
import { ProjectionLane } from './projection-lane.ts';

export interface ProjectorDependencies {
  readonly store: EventStore;
  readonly codec: EventCodec;
  readonly readModel: ReadModel;
  readonly projections: readonly AnyProjection[];
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Told after each commit, in order of position per projection. */
  readonly onCommitted: (committed: CommittedPage) => void;
}

/** What one commit of the live generation changed. */
export interface CommittedPage {
  readonly projection: string;
  readonly position: number;
  readonly writes: readonly DocumentWrite[];
  readonly deletes: readonly string[];
}

const pageSize = 1_000;
/** The doorbell may be missed, never the log: this often it is looked at anyway. */
const idleMsMax = 500;
/**
 * A lone event is taken in at once. A page of this many says that there is traffic: then the next one is given time to
 * gather, because committing a hundred events costs hardly more than committing ten, and takes as much from whoever answers.
 */
const crowd = 16;
const gatherMs = 20;
const retryMsMin = 50;
const retryMsMax = 5_000;

/**
 * Keeps the live projections up with the log: reads a page once, folds it into every projection, commits each on its
 * own, and again; when there is nothing new it waits for the doorbell. A projection that cannot take an event in
 * halts by itself; the others go on.
 */
export class Projector {
  readonly #needs: ProjectorDependencies;
  readonly #categories: ReadonlySet<string>;
  #lanes: readonly ProjectionLane[] = [];
  #running: Promise<void> | undefined;
  #stopped = false;
  #wake = () => {};
  #rung = false;

  constructor(needs: ProjectorDependencies) {
    this.#needs = needs;
    this.#categories = new Set(needs.projections.map(({ category }) => category));
  }

  /**
   * Opens the projections, builds those that were never built, and keeps them up to date until `stop`.
   * @throws StoreUnavailable; DamagedData when a projection is ahead of the log: then an older log was put back.
   */
  async start(): Promise<void> {
    const { projections, store } = this.#needs;
    const head = await store.head();
    this.#lanes = await Promise.all(
      projections.map((projection) => ProjectionLane.open(projection, this.#needs)),
    );
    for (const { name, position } of this.#lanes) {
      if (position > head) {
        throw new DamagedData(
          `${name} has seen position ${position}, the log ends at ${head}: an older log was put back. Run \`ledger verify\`.`,
        );
      }
    }
    const silence = store.onAppended(() => this.#ring());
    this.#running = this.#run().finally(silence);
  }

  /** Finishes the page at hand and stops. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ring();
    await this.#running;
    await Promise.all(this.#lanes.map((lane) => lane.close()));
  }

  /** Resolves when every projection that runs holds all events up to `position`. */
  async reached(position: number): Promise<void> {
    while (this.#lanes.some((lane) => lane.runs && lane.position < position))
      await this.#needs.clock.sleep(1);
  }

  async #run(): Promise<void> {
    let retryMs = retryMsMin;
    while (!this.#stopped) {
      try {
        this.#rung = false;
        const count = await this.#step();
        retryMs = retryMsMin;
        if (count === 0) await this.#idle();
        else if (count >= crowd && count < pageSize) await this.#needs.clock.sleep(gatherMs);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        this.#needs.logger.warn(
          { error: error.message, remedy: error.remedy, retryMs },
          'projections wait for a store',
        );
        await this.#needs.clock.sleep(retryMs * (0.5 + this.#needs.ids.fraction() / 2));
        retryMs = Math.min(retryMs * 2, retryMsMax);
      }
    }
  }

  /** One page for all; answers how many events it had. */
  async #step(): Promise<number> {
    const running = [];
    for (const lane of this.#lanes) if (await lane.isReady()) running.push(lane);
    if (running.length === 0) return 0;
    const after = Math.min(...running.map(({ position }) => position));
    const page = await this.#needs.store.readAll({ after, countMax: pageSize });
    const last = page.at(-1);
    if (last === undefined) return 0;
    const { events, unreadable } = await this.#decode(page);
    const to = unreadable === undefined ? last.position : unreadable.position - 1;
    for (const lane of running) await lane.advance(events, to);
    if (unreadable !== undefined) await this.#haltAt(unreadable, page, running);
    return page.length;
  }

  /** Events of other categories are nobody's concern here and are not decoded. */
  async #decode(
    page: readonly RecordedEvent[],
  ): Promise<{ events: readonly DomainEvent[]; unreadable?: UnreadableEvent }> {
    const relevant = page.filter(({ stream }) => this.#categories.has(categoryOf(stream)));
    try {
      return { events: await this.#needs.codec.decode(relevant) };
    } catch (error) {
      if (!(error instanceof UnreadableEvent)) throw error;
      const readable = relevant.filter(({ position }) => position < error.position);
      return { events: await this.#needs.codec.decode(readable), unreadable: error };
    }
  }

  async #haltAt(
    error: UnreadableEvent,
    page: readonly RecordedEvent[],
    running: readonly ProjectionLane[],
  ): Promise<void> {
    const event = page.find(({ position }) => position === error.position);
    const category = categoryOf(error.stream);
    for (const lane of running) {
      if (lane.category === category && event !== undefined) await lane.halt(event, error);
      else if (lane.position < error.position) await lane.advance([], error.position);
    }
  }

  #ring(): void {
    this.#rung = true;
    this.#wake();
  }

  async #idle(): Promise<void> {
    if (this.#rung || this.#stopped) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#needs.clock.after(idleMsMax, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = () => {};
  }
}
