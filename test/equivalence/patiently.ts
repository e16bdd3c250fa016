import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../../src/domain/kernel/faults.ts';

const attemptsMax = 50;
const pauseMs = 200;

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
      await sleep(pauseMs);
    }
  }
}
