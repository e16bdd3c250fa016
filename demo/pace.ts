import { setTimeout as delay } from 'node:timers/promises';

/** How much time the play takes between two steps, so that a person can follow. */
export class Pace {
  readonly #pauseMs: number;
  #isHurried = false;

  /** @param pauseMs 0 to go as fast as it can. */
  constructor(pauseMs: number) {
    this.#pauseMs = pauseMs;
  }

  /** From now on there are no pauses. */
  hurry(): void {
    this.#isHurried = true;
  }

  relax(): void {
    this.#isHurried = false;
  }

  async pause(): Promise<void> {
    if (this.#pauseMs > 0 && !this.#isHurried) await delay(this.#pauseMs);
  }
}
