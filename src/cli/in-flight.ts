/** Work that goes on at the same time, with a limit. The first failure is never lost, whenever it comes. */
export class InFlight {
  readonly #countMax: number;
  readonly #running = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];

  constructor(countMax: number) {
    this.#countMax = countMax;
  }

  /** Takes on one more; resolves when there is room for another. @throws the first failure of any so far. */
  async add(work: Promise<void>): Promise<void> {
    const running: Promise<void> = work
      .catch((error: unknown) => {
        this.#failures.push(error);
      })
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
    if (this.#running.size >= this.#countMax) await Promise.race(this.#running);
    this.#throwFirst();
  }

  /** Resolves when all is done. @throws the first failure. */
  async done(): Promise<void> {
    await Promise.all(this.#running);
    this.#throwFirst();
  }

  #throwFirst(): void {
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}
