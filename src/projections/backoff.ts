import type { Ids } from '../ports/ids.ts';

const delayMsMin = 50;
/** A store that is back is noticed within a second. */
const delayMsMax = 1_000;

/** How long to leave a store alone that has failed: twice as long each time, with jitter, until it answers. */
export class Backoff {
  readonly #ids: Ids;
  #delayMs = delayMsMin;

  constructor(ids: Ids) {
    this.#ids = ids;
  }

  /** The delay after one more failure, in milliseconds. */
  next(): number {
    const delayMs = this.#delayMs * (0.5 + this.#ids.fraction() / 2);
    this.#delayMs = Math.min(this.#delayMs * 2, delayMsMax);
    return delayMs;
  }

  /** It has answered. */
  reset(): void {
    this.#delayMs = delayMsMin;
  }
}
