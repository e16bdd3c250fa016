import { StoreUnavailable } from './domain/kernel/faults.ts';
import type { Clock } from './ports/clock.ts';
import type { Ids } from './ports/ids.ts';
import type { Logger } from './ports/logger.ts';
import { Backoff } from './projections/backoff.ts';

interface Needs {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly logger: Logger;
}

/** Something that is being started, and may have to wait for a store first. */
export interface Starting {
  /** Settles after the first attempt, whether it has started or waits. */
  readonly tried: Promise<void>;
  /** Resolves once it has started, or will not because it was given up. Rejects with whatever no waiting can mend. */
  readonly started: Promise<void>;
  readonly isStarted: () => boolean;
  /** Makes no further attempt. */
  giveUp(): void;
}

/**
 * Starts something as soon as its stores are there: tries again while one of them cannot be reached, less and less often.
 * What is waited for is logged once, and not at every attempt.
 */
export function startWhenThere(start: () => Promise<void>, needs: Needs): Starting {
  const { clock, ids, logger } = needs;
  let isStarted = false;
  let isGivenUp = false;
  let hasTried = () => {};
  const tried = new Promise<void>((resolve) => {
    hasTried = resolve;
  });
  const started = attempts();
  return {
    tried: Promise.race([tried, started]),
    started,
    isStarted: () => isStarted,
    giveUp: () => {
      isGivenUp = true;
    },
  };

  async function attempts(): Promise<void> {
    const backoff = new Backoff(ids);
    let said: string | undefined;
    while (!isGivenUp) {
      try {
        await start();
        isStarted = true;
        if (said !== undefined) logger.info({}, 'projections have started');
        return;
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        const { message, remedy } = error;
        if (message !== said) logger.warn({ error: message, remedy }, 'projections wait for a store');
        said = message;
      }
      hasTried();
      await clock.sleep(backoff.next());
    }
  }
}
