import { describe } from 'vitest';
import { servers } from '../support/test-servers.ts';
import { type Combination, combinations, isThere } from './combination.ts';

/** Runs `suite` on one event store with every read model and every cache. What needs a server that is not there is skipped. */
export function describeCombinations(eventStore: string, suite: (combination: Combination) => void): void {
  for (const combination of combinations) {
    if (combination.eventStore.scheme !== eventStore) continue;
    describe.skipIf(!isThere(combination, servers()))(combination.title, () => suite(combination));
  }
}
