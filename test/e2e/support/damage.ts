import { DatabaseSync } from 'node:sqlite';

/** Opens a file of the ledger behind its back. The caller closes it. */
export function openDatabaseFile(path: string): DatabaseSync {
  return new DatabaseSync(path, { timeout: 5_000 });
}

/** Changes the log as nobody using the ledger can: without the triggers that make it append-only. */
export function tamperWith(path: string, change: (log: DatabaseSync) => void): void {
  const log = openDatabaseFile(path);
  try {
    const triggers = log.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all();
    for (const { name } of triggers) log.exec(`DROP TRIGGER ${name}`);
    change(log);
    for (const { sql } of triggers) log.exec(String(sql));
  } finally {
    log.close();
  }
}
