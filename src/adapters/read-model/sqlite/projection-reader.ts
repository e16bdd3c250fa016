import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type {
  ListPage,
  ListQuery,
  ProjectionReader,
  ProjectionShape,
  ReadDocument,
} from '../../../ports/read-model.ts';
import { type Entry, LazyIndex } from '../../shared/lazy-index.ts';
import { closeDatabase, openDatabase } from '../../shared/sqlite-database.ts';
import { dependency, guarded } from './generation-file.ts';
import { columnOf, idsIndexOptions } from './generation-schema.ts';

/** The file that is active now, and a value that changes whenever that may have changed. */
export interface ActiveFile {
  version(): number;
  path(): string | undefined;
}

interface OpenFile {
  readonly database: DatabaseSync;
  readonly ids: LazyIndex<Entry>;
  readonly find: StatementSync;
  readonly progress: StatementSync;
  readonly lists: Map<string, StatementSync>;
}

/** Reads of the active generation; follows a switch at the next read. Every answer is of one moment. */
export class SqliteProjectionReader implements ProjectionReader {
  readonly #active: ActiveFile;
  readonly #shape: ProjectionShape;
  #version = -1;
  #path: string | undefined;
  #open: OpenFile | undefined;

  constructor(active: ActiveFile, shape: ProjectionShape) {
    this.#active = active;
    this.#shape = shape;
  }

  get(id: string): ReadDocument | undefined {
    return guarded(() => {
      const { ids, find } = this.#current();
      ids.refresh();
      const key = ids.find(id)?.number;
      const row = key === undefined ? undefined : (find.get(key) as unknown as [string, number] | undefined);
      return row && { body: row[0], asOf: row[1] };
    });
  }

  position(): number {
    return guarded(() => (this.#current().progress.get() as unknown as [number])[0]);
  }

  async list(query: ListQuery): Promise<ListPage> {
    return guarded(() => {
      const { database, progress, lists } = this.#current();
      // One read transaction, so that the position and the rows are of one moment.
      database.exec('BEGIN');
      try {
        const asOf = (progress.get() as unknown as [number])[0];
        const { sql, parameters } = listSql(query);
        const rows = listStatement(database, lists, sql).all(...parameters) as unknown as [
          number,
          string,
          string,
        ][];
        return {
          asOf,
          documents: rows.map(([key, body, value]) => ({ body, place: { value, tie: String(key) } })),
        };
      } finally {
        database.exec('COMMIT');
      }
    });
  }

  close(): void {
    if (this.#open !== undefined) closeDatabase(this.#open.database);
    this.#open = undefined;
  }

  #current() {
    const version = this.#active.version();
    if (this.#open !== undefined && version === this.#version) return this.#open;
    const path = this.#active.path();
    if (path === undefined) {
      throw new StoreUnavailable(
        dependency,
        `${this.#shape.name} was never built`,
        'Start a projector and wait for it.',
      );
    }
    if (this.#open === undefined || path !== this.#path) {
      this.close();
      const database = openDatabase(path, { dependency, readOnly: true, cacheMb: 32 });
      const prepare = (sql: string) => {
        const statement = database.prepare(sql);
        statement.setReturnArrays(true);
        return statement;
      };
      this.#open = {
        database,
        ids: new LazyIndex(database, 'ids', idsIndexOptions),
        find: prepare('SELECT body, (SELECT position FROM progress) FROM documents WHERE key = ?'),
        progress: prepare('SELECT position FROM progress'),
        lists: new Map(),
      };
      this.#path = path;
    }
    this.#version = version;
    return this.#open;
  }
}

/** Of the file the answer was begun on: another generation may go live in the middle of it. */
function listStatement(
  database: DatabaseSync,
  prepared: Map<string, StatementSync>,
  sql: string,
): StatementSync {
  let statement = prepared.get(sql);
  if (statement === undefined) {
    statement = database.prepare(sql);
    statement.setReturnArrays(true);
    prepared.set(sql, statement);
  }
  return statement;
}

/** Column names come from the shape of a projection, never from a request; values are always parameters. */
function listSql({ equals, orderBy, from, to, after, countMax }: ListQuery) {
  const order = columnOf(orderBy);
  const conditions: string[] = [`${order} IS NOT NULL`];
  const parameters: SQLInputValue[] = [];
  const add = (condition: string, ...values: SQLInputValue[]) => {
    conditions.push(condition);
    parameters.push(...values);
  };
  for (const [field, value] of Object.entries(equals)) add(`${columnOf(field)} = ?`, value);
  if (from !== undefined) add(`${order} >= ?`, from);
  if (to !== undefined) add(`${order} < ?`, to);
  if (after !== undefined) add(`(${order}, key) < (?, ?)`, after.value, Number(after.tie));
  parameters.push(countMax);
  const sql = `SELECT key, body, ${order} FROM documents WHERE ${conditions.join(' AND ')}
    ORDER BY ${order} DESC, key DESC LIMIT ?`;
  return { sql, parameters };
}
