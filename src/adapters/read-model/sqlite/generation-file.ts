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
import { asFault, closeDatabase, isBusy, openDatabase, rollBack } from '../../shared/sqlite-database.ts';

export const dependency = 'read model';
const busyWaitMsMax = 10_000;
const busyPauseMs = 3;

/** Name of the column that holds a field. */
export function columnOf(field: string): string {
  return `f_${field}`;
}

/**
 * One generation in a file of its own: a build and the live projector never wait for each other, and dropping a
 * generation is removing a file. `accepts` is 0 once another generation has taken over.
 */
export function openGenerationFile(path: string, shape: ProjectionShape): GenerationFile {
  const database = openDatabase(path, {
    dependency,
    synchronous: 'NORMAL',
    busyTimeoutMs: busyPauseMs,
    walPages: 4_000,
    cacheMb: 32,
  });
  try {
    createTables(database, shape);
    return new GenerationFile(database, path, shape);
  } catch (error) {
    closeDatabase(database);
    throw asFault(dependency, error);
  }
}

function createTables(database: DatabaseSync, { fields, indexes }: ProjectionShape): void {
  const there = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'progress'").get();
  if (there !== undefined) return;
  const columns = fields.map((field) => `, ${columnOf(field)} TEXT`).join('');
  const indexed = indexes.map(
    (list) =>
      `CREATE INDEX IF NOT EXISTS by_${list.join('_')} ON documents (${list.map(columnOf).join(', ')}, id)
         WHERE ${columnOf(list[0] ?? '')} IS NOT NULL;`,
  );
  database.exec(`
    PRAGMA busy_timeout = ${busyWaitMsMax};
    BEGIN IMMEDIATE;
    CREATE TABLE IF NOT EXISTS documents (
      key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, body TEXT NOT NULL, position INTEGER NOT NULL${columns}
    ) STRICT;
    ${indexed.join('\n')}
    CREATE TABLE IF NOT EXISTS progress (
      one INTEGER PRIMARY KEY CHECK (one = 1), position INTEGER NOT NULL, accepts INTEGER NOT NULL, halted TEXT
    ) STRICT;
    INSERT OR IGNORE INTO progress VALUES (1, 0, 1, NULL);
    COMMIT;
    PRAGMA busy_timeout = ${busyPauseMs};`);
}

export class GenerationFile implements Generation {
  readonly #database: DatabaseSync;
  readonly #path: string;
  readonly #fields: readonly string[];
  readonly #write;
  readonly #remove;
  readonly #find;
  readonly #advance;
  readonly #progress;

  constructor(database: DatabaseSync, path: string, { fields }: ProjectionShape) {
    this.#database = database;
    this.#path = path;
    this.#fields = fields;
    const columns = ['id', 'body', 'position', ...fields.map(columnOf)];
    this.#write = database.prepare(
      `INSERT INTO documents (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
       ON CONFLICT (id) DO UPDATE SET ${columns
         .slice(1)
         .map((column) => `${column} = excluded.${column}`)
         .join(', ')}`,
    );
    this.#remove = database.prepare('DELETE FROM documents WHERE id = ?');
    this.#find = database.prepare('SELECT body, position FROM documents WHERE id = ?');
    this.#advance = database.prepare('UPDATE progress SET position = ? WHERE position = ? AND accepts = 1');
    this.#progress = database.prepare('SELECT position, accepts, halted FROM progress');
  }

  async position(): Promise<number> {
    return guarded(() => Number(this.#progress.get()?.['position']));
  }

  async halted(): Promise<Halt | undefined> {
    return guarded(() => haltOf(this.#progress.get()?.['halted']));
  }

  async load(ids: readonly string[]): Promise<ReadonlyMap<string, StoredDocument>> {
    return guarded(() => {
      const found = new Map<string, StoredDocument>();
      for (const id of ids) {
        const row = this.#find.get(id);
        if (row !== undefined)
          found.set(id, { id, body: String(row['body']), position: Number(row['position']) });
      }
      return found;
    });
  }

  commit({ from, to, writes, deletes }: ProjectionCommit): Promise<boolean> {
    return this.#transaction(() => {
      if (this.#advance.run(to, from).changes !== 1) return false;
      for (const write of writes) this.#write.run(...this.#rowOf(write));
      for (const id of deletes) this.#remove.run(id);
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
      for (const row of snapshot.prepare('SELECT id, body, position FROM documents ORDER BY id').iterate()) {
        yield { id: String(row['id']), body: String(row['body']), position: Number(row['position']) };
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

  #rowOf({ id, body, position, fields }: DocumentWrite): SQLInputValue[] {
    return [id, body, position, ...this.#fields.map((field) => fields[field] ?? null)];
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
