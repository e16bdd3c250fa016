import type { DatabaseSync } from 'node:sqlite';
import { DamagedData } from '../../domain/kernel/faults.ts';
import { RecentMap } from '../../domain/kernel/recent-map.ts';
import { lazilySorted } from './lazily-sorted.ts';

/** What is known of a name: its number, and whatever its user keeps with it. */
export interface Entry {
  readonly number: number;
}

export interface LazyIndexOptions<Known extends Entry> {
  /** What to keep of a name at first. */
  readonly entry: (number: number) => Known;
  /** Entries kept in memory of names that are in the index. */
  readonly entriesMax: number;
  /** Names that wait in memory until they are moved into the index together; twice as many at most. */
  readonly segmentMax: number;
}

const segmentMin = 8_192;

/** Tables of an index called `name`: what the names are, the index by name, and how far it reaches. */
export function lazyIndexSchema(name: string): string {
  return `
    CREATE TABLE ${name} (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
    CREATE TABLE ${name}_by_name (name TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE ${name}_indexed (up_to INTEGER NOT NULL) STRICT;
    INSERT INTO ${name}_indexed VALUES (0);`;
}

/**
 * Gives names numbers, 1, 2, 3 … in the order they come, and finds them again. A new name costs one row at the end of a
 * table; its entry in the index by name follows later, because the index entry of a random name costs a page of its own
 * in every commit (measured in docs/adr/0003). Names that are not in the index yet are kept in memory: an active
 * segment that grows and a frozen one whose names are moved into the index in order, a few with each commit, so that
 * neighbours share pages.
 *
 * The table of names alone is the truth. Names beyond `up_to` are read from it when the file is opened and whenever
 * another connection has written; moving a name twice does no harm. Writing happens inside the caller's transactions.
 */
export class LazyIndex<Known extends Entry> {
  readonly #options: LazyIndexOptions<Known>;
  readonly #insert;
  readonly #move;
  readonly #lookUp;
  readonly #newer;
  readonly #bound;
  readonly #setBound;
  readonly #dataVersion;
  readonly #indexed: RecentMap<string, Known>;
  #active = new Map<string, Known>();
  #frozen = new Map<string, Known>();
  #frozenTo = 0;
  #moving: Iterator<string> = nothing();
  /** Numbers up to this one are in the index. -1: nothing was read yet. */
  #indexedTo = -1;
  #last = 0;
  #added = 0;
  #knownVersion: unknown;
  #generation = 0;

  constructor(database: DatabaseSync, name: string, options: LazyIndexOptions<Known>) {
    this.#options = options;
    this.#indexed = new RecentMap(options.entriesMax);
    const prepare = (sql: string) => {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#insert = prepare(`INSERT INTO ${name} (number, name) VALUES (?, ?)`);
    this.#move = prepare(`INSERT INTO ${name}_by_name (name, number) VALUES (?, ?) ON CONFLICT DO NOTHING`);
    this.#lookUp = prepare(`SELECT number FROM ${name}_by_name WHERE name = ?`);
    this.#newer = prepare(`SELECT name, number FROM ${name} WHERE number > ? ORDER BY number`);
    this.#bound = prepare(`SELECT up_to FROM ${name}_indexed`);
    this.#setBound = prepare(`UPDATE ${name}_indexed SET up_to = ?`);
    this.#dataVersion = prepare('PRAGMA data_version');
  }

  /**
   * Takes in what other connections have written. To be called first in every transaction and before every read.
   * Answers a number that changes when there was something, or when this connection rolled back.
   */
  refresh(): number {
    const version = numberIn(this.#dataVersion.get());
    if (version === this.#knownVersion && this.#indexedTo >= 0) return this.#generation;
    this.#knownVersion = version;
    this.#generation += 1;
    const indexedTo = numberIn(this.#bound.get());
    // What is in the index is found there: a connection that looks seldom must not take all of it into memory.
    if (this.#indexedTo === -1 || indexedTo > this.#last) this.#last = indexedTo;
    if (indexedTo !== this.#indexedTo) this.#forgetUpTo(indexedTo);
    for (const row of this.#newer.iterate(this.#last)) {
      const [name, number] = row as unknown as [string, number];
      this.#active.set(name, this.#options.entry(number));
      this.#last = number;
    }
    return this.#generation;
  }

  find(name: string): Known | undefined {
    const known = this.#active.get(name) ?? this.#frozen.get(name) ?? this.#indexed.get(name);
    if (known !== undefined) return known;
    const row = this.#lookUp.get(name);
    if (row === undefined) return undefined;
    const entry = this.#options.entry(numberIn(row));
    this.#indexed.set(name, entry);
    return entry;
  }

  /** Adds a name that `find` did not find. */
  add(name: string): Known {
    this.#last += 1;
    this.#insert.run(this.#last, name);
    const entry = this.#options.entry(this.#last);
    this.#active.set(name, entry);
    this.#added += 1;
    return entry;
  }

  /** To be called last in every transaction: moves names on, about twice as many as it added. */
  moveOn(): void {
    const count = this.#added * 2;
    this.#added = 0;
    for (let moved = 0; moved < count; moved++) {
      const { value, done } = this.#moving.next();
      if (done === true) {
        this.#freezeNext();
        return;
      }
      this.#move.run(value, (this.#frozen.get(value) as Known).number);
    }
  }

  /** After a rollback: forgets everything, to be read again by `refresh`. Names that were moved are moved again. */
  forget(): void {
    this.#forgetUpTo(Number.POSITIVE_INFINITY);
    this.#indexedTo = -1;
    this.#added = 0;
  }

  /** All of the frozen segment is in the index; the active one follows once it is large enough. */
  #freezeNext(): void {
    if (this.#frozen.size > 0) {
      this.#indexedTo = this.#frozenTo;
      this.#setBound.run(this.#indexedTo);
      this.#frozen = new Map();
    }
    const segment = Math.min(Math.max(this.#indexedTo / 8, segmentMin), this.#options.segmentMax);
    if (this.#active.size < segment) return;
    this.#frozen = this.#active;
    this.#active = new Map();
    this.#frozenTo = this.#last;
    this.#moving = lazilySorted([...this.#frozen.keys()]);
  }

  /** Another connection has moved a whole segment, or everything is to be read again. */
  #forgetUpTo(indexedTo: number): void {
    const pending = [...this.#frozen, ...this.#active].filter(([, { number }]) => number > indexedTo);
    this.#active = new Map(pending);
    this.#frozen = new Map();
    this.#moving = nothing();
    this.#indexed.clear();
    this.#indexedTo = indexedTo;
  }
}

function numberIn(row: unknown): number {
  const [number] = (row ?? []) as readonly unknown[];
  if (typeof number === 'number') return number;
  throw new DamagedData('an index by name is damaged: run `ledger verify`, restore a backup');
}

function nothing(): Iterator<string> {
  return [][Symbol.iterator]();
}
