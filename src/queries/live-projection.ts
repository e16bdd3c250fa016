import { StoreUnavailable } from '../domain/kernel/faults.ts';
import { Problem } from '../http/problem.ts';
import type { Cache, DocumentCache, DocumentMemo, FoundEntry } from '../ports/cache.ts';
import type { Clock } from '../ports/clock.ts';
import type { ProjectionFeed, ProjectionNews } from '../ports/projection-feed.ts';
import type { ListPage, ListQuery, ProjectionReader, ReadDocument } from '../ports/read-model.ts';

export interface LiveProjectionDependencies {
  readonly cache: Cache;
  readonly clock: Clock;
  /** Absent where the projector runs elsewhere: then positions are asked for. */
  readonly feed?: ProjectionFeed;
  readonly waitMsMax: number;
  /** Works out what is needed to serve a document; once per document, where the cache keeps it. */
  readonly memoOf: (body: string) => DocumentMemo;
}

export interface ServedDocument extends ReadDocument {
  readonly memo: DocumentMemo;
  readonly cached: boolean;
}

const pollMs = 5;
/** A store that could not be reached is not waited for again for so long, by those who can do without it. */
const awayMs = 1_000;

/**
 * Reads of one projection, by way of the cache, and no older than asked for. Documents are read from the store once
 * however many ask at the same time.
 */
export class LiveProjection {
  readonly #name: string;
  readonly #documents: DocumentCache;
  readonly #reader: ProjectionReader;
  readonly #needs: LiveProjectionDependencies;
  readonly #reading = new Map<string, Promise<ServedDocument | undefined>>();
  readonly #waiting = new Set<{ readonly position: number; readonly reached: () => void }>();
  #heardOf = 0;
  #awayUntilMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<number> | undefined;

  /** @param version keeps documents of another version apart in a cache that outlives this process. */
  constructor(name: string, version: number, reader: ProjectionReader, needs: LiveProjectionDependencies) {
    this.#name = name;
    this.#documents = needs.cache.documents(name, version);
    this.#reader = reader;
    this.#needs = needs;
    needs.feed?.subscribe((news) => {
      if (news.projection === name) this.#hear(news);
    });
  }

  /**
   * The document, holding for at least the position `atLeast`; `undefined` when there is none. What is cached, current and
   * new enough is served without asking the store, and what is only new enough while the store cannot be reached;
   * otherwise it waits until the projection is there.
   * @throws StoreUnavailable; Problem `projection-behind` when it takes too long
   */
  get(id: string, atLeast: number): ServedDocument | undefined | Promise<ServedDocument | undefined> {
    const entry = this.#documents.get(id);
    if (entry instanceof Promise) return entry.then((found) => this.#serve(id, found, atLeast));
    return this.#serve(id, entry, atLeast);
  }

  /** @throws StoreUnavailable */
  list(query: ListQuery): Promise<ListPage> {
    return this.#reader.list(query);
  }

  /**
   * Waits until the projection has everything up to `position`.
   * @throws Problem `projection-behind` when it takes too long
   */
  async reach(position: number): Promise<void> {
    if (position <= this.#heardOf || position <= (await this.#askPosition())) return;
    const deadlineMs = this.#needs.clock.monotonicMs() + this.#needs.waitMsMax;
    while (this.#needs.clock.monotonicMs() < deadlineMs) {
      await this.#news(position);
      if (position <= this.#heardOf || position <= (await this.#askPosition())) return;
    }
    throw behind(this.#name, position);
  }

  #serve(
    id: string,
    entry: FoundEntry | undefined,
    atLeast: number,
  ): ServedDocument | undefined | Promise<ServedDocument | undefined> {
    if (entry === undefined || entry.asOf < atLeast) return this.#readAtLeast(id, atLeast);
    const { body, asOf, isCurrent } = entry;
    const served = { body, asOf, memo: entry.memo ?? this.#needs.memoOf(body), cached: true };
    if (isCurrent || this.#needs.clock.monotonicMs() < this.#awayUntilMs) return served;
    return this.#readAtLeast(id, atLeast).catch((error: unknown) => {
      if (!(error instanceof StoreUnavailable)) throw error;
      // Not the latest perhaps, but true at the position it is answered with, and new enough for whoever asks.
      this.#awayUntilMs = this.#needs.clock.monotonicMs() + awayMs;
      return served;
    });
  }

  /** A read under way may have begun before that position was reached: then it is done again. */
  async #readAtLeast(id: string, atLeast: number): Promise<ServedDocument | undefined> {
    if (atLeast > 0) await this.reach(atLeast);
    const document = await this.#read(id);
    return document === undefined || document.asOf < atLeast ? this.#readThrough(id) : document;
  }

  #read(id: string): Promise<ServedDocument | undefined> {
    const underWay = this.#reading.get(id);
    if (underWay !== undefined) return underWay;
    const reading = this.#readThrough(id).finally(() => this.#reading.delete(id));
    this.#reading.set(id, reading);
    return reading;
  }

  async #readThrough(id: string): Promise<ServedDocument | undefined> {
    const document = await this.#reader.get(id);
    if (document === undefined) return undefined;
    const memo = this.#needs.memoOf(document.body);
    void this.#documents.fill(id, { ...document, memo });
    return { ...document, memo, cached: false };
  }

  /** However many wait, the store is asked once at a time. */
  #askPosition(): Promise<number> | number {
    if (this.#asking !== undefined) return this.#asking;
    const asked = this.#reader.position();
    if (typeof asked === 'number') return asked;
    this.#asking = asked.finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  #hear({ from, position, changed }: ProjectionNews): void {
    this.#heardOf = position;
    // One that is shared is told by the projector itself, which has the documents too.
    if (!this.#needs.cache.shared)
      void this.#documents.published({ from, to: position, writes: [], forgets: changed });
    for (const waiting of this.#waiting) if (waiting.position <= position) waiting.reached();
  }

  /** Resolves when the position is heard of, or after a short while. */
  #news(position: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = { position, reached: done };
      const cancel = this.#needs.clock.after(pollMs, done);
      this.#waiting.add(waiting);
      const waitingSet = this.#waiting;
      function done(): void {
        cancel();
        waitingSet.delete(waiting);
        resolve();
      }
    });
  }
}

/** What a read answers that waited in vain for a position. */
export function behind(what: string, position: number): Problem {
  const detail = `${what} has not reached position ${position}; read again in a moment.`;
  return new Problem('projection-behind', detail, { headers: { 'retry-after': '1' } });
}
