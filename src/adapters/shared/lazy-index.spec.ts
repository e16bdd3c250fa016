import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { temporaryDirectory } from '../../../test/support/store-directory.ts';
import { foreignConnection } from '../../../test/support/store-sqlite.ts';
import { LazyIndex, lazyIndexSchema } from './lazy-index.ts';

/** Small enough that a few names fill a segment and push others out of memory. */
const options = { entry: (number: number) => ({ number }), entriesMax: 4, segmentMax: 3 };

class Connection {
  readonly database: DatabaseSync;
  readonly index: LazyIndex<{ readonly number: number }>;

  constructor(path: string) {
    this.database = foreignConnection(path);
    this.index = new LazyIndex(this.database, 'names', options);
  }

  /** One transaction that adds what is not there yet. */
  add(names: readonly string[], outcome: 'COMMIT' | 'ROLLBACK'): void {
    this.database.exec('BEGIN IMMEDIATE');
    this.index.refresh();
    for (const name of names) this.index.find(name) ?? this.index.add(name);
    this.index.moveOn();
    this.database.exec(outcome);
    if (outcome === 'ROLLBACK') this.index.forget();
  }

  find(name: string): number | undefined {
    this.index.refresh();
    return this.index.find(name)?.number;
  }
}

function newFile(path: string): void {
  const database = foreignConnection(path);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; ${lazyIndexSchema('names')}`);
  database.close();
}

const name = fc.integer({ min: 0, max: 30 }).map((number) => `order-${number}`);
const who = fc.constantFrom(0, 1);
const names = fc.array(name, { maxLength: 6 });
const what = fc.constantFrom('add', 'add', 'add', 'find', 'find', 'fail', 'reopen');
const step = fc.record({ what, who, names });
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

test('two connections, commits, rollbacks and restarts: it is a map of names to 1, 2, 3 …', () => {
  let run = 0;
  const directory = temporaryDirectory();
  fc.assert(
    fc.property(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const path = join(directory, `${run++}.db`);
      newFile(path);
      const pair = [new Connection(path), new Connection(path)];
      const model = new Map<string, number>();
      for (const each of steps) play(each, path, pair, model);
      for (const connection of pair) {
        expect(everyName.map((each) => connection.find(each))).toEqual(
          everyName.map((each) => model.get(each)),
        );
        connection.database.close();
      }
    }),
    { numRuns: 60, endOnFailure: true },
  );
});

const everyName = Array.from({ length: 32 }, (_, number) => `order-${number}`);

/** One step on one of the connections, and on the model if it is one that lasts. */
function play(
  { what, who: index, names }: Step,
  path: string,
  pair: Connection[],
  model: Map<string, number>,
): void {
  if (what === 'reopen') {
    pair[index]?.database.close();
    pair[index] = new Connection(path);
  }
  const connection = pair[index];
  if (what === 'add') for (const each of names) if (!model.has(each)) model.set(each, model.size + 1);
  if (what === 'add') connection?.add(names, 'COMMIT');
  if (what === 'fail') connection?.add(names, 'ROLLBACK');
  expect(names.map((each) => connection?.find(each))).toEqual(names.map((each) => model.get(each)));
}

test('names are moved into the index a few with each commit, and then found there', () => {
  const path = join(temporaryDirectory(), 'names.db');
  newFile(path);
  const connection = new Connection(path);
  const indexed = connection.database.prepare('SELECT count(*) AS names FROM names_by_name');
  const counts = Array.from({ length: 12 }, (_, number) => {
    connection.add([`order-${number}`], 'COMMIT');
    return Number(indexed.get()?.['names']);
  });
  for (const [index, count] of counts.entries()) {
    expect(count - (counts[index - 1] ?? 0)).toBeLessThanOrEqual(2);
    expect(count).toBeGreaterThanOrEqual(index + 1 - 2 * options.segmentMax);
  }
  expect(new Connection(path).find('order-0')).toBe(1);
});

test('an entry keeps what its user has put into it, for as long as nobody else has written', () => {
  const path = join(temporaryDirectory(), 'names.db');
  newFile(path);
  const connection = new Connection(path);
  connection.add(['order-a'], 'COMMIT');
  const generation = connection.index.refresh();
  const entry = connection.index.find('order-a');
  expect(connection.index.refresh()).toBe(generation);
  expect(connection.index.find('order-a')).toBe(entry);
  new Connection(path).add(['order-b'], 'COMMIT');
  expect(connection.index.refresh()).not.toBe(generation);
});

test('a connection that looks seldom takes in what is not in the index yet, not all there ever was', () => {
  const path = join(temporaryDirectory(), 'names.db');
  newFile(path);
  const database = foreignConnection(path);
  let taken = 0;
  const entry = (number: number) => {
    taken += 1;
    return { number };
  };
  const reader = new LazyIndex(database, 'names', { ...options, entry });
  reader.refresh();
  const writer = new Connection(path);
  for (let number = 0; number < 200; number++) writer.add([`order-${number}`], 'COMMIT');
  reader.refresh();
  expect(taken).toBeLessThanOrEqual(4 * options.segmentMax);
  expect([0, 100, 199].map((number) => reader.find(`order-${number}`)?.number)).toEqual([1, 101, 200]);
});
