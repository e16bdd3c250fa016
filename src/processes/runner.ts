import type { Instant } from '../domain/kernel/instant.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Logger } from '../ports/logger.ts';
import type { ListPage, ListPlace, ProjectionReader } from '../ports/read-model.ts';
import { isStoreFault, Outage } from './outage.ts';
import type { Acted, Process, Work } from './process.ts';
import { SetAside } from './set-aside.ts';

export interface RunnerDependencies {
  /** Of the process's projection. */
  readonly reader: ProjectionReader;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
  /** Calls back when the to-do list may have changed, now or soon; returns the way to stop that. */
  readonly onNews: (listener: () => void) => () => void;
}

/** Acts under way at once. One that waits for its provider holds up nobody else before so many do. */
export const actsMax = 64;
const pageSize = 128;
/** News may be missed, never the list: this often it is looked at anyway. */
const pauseMsMax = 500;
/** A doorbell rings before the projection has seen what it rings for: so it is looked at again soon, then less and less often. */
const pauseMsMin = 20;
/** However much news there is, the list is not looked at more often. */
const gapMs = 10;
/** How long a work is left alone when what its act needs was away. */
const restMsMax = 1_000;
/** How long a clean end waits for acts under way. What is cut off is found again, as after a crash. */
const stopMsMax = 3_000;

/**
 * Does what is on a process's to-do list, for as long as it runs: looks at what is due, has the process act on it, and
 * waits for news, for the next due time, or a moment. Nothing throws out of it: a store that is away is waited for, and a
 * work that cannot be done is left alone for longer and longer.
 */
export class ProcessRunner<Document extends Work> {
  readonly #process: Process<Document>;
  readonly #needs: RunnerDependencies;
  readonly #aside: SetAside;
  /** Of the store that the list is in, and of what the acts need. */
  readonly #listAway: Outage;
  readonly #actsAway: Outage;
  readonly #acting = new Map<string, Promise<void>>();
  #running: Promise<void> | undefined;
  #stopped = false;
  #rung = false;
  #wake = () => {};
  #pauseMs = pauseMsMin;
  /** More was due than could be begun. */
  #isCrowded = false;

  constructor(process: Process<Document>, needs: RunnerDependencies) {
    this.#process = process;
    this.#needs = needs;
    this.#aside = new SetAside(needs.clock, needs.ids);
    this.#listAway = new Outage(process.name, needs);
    this.#actsAway = new Outage(process.name, needs);
  }

  start(): void {
    const silence = this.#needs.onNews(() => this.#ring());
    this.#running ??= this.#run().finally(silence);
  }

  /** Begins nothing more, and waits a while for what is under way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ring();
    await this.#running;
    await new Promise<void>((resolve) => {
      const cancel = this.#needs.clock.after(stopMsMax, resolve);
      void Promise.all(this.#acting.values()).then(() => {
        cancel();
        resolve();
      });
    });
  }

  async #run(): Promise<void> {
    const { clock } = this.#needs;
    while (!this.#stopped) {
      try {
        const beganMs = clock.monotonicMs();
        this.#rung = false;
        const waitMs = await this.#look();
        this.#listAway.ended();
        await this.#idle(waitMs);
        const tooSoonMs = gapMs - (clock.monotonicMs() - beganMs);
        if (tooSoonMs > 0 && !this.#stopped) await clock.sleep(tooSoonMs);
      } catch (error) {
        if (isStoreFault(error)) this.#listAway.began(error);
        else this.#tellDefect(error, {});
        await clock.sleep(this.#listAway.waitMs || pauseMsMax);
      }
    }
  }

  /** Begins what is due, as far as there is room; answers how long until something else can be. */
  async #look(): Promise<number> {
    const { reader, clock } = this.#needs;
    const now = clock.now();
    const urgent = { equals: {}, orderBy: 'urgency', countMax: pageSize } as const;
    let after: ListPlace | undefined;
    this.#isCrowded = false;
    for (;;) {
      const page = await reader.list({ ...urgent, ...(after && { after }) });
      if (after === undefined) this.#aside.reached(page.asOf);
      const waitMs = this.#beginDue(page, now);
      if (waitMs !== undefined) return waitMs;
      after = page.documents.at(-1)?.place;
      if (after === undefined || page.documents.length < pageSize) return this.#aside.nextMs();
    }
  }

  /** `undefined` when all of the page is begun or set aside: then there may be more. */
  #beginDue({ documents, asOf }: ListPage, now: Instant): number | undefined {
    for (const { body } of documents) {
      const work = JSON.parse(body) as Document;
      const waitMs = untilDue(work, now);
      if (waitMs > 0) return Math.min(waitMs, this.#aside.nextMs());
      if (this.#acting.has(work.id) || this.#aside.has(work.id)) continue;
      this.#isCrowded = this.#acting.size >= this.#actsMax;
      if (this.#isCrowded || this.#stopped) return this.#actsAway.waitMs || pauseMsMax;
      this.#begin(work, asOf);
    }
    return undefined;
  }

  #begin(work: Document, asOf: number): void {
    this.#pauseMs = pauseMsMin;
    const acting = this.#act(work, asOf).finally(() => {
      this.#acting.delete(work.id);
      if (this.#isCrowded) this.#ring();
    });
    this.#acting.set(work.id, acting);
  }

  /** While what acts need is away, one at a time tries it: they ask a provider for what they could not record. */
  get #actsMax(): number {
    if (!this.#actsAway.isOn) return actsMax;
    return this.#actsAway.waitMs > 0 ? 0 : 1;
  }

  async #act(work: Document, asOf: number): Promise<void> {
    const { id } = work;
    try {
      const acted = await this.#process.act(work);
      this.#actsAway.ended();
      this.#put(id, acted, asOf);
    } catch (error) {
      if (isStoreFault(error)) {
        // It need not be the store's fault alone: others get their turn first.
        this.#aside.until(id, restMsMax * (0.5 + this.#needs.ids.fraction() / 2));
        this.#actsAway.began(error);
        return;
      }
      this.#aside.failed(id);
      this.#tellDefect(error, { work: id });
    }
  }

  #put(id: string, acted: Acted, asOf: number): void {
    if (acted.kind === 'later') {
      this.#aside.until(id, acted.afterMs);
      return;
    }
    if (acted.byAnother) this.#aside.contested();
    if (acted.position > asOf) {
      this.#aside.untilSeen(id, acted.position);
      return;
    }
    // It would be found due again at once, and again nothing would come of it.
    this.#aside.failed(id);
    const fields = { process: this.#process.name, work: id, position: acted.position };
    this.#needs.logger.warn(fields, 'nothing came of a work that is due; it is left alone for a while');
  }

  #tellDefect(error: unknown, more: object): void {
    const fields = { process: this.#process.name, ...more, error: String(error) };
    this.#needs.logger.error(fields, 'process cannot do a work; it is tried again');
  }

  #ring(): void {
    this.#rung = true;
    this.#pauseMs = pauseMsMin;
    this.#wake();
  }

  async #idle(waitMs: number): Promise<void> {
    if (this.#rung || this.#stopped) return;
    const pauseMs = Math.min(waitMs, this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, pauseMsMax);
    await new Promise<void>((resolve) => {
      const cancel = this.#needs.clock.after(pauseMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = () => {};
  }
}

function untilDue({ due }: Work, now: Instant): number {
  return due === undefined || due <= now ? 0 : Date.parse(due) - Date.parse(now);
}
