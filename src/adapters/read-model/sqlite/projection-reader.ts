import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type {
  ListPage,
  ListQuery,
  ProjectionReader,
  ProjectionShape,
  ReadDocument,
} from '../../../ports/read-model.ts';
import { closeDatabase, openDatabase } from '../../shared/sqlite-database.ts';
import { columnOf, dependency, guarded } from './generation-file.ts';

/** The file that is active now, and a value that changes whenever that may have changed. */
export interface ActiveFile {
  version(): number;
  path(): string | undefined;
}

/** Reads of the active generation; follows a switch at the next read. Every answer is one statement: one snapshot. */
export class SqliteProjectionReader implements ProjectionReader {
  readonly #active: ActiveFile;
  readonly #shape: ProjectionShape;
  readonly #lists = new Map<string, StatementSync>();
  #version = -1;
  #path: string | undefined;
  #open:
    | { readonly database: DatabaseSync; readonly find: StatementSync; readonly progress: StatementSync }
    | undefined;

  constructor(active: ActiveFile, shape: ProjectionShape) {
    this.#active = active;
    this.#shape = shape;
  }

  get(id: string): ReadDocument | undefined {
    return guarded(() => {
      const row = this.#current().find.get(id) as unknown as [string, number] | undefined;
      return row && { body: row[0], asOf: row[1] };
    });
  }

  position(): number {
    return guarded(() => (this.#current().progress.get() as unknown as [number])[0]);
  }

  async list(query: ListQuery): Promise<ListPage> {
    return guarded(() => {
      const { database, progress } = this.#current();
      // One read transaction, so that the position and the rows are of one moment.
      database.exec('BEGIN');
      try {
        const asOf = (progress.get() as unknown as [number])[0];
        const { sql, parameters } = listSql(query);
        const rows = this.#prepared(sql).all(...parameters) as unknown as [string, string, string][];
        return { asOf, documents: rows.map(([id, body, value]) => ({ body, place: { id, value } })) };
      } finally {
        database.exec('COMMIT');
      }
    });
  }

  close(): void {
    if (this.#open !== undefined) closeDatabase(this.#open.database);
    this.#open = undefined;
    this.#lists.clear();
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
        find: prepare('SELECT body, (SELECT position FROM progress) FROM documents WHERE id = ?'),
        progress: prepare('SELECT position FROM progress'),
      };
      this.#path = path;
    }
    this.#version = version;
    return this.#open;
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#lists.get(sql);
    if (statement === undefined) {
      statement = this.#current().database.prepare(sql);
      statement.setReturnArrays(true);
      this.#lists.set(sql, statement);
    }
    return statement;
  }
}

/** Column names come from the shape of a projection, never from a request; values are always parameters. */
function listSql({ equals, orderBy, from, to, after, countMax }: ListQuery) {
  const order = columnOf(orderBy);
  const conditions: string[] = [`${order} IS NOT NULL`];
  const parameters: SQLInputValue[] = [];
  const add = (condition: string, ...values: string[]) => {
    conditions.push(condition);
    parameters.push(...values);
  };
  for (const [field, value] of Object.entries(equals)) add(`${columnOf(field)} = ?`, value);
  if (from !== undefined) add(`${order} >= ?`, from);
  if (to !== undefined) add(`${order} < ?`, to);
  if (after !== undefined) add(`(${order}, id) < (?, ?)`, after.value, after.id);
  parameters.push(countMax);
  const sql = `SELECT id, body, ${order} FROM documents WHERE ${conditions.join(' AND ')}
    ORDER BY ${order} DESC, id DESC LIMIT ?`;
  return { sql, parameters };
}
