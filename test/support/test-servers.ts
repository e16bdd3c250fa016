import { inject } from 'vitest';
import {
  cacheAt,
  eventStoreAt,
  readModelAt,
  type Servers,
  type StoreEnvironment,
  uniqueNameIn,
} from './server-places.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Absent where a project needs no servers. */
    readonly servers: Servers;
    /** Where services that tests start keep their data, unless a test says otherwise. */
    readonly servicesOn?: 'files' | 'servers';
  }
}

/** False where the project runs its services on servers: then there is no file of theirs to look into. */
export const onFiles = inject('servicesOn') !== 'servers';

/** What the set-up of this run has started or was given. */
export function servers(): Servers {
  return inject('servers');
}

/**
 * Stores for one service: places of their own on the servers where the project runs on them, and nothing where it runs on
 * the files of its data directory.
 */
export function storesForService(): Partial<StoreEnvironment> {
  if (onFiles) return {};
  const { eventStore, readModel, cache } = servers();
  const name = uniqueNameIn(servers());
  return {
    ...(eventStore !== undefined && { EVENT_STORE: eventStoreAt(eventStore, name) }),
    ...(readModel !== undefined && { READ_MODEL: readModelAt(readModel, name) }),
    ...(cache !== undefined && { CACHE: cacheAt(cache, name) }),
  };
}
