import { DamagedData, StoreUnavailable } from '../domain/kernel/faults.ts';
import { categoryOf } from '../domain/kernel/log.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventCodec } from '../ports/event-codec.ts';
import type { EventStore, RecordedEvent } from '../ports/event-store.ts';
import type { Ids } from '../ports/ids.ts';
import type { Logger } from '../ports/logger.ts';
import type { DocumentWrite, ReadModel } from '../ports/read-model.ts';
import { Backoff } from './backoff.ts';
import { type AnyProjection, categoriesOf } from './projection.ts';
import { ProjectionLane } from './projection-lane.ts';
import { type DecodedPage, decodeUpTo, OutOfSequence, readInOrder } from './sequence.ts';

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
  /** Told every now and then while there is nothing to commit: an empty page from where the projection is to there. */
  readonly onUnchanged?: (unchanged: CommittedPage) => void;
}

/** What one commit of the live generation changed. */
export interface CommittedPage {
  readonly projection: string;
  readonly version: number;
  /** Position before it: everything that changed since is in it. */
  readonly from: number;
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
const nothing = { count: 0, moved: false };
/** How often to look whether another generation has taken over from one that makes no commits. */
const lookMsMin = 1_000;

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
  #gapAt: number | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(needs: ProjectorDependencies) {
    this.#needs = needs;
    this.#categories = categoriesOf(needs.projections);
  }

  /**
   * Opens the projections, builds those that were never built, and keeps them up to date until `stop`. One that could not
   * start may be started again.
   * @throws StoreUnavailable; DamagedData when a projection is ahead of the log: then an older log was put back.
   */
  async start(): Promise<void> {
    const { projections, store } = this.#needs;
    const lanes = await openAll(projections, this.#needs);
    try {
      refuseShorterLog(lanes, await store.head());
    } catch (error) {
      for (const lane of lanes) await lane.close();
      throw error;
    }
    this.#lanes = lanes;
    const silence = store.onAppended(() => this.#ring());
    this.#running = this.#run().finally(silence);
  }

  /** Settles when it runs no more: rejects with what it died of. */
  get ended(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  /** Finishes the page at hand and stops. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ring();
    try {
      await this.#running;
    } finally {
      await this.#close();
    }
  }

  /** Resolves when every projection that runs holds all events up to `position`. */
  async reached(position: number): Promise<void> {
    while (this.#lanes.some((lane) => lane.runs && lane.position < position))
      await this.#needs.clock.sleep(1);
  }

  async #run(): Promise<void> {
    const { clock, logger, ids } = this.#needs;
    const backoff = new Backoff(ids);
    while (!this.#stopped) {
      try {
        this.#rung = false;
        const { count, moved } = await this.#step();
        backoff.reset();
        if (count === 0) await this.#idle();
        else if (!moved || (count >= crowd && count < pageSize)) await clock.sleep(gatherMs);
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        const retryMs = backoff.next();
        logger.warn({ error: error.message, remedy: error.remedy, retryMs }, 'projections wait for a store');
        await clock.sleep(retryMs);
      }
    }
  }

  /** One page for all; answers how many events it had, and whether it moved anybody: else the next would spin. */
  async #step(): Promise<{ readonly count: number; readonly moved: boolean }> {
    await this.#look();
    const running = [];
    for (const lane of this.#lanes) if (await lane.isReady()) running.push(lane);
    if (running.length === 0) return nothing;
    const after = Math.min(...running.map(({ position }) => position));
    const page = await readInOrder(this.#needs.store, after, pageSize);
    const last = page.at(-1);
    if (last === undefined) {
      // They write these projections, and the log has nothing for them: what they have is how things are.
      for (const lane of running) this.#needs.onUnchanged?.(lane.unchanged);
      return nothing;
    }
    const { events, unreadable } = await this.#decode(page);
    if (unreadable?.error instanceof OutOfSequence) this.#refetchOnce(unreadable.event, unreadable.error);
    const to = unreadable === undefined ? last.position : unreadable.event.position - 1;
    const before = running.map(({ position }) => position);
    for (const lane of running) await lane.advance(events, to);
    if (unreadable !== undefined) await haltAt(unreadable, running);
    const moved = running.some(({ position }, index) => position !== before[index]);
    return { count: page.length, moved };
  }

  /** Events of other categories are nobody's concern here and are not decoded. */
  #decode(page: readonly RecordedEvent[]): Promise<DecodedPage> {
    const relevant = page.filter(({ stream }) => this.#categories.has(categoryOf(stream)));
    return decodeUpTo(this.#needs.codec, relevant);
  }

  /** What is missing may only not have arrived. @throws StoreUnavailable the first time: the page is asked for again. */
  #refetchOnce({ position }: RecordedEvent, { message }: Error): void {
    if (this.#gapAt === position) return;
    this.#gapAt = position;
    throw new StoreUnavailable(
      'event store',
      message,
      'It is asked again; if this stays, run `ledger verify`.',
    );
  }

  async #look(): Promise<void> {
    const nowMs = this.#needs.clock.monotonicMs();
    if (nowMs - this.#lookedMs < lookMsMin) return;
    this.#lookedMs = nowMs;
    const records = await this.#needs.readModel.projections();
    for (const lane of this.#lanes) lane.compareWith(records.find(({ name }) => name === lane.name));
  }

  async #close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
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

async function openAll(
  projections: readonly AnyProjection[],
  needs: ProjectorDependencies,
): Promise<readonly ProjectionLane[]> {
  const lanes: ProjectionLane[] = [];
  try {
    for (const projection of projections) lanes.push(await ProjectionLane.open(projection, needs));
    return lanes;
  } catch (error) {
    for (const lane of lanes) await lane.close();
    throw error;
  }
}

/** The head is read after the positions: beside another projector, the other way round would see it run ahead. */
function refuseShorterLog(lanes: readonly ProjectionLane[], head: number): void {
  for (const { name, position } of lanes) {
    if (position <= head) continue;
    throw new DamagedData(
      `${name} has seen position ${position}, the log ends at ${head}: an older log was put back. Run \`ledger verify\`.`,
    );
  }
}

/** An event nobody can read halts the projections it is meant for; those of other categories pass it by. */
async function haltAt(
  { event, error }: NonNullable<DecodedPage['unreadable']>,
  running: readonly ProjectionLane[],
): Promise<void> {
  const cause = error instanceof Error ? error : new Error(String(error));
  for (const lane of running) {
    if (lane.position >= event.position) continue;
    if (lane.isAbout(event.stream)) await lane.halt(event, cause);
    else await lane.advance([], event.position);
  }
}
