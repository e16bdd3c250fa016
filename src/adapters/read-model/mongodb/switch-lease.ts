import { Lease, type LeaseTiming } from './lease.ts';
import { changeRegistry } from './registry.ts';
import type { LeaseDocument } from './state.ts';
import type { States } from './state-collection.ts';

/** The right to put another generation of a projection in the place of the active one, which takes no commits meanwhile. */
export function switchLease(states: States, projection: string, timing: LeaseTiming): Lease<LeaseDocument> {
  return new Lease<LeaseDocument>(
    states,
    {
      key: `${projection}!switch`,
      projection,
      documents: (state) => state.documents.filter((each) => each.kind === 'switch'),
      begin: () => ({ kind: 'switch', projection }),
      exists: ({ registry }) => registry.active !== null,
    },
    timing,
  );
}

/**
 * Lets a projection go on whose switch was begun by a process that seems dead. Should that one wake after all, it finds
 * that the fence is not the one it began with.
 */
export function breakSwitch(states: States, projection: string, timing: LeaseTiming): () => Promise<void> {
  const lease = switchLease(states, projection, timing);
  return async () => {
    if (!(await lease.claim())) return;
    try {
      await changeRegistry(states, projection, (entry) => ({ ...entry, fence: entry.fence + 1 }));
    } finally {
      await lease.release();
    }
  };
}
