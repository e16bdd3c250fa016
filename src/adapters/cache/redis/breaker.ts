const failuresMax = 3;
/** Questions that were under way together fail together: that is one failure. */
const apartMsMin = 20;
const restMs = 250;

/**
 * Keeps questions from a server that does not answer: after a few failures in a row it lets none through for a while,
 * then a single one to see, and on its success all again. Times are monotonic, in ms.
 */
export class Breaker {
  #failures = 0;
  #failedMs = Number.NEGATIVE_INFINITY;
  #isProbing = false;

  get isOpen(): boolean {
    return this.#failures >= failuresMax;
  }

  lets(nowMs: number): boolean {
    return !this.isOpen || (!this.#isProbing && nowMs - this.#failedMs >= restMs);
  }

  /** A question is put. Where it is the one that tries, it is the only one until it is settled. */
  asks(): void {
    this.#isProbing = this.isOpen;
  }

  succeeded(): void {
    this.#failures = 0;
    this.#isProbing = false;
  }

  failed(nowMs: number): void {
    this.#isProbing = false;
    if (!this.isOpen && nowMs - this.#failedMs < apartMsMin) return;
    this.#failures += 1;
    this.#failedMs = nowMs;
  }
}
