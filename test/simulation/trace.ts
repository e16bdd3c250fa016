import { hashOf } from './dice.ts';

/** Everything that happened, in order, as a hash: two runs of one seed are the same run when it is the same. */
export class Trace {
  readonly #lines: string[] | undefined;
  #high = 0x243f6a88;
  #low = 0x13198a2e;

  /** @param keeps whether the lines are kept, to be read */
  constructor(keeps = false) {
    this.#lines = keeps ? [] : undefined;
  }

  add(atMs: number, who: string, what: string): void {
    const line = `${atMs} ${who} ${what}`;
    this.#high = hashOf(line, this.#high);
    this.#low = hashOf(line, this.#low ^ this.#high);
    this.#lines?.push(line);
  }

  get hash(): string {
    return this.#high.toString(16).padStart(8, '0') + this.#low.toString(16).padStart(8, '0');
  }

  get lines(): readonly string[] {
    return this.#lines ?? [];
  }
}
