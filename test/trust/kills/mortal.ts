import { existsSync, readFileSync } from 'node:fs';
import { ServerResponse } from 'node:http';
import { basename, join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { armedFile, controlVariable, fullFile, type Point } from './failpoints.ts';

// Loaded into every thread of a server before anything else, by `node --import`. The server itself is the one everybody
// runs: what is made mortal here are Node's own SQLite and HTTP, as far as a file in the control directory says so.

const control = process.env[controlVariable] ?? '';
const armed = join(control, armedFile);
const full = join(control, fullFile);
const { prepare, exec } = DatabaseSync.prototype;
const { end } = ServerResponse.prototype;
const pagesMax = 4_294_967_294;

let order = { text: '', point: '', left: 0 };
const limited = new WeakSet<DatabaseSync>();

/** Dies here and now, if this is the pass it was told to die at. */
function pass(point: Point): void {
  if (!existsSync(armed)) return;
  const text = readFileSync(armed, 'utf8');
  if (text !== order.text) {
    const [name = '', left] = text.split(' ');
    order = { text, point: name, left: Number(left) };
  }
  if (order.point !== point) return;
  order.left -= 1;
  if (order.left > 0) return;
  process.kill(process.pid, 'SIGKILL');
  // Nothing more may happen on this thread, should the signal take its time.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** A page limit below the size of the file is the size of the file. */
function limit(log: DatabaseSync): void {
  const isFull = existsSync(full);
  if (isFull === limited.has(log)) return;
  exec.call(log, `PRAGMA max_page_count = ${isFull ? 1 : pagesMax}`);
  if (isFull) limited.add(log);
  else limited.delete(log);
}

type Store = 'append' | 'documents' | 'provider';

function storeOf(database: DatabaseSync): Store | undefined {
  const name = basename(database.location() ?? '');
  if (name === 'ledger.db') return 'append';
  if (name === 'gateway.db') return 'provider';
  return name.startsWith('read') ? 'documents' : undefined;
}

function committing<Result>(store: Store, commit: () => Result): Result {
  pass(`${store}-before-commit`);
  const result = commit();
  pass(`${store}-after-commit`);
  return result;
}

/** Has something else done wherever the statement is run; that gets the running itself. */
function instead(statement: StatementSync, how: (run: () => unknown) => unknown): void {
  const run = statement.run.bind(statement);
  statement.run = ((...values: []) => how(() => run(...values))) as typeof statement.run;
}

DatabaseSync.prototype.prepare = function (this: DatabaseSync, ...parameters) {
  const statement = prepare.apply(this, parameters);
  const store = storeOf(this);
  const [sql] = parameters;
  if (store !== undefined && sql === 'COMMIT') instead(statement, (run) => committing(store, run));
  else if (store === 'append' && sql === 'BEGIN IMMEDIATE')
    instead(statement, (run) => {
      limit(this);
      pass('append-before-begin');
      return run();
    });
  else if (store === 'append' && sql.startsWith('INSERT INTO events'))
    instead(statement, (run) => {
      const result = run();
      pass('append-between-rows');
      return result;
    });
  return statement;
};

DatabaseSync.prototype.exec = function (this: DatabaseSync, sql) {
  const store = sql === 'COMMIT' ? storeOf(this) : undefined;
  if (store === undefined) exec.call(this, sql);
  else committing(store, () => exec.call(this, sql));
};

ServerResponse.prototype.end = function (this: ServerResponse, ...parameters: unknown[]) {
  if (this.req.method === 'POST') pass('reply-before');
  return Reflect.apply(end, this, parameters);
} as typeof end;
