import { beginning } from '../../../domain/kernel/log.ts';

/** How far the log is known to reach by what this handle has read, appended and been told. */
export class LogProgress {
  /** Position of the newest of our events that was seen. */
  #highest = beginning;
  /** Where the log of the whole server ended before the first append of this handle. */
  #start = beginning;
  /** Up to here nothing of ours lies behind the newest. */
  #leftOut = beginning;
  #onAdvance: () => void = () => {};

  get highest(): number {
    return this.#highest;
  }

  /** Whatever lies here or before was there before anything that is sent from now on. */
  /** From here on is where the next event of ours may be: behind the newest, and behind what others have written since. */
  get tail(): number {
    return Math.max(this.#highest, this.#leftOut);
  }

  /** What lies here or before was there before anything that this handle has sent. */
  get start(): number {
    return this.#start;
  }

  startAt(position: number): void {
    this.#start = Math.max(this.#start, position);
  }

  /** All of ours up to there have been seen. */
  leftOut(position: number): void {
    this.#leftOut = Math.max(this.#leftOut, position);
  }

  see(position: number): void {
    if (position <= this.#highest) return;
    this.#highest = position;
    this.#onAdvance();
  }

  /** Calls it whenever there is news, from anywhere. */
  onAdvance(listener: () => void): void {
    this.#onAdvance = listener;
  }
}
