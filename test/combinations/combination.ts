import {
  cacheAt,
  eventStoreAt,
  readModelAt,
  type Servers,
  type StoreEnvironment,
} from '../support/server-places.ts';

/** One kind of store, as a combination has it. */
interface Kind {
  /** Scheme of its URL. */
  readonly scheme: string;
  /** Whether it is there after a restart, and for other processes. */
  readonly durable: boolean;
  /** The server it needs. */
  readonly server?: Exclude<keyof Servers, 'run'>;
  /** Its URL for one use of it; without one, it is a file of the data directory. */
  readonly url?: (server: string, name: string) => string;
}

/** Stores that a ledger runs on. */
export interface Combination {
  /** Their schemes: `sqlite × mongodb × redis`. */
  readonly title: string;
  readonly eventStore: Kind;
  readonly readModel: Kind;
  readonly cache: Kind;
}

const memory: Kind = { scheme: 'memory', durable: false, url: () => 'memory:' };
const sqlite: Kind = { scheme: 'sqlite', durable: true };
const esdb: Kind = { scheme: 'esdb', durable: true, server: 'eventStore', url: eventStoreAt };
const mongodb: Kind = { scheme: 'mongodb', durable: true, server: 'readModel', url: readModelAt };
const redis: Kind = { scheme: 'redis', durable: true, server: 'cache', url: cacheAt };

/** Every event store with every read model and every cache. */
export const combinations: readonly Combination[] = [memory, sqlite, esdb].flatMap((eventStore) =>
  [memory, sqlite, mongodb].flatMap((readModel) =>
    [memory, redis].map((cache) => ({
      title: [eventStore, readModel, cache].map(({ scheme }) => scheme).join(' × '),
      eventStore,
      readModel,
      cache,
    })),
  ),
);

/** Whether the servers that it needs are there. */
export function isThere({ eventStore, readModel, cache }: Combination, servers: Servers): boolean {
  return [eventStore, readModel, cache].every(
    ({ server }) => server === undefined || servers[server] !== undefined,
  );
}

/** Settings that lead to places of its own on these servers; what is missing is a file of the data directory. */
export function environmentOn(
  { eventStore, readModel, cache }: Combination,
  servers: Servers,
  name: string,
): Partial<StoreEnvironment> {
  const urlOf = ({ server, url }: Kind) => url?.(server === undefined ? '' : (servers[server] ?? ''), name);
  const [events, documents, entries] = [urlOf(eventStore), urlOf(readModel), urlOf(cache)];
  return {
    ...(events !== undefined && { EVENT_STORE: events }),
    ...(documents !== undefined && { READ_MODEL: documents }),
    ...(entries !== undefined && { CACHE: entries }),
  };
}
