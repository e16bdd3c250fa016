import { StoreUnavailable } from '../domain/kernel/faults.ts';
import type { Clock } from '../ports/clock.ts';

const pauseMs = 5;

/** What one answer was read from, in several steps while the projections move on. */
export class Moment {
  #asOf = Number.MAX_SAFE_INTEGER;
  #newest = 0;

  /** Position that everything read so far had reached. */
  get asOf(): number {
    return this.#asOf;
  }

  /** A step was read that holds for this position. */
  reached(asOf: number): void {
    this.#asOf = Math.min(this.#asOf, asOf);
  }

  /** What was read has this event in it, and there is no telling it apart. */
  holds(position: number): void {
    this.#newest = Math.max(this.#newest, position);
  }

  /** Whether nothing in it is newer than what all steps had reached. */
  get isOne(): boolean {
    return this.#newest <= this.#asOf;
  }
}

/**
 * Reads until all steps hold for one position. The past hardly ever changes, so that is nearly always the first time.
 * @throws StoreUnavailable where it takes too long; whatever `read` throws
 */
export async function settled<Value>(
  { clock, waitMsMax }: { readonly clock: Clock; readonly waitMsMax: number },
  read: (moment: Moment) => Promise<Value>,
): Promise<Value> {
  const deadlineMs = clock.monotonicMs() + waitMsMax;
  for (;;) {
    const moment = new Moment();
    const value = await read(moment);
    if (moment.isOne) return value;
    if (clock.monotonicMs() >= deadlineMs) {
      const why = `one projection of the books is only at position ${moment.asOf}, another is ahead of it`;
      throw new StoreUnavailable('read model', why, 'Try again once both have caught up.');
    }
    await clock.sleep(pauseMs);
  }
}
