import { OutcomeUnknown, StoreUnavailable } from '../domain/kernel/faults.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Logger } from '../ports/logger.ts';
import { Backoff } from '../projections/backoff.ts';

interface Needs {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

/** A store that may be away: says so once, says once that it is back, and knows when to try it again. */
export class Outage {
  readonly #process: string;
  readonly #needs: Needs;
  readonly #backoff: Backoff;
  #isOn = false;
  #tryAtMs = Number.NEGATIVE_INFINITY;

  constructor(process: string, needs: Needs) {
    this.#process = process;
    this.#needs = needs;
    this.#backoff = new Backoff(needs.ids);
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** How long it is to be left alone yet, in milliseconds. */
  get waitMs(): number {
    return Math.max(0, this.#tryAtMs - this.#needs.clock.monotonicMs());
  }

  began(error: StoreUnavailable | OutcomeUnknown): void {
    const { clock, logger } = this.#needs;
    this.#tryAtMs = clock.monotonicMs() + this.#backoff.next();
    if (this.#isOn) return;
    this.#isOn = true;
    const remedy = error instanceof StoreUnavailable ? error.remedy : 'It is tried again by itself.';
    logger.warn({ process: this.#process, error: error.message, remedy }, 'process waits for a store');
  }

  ended(): void {
    this.#tryAtMs = Number.NEGATIVE_INFINITY;
    this.#backoff.reset();
    if (this.#isOn) this.#needs.logger.info({ process: this.#process }, 'process goes on');
    this.#isOn = false;
  }
}

/** Whether it is a store that failed, and not the work. */
export function isStoreFault(error: unknown): error is StoreUnavailable | OutcomeUnknown {
  return error instanceof StoreUnavailable || error instanceof OutcomeUnknown;
}
