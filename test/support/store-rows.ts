import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cacheAt, eventStoreAt, readModelAt, type Servers, uniqueNameIn } from './server-places.ts';
import { servers } from './test-servers.ts';

/**
 * Where a contract suite finds an adapter: in a place of its own inside a fresh directory, or in one of its own on a
 * server that the set-up of the run has. `durable` adapters are opened a second time on the same place.
 */
export type AdapterRow =
  | { readonly place: Place; readonly durable: boolean }
  | {
      readonly server: Exclude<keyof Servers, 'run'>;
      readonly at: (url: string, name: string) => string;
      readonly durable: boolean;
    };

export type AdapterRows = Readonly<Record<string, AdapterRow>>;

/** The URL of the place where an adapter keeps what a test writes, given the directory of that test. */
export type Place = (directory: string) => string;

const inMemory: AdapterRow = { place: () => 'memory:', durable: false };
const inFile = (name: string): AdapterRow => ({
  place: (directory) => `sqlite:${join(directory, name)}`,
  durable: true,
});

export const eventStoreRows: AdapterRows = {
  memory: inMemory,
  sqlite: inFile('ledger.db'),
  esdb: { server: 'eventStore', at: eventStoreAt, durable: true },
};
export const readModelRows: AdapterRows = {
  memory: inMemory,
  sqlite: inFile('read.db'),
  mongodb: { server: 'readModel', at: readModelAt, durable: true },
};
export const keyStoreRows: AdapterRows = {
  memory: inMemory,
  sqlite: inFile('keys.db'),
  mongodb: { server: 'readModel', at: readModelAt, durable: true },
};
export const cacheRows: AdapterRows = {
  memory: inMemory,
  redis: { server: 'cache', at: cacheAt, durable: true },
  // The same adapter; a server that speaks TLS is what `CACHE` names where there is one.
  rediss: { server: 'cache', at: cacheAt, durable: true },
};

/** Runs `suite` over every adapter of a registry. An adapter without a row, or a row without an adapter, fails. */
export function describeEveryAdapter<Adapter>(
  port: string,
  registry: Readonly<Record<string, Adapter>>,
  rows: AdapterRows,
  suite: (adapter: Adapter, place: Place, durable: boolean) => void,
): void {
  test(`every registered ${port} runs the contract`, () => {
    expect(Object.keys(rows).toSorted()).toEqual(Object.keys(registry).toSorted());
  });
  for (const [scheme, adapter] of Object.entries(registry)) {
    const row = rows[scheme];
    if (row === undefined) continue;
    const place = placeOf(row);
    describe.skipIf(place === undefined)(`${scheme}, the ${port}`, () =>
      suite(adapter, place ?? (() => ''), row.durable),
    );
  }
}

/** `test` where it applies. Where it does not, there is nothing to skip: skipped is what should have run and could not. */
export function testIf(applies: boolean): (name: string, run: () => Promise<void> | void) => void {
  return applies ? (name, run) => void test(name, run) : () => {};
}

/** None where the server that it needs is not there; the set-up has said why. */
function placeOf(row: AdapterRow): Place | undefined {
  if ('place' in row) return row.place;
  const url = servers()[row.server];
  return url === undefined ? undefined : () => row.at(url, uniqueNameIn(servers()));
}
