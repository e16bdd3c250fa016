import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * Where a contract suite finds an adapter: in a place of its own inside a fresh directory, or on the server whose
 * URL an environment variable gives. `durable` adapters are opened a second time on the same place.
 */
export type AdapterRow =
  | { readonly place: (directory: string) => string; readonly durable: boolean }
  | { readonly variable: string; readonly durable: boolean };

export type AdapterRows = Readonly<Record<string, AdapterRow>>;

const inMemory: AdapterRow = { place: () => 'memory:', durable: false };
const inFile = (name: string): AdapterRow => ({
  place: (directory) => `sqlite:${join(directory, name)}`,
  durable: true,
});

export const eventStoreRows: AdapterRows = { memory: inMemory, sqlite: inFile('ledger.db') };
export const readModelRows: AdapterRows = { memory: inMemory, sqlite: inFile('read.db') };
export const keyStoreRows: AdapterRows = { memory: inMemory, sqlite: inFile('keys.db') };
export const cacheRows: AdapterRows = { memory: inMemory };

/** The URL of the place where an adapter keeps what a test writes, given the directory of that test. */
export type Place = (directory: string) => string;

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
    if ('place' in row) {
      describe(`${scheme}, the ${port}`, () => suite(adapter, row.place, row.durable));
      continue;
    }
    const url = process.env[row.variable];
    const title = `${scheme}, the ${port}${url === undefined ? ` (set ${row.variable} to run it)` : ''}`;
    describe.skipIf(url === undefined)(title, () => suite(adapter, () => url ?? '', row.durable));
  }
}
