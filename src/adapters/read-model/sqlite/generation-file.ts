import { existsSync } from 'node:fs';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type {
  DocumentWrite,
  Generation,
  Halt,
  ProjectionCommit,
  ProjectionShape,
  StoredDocument,
} from '../../../ports/read-model.ts';
import { LazyIndex } from '../../shared/lazy-index.ts';
import { asFault, closeDatabase, isBusy, openDatabase, rollBack } from '../../shared/sqlite-database.ts';
import { columnOf, createTables, idsIndexOptions } from './generation-schema.ts';

export const dependency = 'read model';
const busyWaitMsMax = 10_000;
const busyPauseMs = 3;

/**
 * One generation in a file of its own: a build and the live projector never wait for each other, and dropping a
 * generation is removing a file.
 */
export function openGenerationFile(path: string, shape: ProjectionShape): GenerationFile {
  const database = openDatabase(path, {
    dependency,
    synchronous: 'NORMAL',
    busyTimeoutMs: busyPauseMs,
    walPages: 4_000,
    cacheMb: 16,
  });
  try {
    createTables(database, shape);
    return new GenerationFile(database, path, shape);
  } catch (error) {
    closeDatabase(database);
    throw asFault(dependency, error);
  }
}

/** Makes the file of a generation that has nothing in it yet. */
export function makeGenerationFile(path: string, shape: ProjectionShape): void {
  const database = openDatabase(path, { dependency, synchronous: 'NORMAL' });
  try {
    createTables(database, shape);
  } finally {
    closeDatabase(database);
  }
}

/** Refuses all further commits to a generation that nobody will read. @throws when it cannot be written. */
export function stopCommits(path: string): void {
  if (!existsSync(path)) return;
  const database = openDatabase(path, { dependency, synchronous: 'NORMAL' });
  try {
    database.exec('UPDATE progress SET accepts = 0');
  } finally {
    closeDatabase(database);
  }
}

export class GenerationFile implements Generation {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #fields: readonly string[];
  readonly #ids;
  readonly #write;
  readonly #remove;
  readonly #find;
  readonly #advance;
  readonly #progress;

  constructor(database: DatabaseSync, path: string, { fields }: ProjectionShape) {
    this.#database = database;
    this.#path = path;
    this.#fields = fields;
    this.#ids = new LazyIndex(database, 'ids', idsIndexOptions);
    const columns = ['key', 'body', 'position', ...fields.map(columnOf)];
    this.#write = database.prepare(
      `INSERT INTO documents (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
       ON CONFLICT (key) DO UPDATE SET ${columns
         .slice(1)
         .map((column) => `${column} = excluded.${column}`)
         .join(', ')}`,
    );
    this.#remove = database.prepare('DELETE FROM documents WHERE key = ?');
    this.#find = database.prepare('SELECT body, position FROM documents WHERE key = ?');
    this.#advance = database.prepare('UPDATE progress SET position = ? WHERE position = ? AND accepts = 1');
    this.#progress = database.prepare('SELECT position, accepts, halted FROM progress');
  }

  async claim(): Promise<boolean> {
    return true;
  }

  async position(): Promise<number> {
    return guarded(() => Number(this.#progress.get()?.['position']));
  }

  async halted(): Promise<Halt | undefined> {
    return guarded(() => haltOf(this.#progress.get()?.['halted']));
  }

  async load(ids: readonly string[]): Promise<ReadonlyMap<string, StoredDocument>> {
    return guarded(() => {
      this.#ids.refresh();
      const found = new Map<string, StoredDocument>();
      for (const id of ids) {
        const key = this.#ids.find(id)?.number;
        const row = key === undefined ? undefined : this.#find.get(key);
        if (row !== undefined)
          found.set(id, { id, body: String(row['body']), position: Number(row['position']) });
      }
      return found;
    });
  }

  commit({ from, to, writes, deletes }: ProjectionCommit): Promise<boolean> {
    return this.#transaction(() => {
      if (this.#advance.run(to, from).changes !== 1) return false;
      this.#ids.refresh();
      for (const write of writes) this.#write.run(...this.#rowOf(write));
      for (const id of deletes) {
        const key = this.#ids.find(id)?.number;
        if (key !== undefined) this.#remove.run(key);
      }
      this.#ids.moveOn();
      return true;
    });
  }

  async halt(halt: Halt | undefined): Promise<void> {
    const text = halt === undefined ? null : JSON.stringify(halt);
    await this.#transaction(
      () => this.#database.prepare('UPDATE progress SET halted = ?').run(text).changes === 1,
    );
  }

  async reopen(): Promise<void> {
    await this.#transaction(
      () => this.#database.prepare('UPDATE progress SET accepts = 1').run().changes === 1,
    );
  }

  /**
   * Runs `work` with the position while nobody can commit here. What was committed is final when `work` succeeds: the
   * generation accepts nothing more. When it throws, or the process dies, everything is as before.
   */
  async retire(work: (position: number) => Promise<void>): Promise<void> {
    await this.#begin();
    try {
      const position = Number(this.#progress.get()?.['position']);
      await work(position);
      this.#database.exec('UPDATE progress SET accepts = 0');
      this.#database.exec('COMMIT');
    } catch (error) {
      rollBack(this.#database);
      throw asFault(dependency, error);
    }
  }

  async *documents(): AsyncIterable<StoredDocument> {
    const snapshot = openDatabase(this.#path, { dependency, readOnly: true });
    try {
      const rows = snapshot.prepare(
        'SELECT name, body, position FROM documents JOIN ids ON ids.number = documents.key ORDER BY key',
      );
      for (const row of rows.iterate()) {
        yield { id: String(row['name']), body: String(row['body']), position: Number(row['position']) };
      }
    } finally {
      closeDatabase(snapshot);
    }
  }

  async close(): Promise<void> {
    closeDatabase(this.#database);
  }

  async #transaction(work: () => boolean): Promise<boolean> {
    await this.#begin();
    try {
      const done = work();
      this.#database.exec(done ? 'COMMIT' : 'ROLLBACK');
      return done;
    } catch (error) {
      rollBack(this.#database);
      this.#ids.forget();
      throw asFault(dependency, error);
    }
  }

  /** Waits without holding the thread: whoever has the file may need this very thread to finish. */
  async #begin(): Promise<void> {
    const deadline = performance.now() + busyWaitMsMax;
    for (;;) {
      try {
        this.#database.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error)) throw asFault(dependency, error);
        if (performance.now() > deadline) {
          throw new StoreUnavailable(dependency, error, 'Another projector holds the file; is one hanging?');
        }
        await sleep(busyPauseMs);
      }
    }
  }

  #rowOf({ id, body, position, fields, isNew }: DocumentWrite): SQLInputValue[] {
    const { number } = (isNew ? undefined : this.#ids.find(id)) ?? this.#ids.add(id);
    const row: SQLInputValue[] = [number, body, position];
    for (const field of this.#fields) row.push(fields[field] ?? null);
    return row;
  }
}

export function haltOf(text: unknown): Halt | undefined {
  return typeof text === 'string' ? (JSON.parse(text) as Halt) : undefined;
}

export function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw asFault(dependency, error);
  }
}
