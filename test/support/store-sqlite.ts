import { DatabaseSync } from 'node:sqlite';
import { onTestFinished, vi } from 'vitest';
import {
  openSqliteEventStore,
  type SqliteEventStoreOptions,
} from '../../src/adapters/event-store/sqlite/sqlite-event-store.ts';
import { beginning } from '../../src/domain/kernel/log.ts';
import type { EventStore, RecordedEvent, StoreDefect } from '../../src/ports/event-store.ts';
import { closedAfterwards } from './store-directory.ts';

/** A SQLite log for the test that is running; closed after it. */
export function openedLog(path: string, options: Omit<SqliteEventStoreOptions, 'path'> = {}): EventStore {
  return closedAfterwards(openSqliteEventStore({ path, ...options }));
}

/** The same, appending here, with the connection it uses: to take its disk space away and give it back. */
export function openedLogWithConnection(path: string): { store: EventStore; connection: DatabaseSync } {
  const exec = vi.spyOn(DatabaseSync.prototype, 'exec');
  try {
    const store = openedLog(path, { inline: true });
    const [connection] = exec.mock.contexts;
    if (!(connection instanceof DatabaseSync)) throw new Error('the adapter has opened no connection');
    return { store, connection };
  } finally {
    exec.mockRestore();
  }
}

/** A connection of somebody else to the same file; closed after the test. */
export function foreignConnection(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 1_000 });
  onTestFinished(() => {
    if (database.isOpen) database.close();
  });
  return database;
}

/** Does to the log what its triggers forbid: somebody with the file in hand is not bound by them. */
export function tamper(path: string, sql: string): void {
  const database = new DatabaseSync(path, { timeout: 1_000 });
  try {
    const triggers = database.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all();
    for (const { name } of triggers) database.exec(`DROP TRIGGER ${String(name)}`);
    database.exec(sql);
    for (const { sql: trigger } of triggers) database.exec(String(trigger));
  } finally {
    database.close();
  }
}

export async function logOf(store: EventStore): Promise<readonly RecordedEvent[]> {
  return store.readAll({ after: beginning, countMax: 100_000 });
}

export async function defectsOf(store: EventStore): Promise<readonly StoreDefect[]> {
  const defects: StoreDefect[] = [];
  for await (const defect of store.audit()) defects.push(defect);
  return defects;
}
