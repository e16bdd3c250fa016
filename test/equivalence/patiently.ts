import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../../src/domain/kernel/faults.ts';

const attemptsMax = 30;
/** Longer each time: a stand-in goes on with what nobody waits for any more, and has to come to its end first. */
const pauseMs = 250;

/**
 * Does the work again while a store cannot be reached: on a busy machine a stand-in for a server may be late, and what
 * is compared is what it says and not when. Nothing was changed by an attempt that failed so.
 */
export async function patiently<Value>(work: () => Promise<Value>): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StoreUnavailable) || attempt === attemptsMax) throw error;
      await sleep(pauseMs * attempt);
    }
  }
}
