interface Waiting {
  readonly deadlineMs: number;
  readonly giveUp: () => void;
}

/** Gives every question the same time to be answered, with one timer for all that are under way. */
export class TimeBudget {
  readonly #msMax: number;
  readonly #late: Error;
  /** In the order of their deadlines, because all are given as long. */
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(msMax: number) {
    this.#msMax = msMax;
    this.#late = new Error(`no answer within ${msMax} ms`);
  }

  /** Rejects when there is no answer in time; one that comes later is dropped. */
  within<Answer>(asked: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const waiting = {
        deadlineMs: performance.now() + this.#msMax,
        giveUp: () => reject(this.#late),
      };
      this.#waiting.add(waiting);
      this.#timer ??= this.#arm(this.#msMax);
      asked.then(resolve, reject).finally(() => this.#waiting.delete(waiting));
    });
  }

  #arm(delayMs: number): NodeJS.Timeout {
    // What has arrived while this thread was busy is read first: timers come before the network.
    return setTimeout(() => setImmediate(() => this.#look()), delayMs).unref();
  }

  #look(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    for (const waiting of this.#waiting) {
      if (waiting.deadlineMs > nowMs) {
        this.#timer = this.#arm(Math.ceil(waiting.deadlineMs - nowMs));
        return;
      }
      this.#waiting.delete(waiting);
      waiting.giveUp();
    }
  }
}
