import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';

/** While another ledger works on the same list, so long is waited at most before acting on what it may act on too. */
const courtesyMsMax = 200;
/** How long it is remembered that another works on it. */
const contestedMs = 30_000;
const failedMsMin = 500;
const failedMsMax = 60_000;
/** Entries that nobody asks for any more are dropped after so long. */
const keptMs = 120_000;

interface Wait {
  readonly untilMs: number;
  readonly failures: number;
}

/** Works on the list that are not to be acted on now, and why not. */
export class SetAside {
  readonly #clock: Clock;
  readonly #ids: Ids;
  /** Done up to a position that the projection has not reached: what the list says of them is stale. */
  readonly #unseen = new Map<string, number>();
  readonly #waiting = new Map<string, Wait>();
  #contestedUntilMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, ids: Ids) {
    this.#clock = clock;
    this.#ids = ids;
  }

  /** Whether it is to be passed over. Where another ledger works on the list, a work is passed over for a moment first. */
  has(id: string): boolean {
    if (this.#unseen.has(id)) return true;
    const nowMs = this.#clock.monotonicMs();
    const wait = this.#waiting.get(id);
    if (wait !== undefined) return wait.untilMs > nowMs;
    if (nowMs >= this.#contestedUntilMs) return false;
    this.until(id, this.#ids.fraction() * courtesyMsMax);
    return true;
  }

  /** It was done; the list will say so when the projection is there. */
  untilSeen(id: string, position: number): void {
    this.#waiting.delete(id);
    this.#unseen.set(id, position);
  }

  until(id: string, afterMs: number): void {
    this.#waiting.set(id, { untilMs: this.#clock.monotonicMs() + afterMs, failures: 0 });
  }

  /** It could not be done: it waits twice as long each time, with jitter. */
  failed(id: string): void {
    const { failures = 0 } = this.#waiting.get(id) ?? {};
    const delayMs = Math.min(failedMsMin * 2 ** Math.min(failures, 10), failedMsMax);
    const untilMs = this.#clock.monotonicMs() + delayMs * (0.5 + this.#ids.fraction() / 2);
    this.#waiting.set(id, { untilMs, failures: failures + 1 });
  }

  /** Somebody else was faster. */
  contested(): void {
    this.#contestedUntilMs = this.#clock.monotonicMs() + contestedMs;
  }

  /** The list holds for `position`: what was done up to there is no longer stale in it. */
  reached(position: number): void {
    for (const [id, done] of this.#unseen) if (done <= position) this.#unseen.delete(id);
    const keptFromMs = this.#clock.monotonicMs() - keptMs;
    for (const [id, { untilMs }] of this.#waiting) if (untilMs < keptFromMs) this.#waiting.delete(id);
  }

  /** How long until the next of those that wait for a time need not wait any more; `Infinity` for none. */
  nextMs(): number {
    const nowMs = this.#clock.monotonicMs();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const { untilMs } of this.#waiting.values())
      if (untilMs > nowMs) nextMs = Math.min(nextMs, untilMs - nowMs);
    return nextMs;
  }
}
