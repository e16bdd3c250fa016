import type { DatabaseSync } from 'node:sqlite';
import { lazilySorted } from './lazily-sorted.ts';

const segmentMin = 8_192;
const segmentMax = 65_536;

/**
 * Finds streams by name. A new stream costs one row at the end of `streams`; its entry in the index by name follows
 * later, because an index entry of a random name costs a page of its own in every commit (measured in docs/adr/0003).
 * Names that are not in the index yet are kept here: an active segment that grows and a frozen one whose names are
 * moved into the index in order, a few with each commit, so that neighbours share pages.
 *
 * `streams` alone is the truth. Names beyond `indexed_to` are read from it when the file is opened and whenever another
 * connection has written; moving a name twice does no harm. All writing happens inside the caller's transaction.
 */
export class StreamIndex {
  readonly #insert;
  readonly #move;
  readonly #lookUp;
  readonly #newer;
  readonly #bound;
  readonly #setBound;
  readonly #dataVersion;
  #knownVersion: unknown;
  #generation = 0;
  #active = new Map<string, number>();
  #frozen = new Map<string, number>();
  #frozenTo = 0;
  #moving: Iterator<string> = [][Symbol.iterator]();
  /** Streams up to this id are in the index. -1: nothing was read yet. */
  #indexedTo = -1;
  #lastId = 0;
  #addedInTransaction: string[] = [];

  constructor(database: DatabaseSync) {
    const prepare = (sql: string) => {
      const statement = database.prepare(sql);
      statement.setReturnArrays(true);
      return statement;
    };
    this.#insert = prepare('INSERT INTO streams (id, name) VALUES (?, ?)');
    this.#move = prepare('INSERT INTO stream_index (name, id) VALUES (?, ?) ON CONFLICT DO NOTHING');
    this.#lookUp = prepare('SELECT id FROM stream_index WHERE name = ?');
    this.#newer = prepare('SELECT name, id FROM streams WHERE id > ? ORDER BY id');
    this.#bound = prepare('SELECT indexed_to FROM stream_indexing');
    this.#dataVersion = prepare('PRAGMA data_version');
    this.#setBound = prepare('UPDATE stream_indexing SET indexed_to = ?');
  }

  /**
   * Takes in what other connections have written. To be called before anything else in a transaction or a read.
   * Answers a number that changes when there was something, or when this connection rolled back.
   */
  refresh(): number {
    const version = numberOf(this.#dataVersion.get());
    if (version === this.#knownVersion && this.#indexedTo >= 0) return this.#generation;
    this.#knownVersion = version;
    this.#generation += 1;
    const indexedTo = numberOf(this.#bound.get());
    if (this.#indexedTo === -1) this.#lastId = indexedTo;
    if (indexedTo !== this.#indexedTo) this.#forgetUpTo(indexedTo);
    for (const row of this.#newer.iterate(this.#lastId)) {
      const [name, id] = row as unknown as [string, number];
      this.#active.set(name, id);
      this.#lastId = id;
    }
    return this.#generation;
  }

  find(name: string): number | undefined {
    const pending = this.#active.get(name) ?? this.#frozen.get(name);
    if (pending !== undefined) return pending;
    const row = this.#lookUp.get(name);
    return row === undefined ? undefined : numberOf(row);
  }

  /** Adds a stream that `find` did not find, and answers its id. */
  add(name: string): number {
    this.#lastId += 1;
    this.#insert.run(this.#lastId, name);
    this.#active.set(name, this.#lastId);
    this.#addedInTransaction.push(name);
    return this.#lastId;
  }

  /** At the end of a transaction: moves names on, about twice as many as it added. */
  moveOn(): void {
    const count = this.#addedInTransaction.length * 2;
    this.#addedInTransaction = [];
    for (let moved = 0; moved < count; moved++) {
      const { value, done } = this.#moving.next();
      if (done === true) {
        this.#freezeNext();
        return;
      }
      this.#move.run(value, this.#frozen.get(value) as number);
    }
  }

  /** After a rollback, and whenever in doubt: forgets everything, to be read again by `refresh`. */
  forget(): void {
    this.#forgetUpTo(Number.POSITIVE_INFINITY);
    this.#indexedTo = -1;
    this.#addedInTransaction = [];
  }

  /** All of the frozen segment is in the index; the active one follows once it is large enough. */
  #freezeNext(): void {
    if (this.#frozen.size > 0) {
      this.#indexedTo = this.#frozenTo;
      this.#setBound.run(this.#indexedTo);
      this.#frozen = new Map();
    }
    const segment = Math.min(Math.max(this.#indexedTo / 8, segmentMin), segmentMax);
    if (this.#active.size < segment) return;
    this.#frozen = this.#active;
    this.#active = new Map();
    this.#frozenTo = this.#lastId;
    this.#moving = lazilySorted([...this.#frozen.keys()]);
  }

  /** Another connection has moved a whole segment. */
  #forgetUpTo(indexedTo: number): void {
    const pending = [...this.#frozen, ...this.#active].filter(([, id]) => id > indexedTo);
    this.#active = new Map(pending);
    this.#frozen = new Map();
    this.#moving = [][Symbol.iterator]();
    this.#indexedTo = indexedTo;
  }
}

function numberOf(row: unknown): number {
  return (row as readonly [number])[0];
}
