import { accessSync, constants, existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Examination, Finding } from '../../ports/examination.ts';
import { asFault, closeDatabase, openDatabase } from './sqlite-database.ts';

/** What is asked of one SQLite file; the file is opened for reading alone. */
export interface SqliteExamination {
  readonly dependency: string;
  readonly writes: boolean;
  /** Looks into the open database for what is missing. */
  readonly look: (database: DatabaseSync) => readonly Finding[];
}

/** @throws StoreUnavailable or DamagedData where there is a file that cannot be read as a database. */
export function examineSqliteFile(path: string, options: SqliteExamination): Examination {
  const { dependency, writes, look } = options;
  if (!existsSync(path)) return { server: 'SQLite', isAbsent: true, findings: unmakeable(path, writes) };
  const database = openDatabase(path, { dependency, readOnly: true });
  try {
    const version = String(database.prepare('SELECT sqlite_version() AS version').get()?.['version']);
    const findings = [...(writes ? unwritable(path) : []), ...look(database)];
    return { server: 'SQLite', version, findings };
  } catch (error) {
    throw asFault(dependency, error);
  } finally {
    closeDatabase(database);
  }
}

function unwritable(path: string): readonly Finding[] {
  return [path, dirname(path)]
    .filter((each) => !mayWrite(each))
    .map((each) => ({
      severity: 'defect',
      what: `this user may not write ${each}`,
      remedy: `Run the ledger as the owner of ${each}, or give it to this user: chown.`,
    }));
}

/** The nearest directory that is there has to let the others be made in it. */
function unmakeable(path: string, writes: boolean): readonly Finding[] {
  if (!writes) {
    const remedy = 'Start a process that writes there first, or correct the path.';
    return [{ severity: 'warning', what: `${path} does not exist yet`, remedy }];
  }
  let directory = dirname(path);
  while (!existsSync(directory)) directory = dirname(directory);
  if (mayWrite(directory)) return [];
  const remedy = `Make ${dirname(path)}, and give it to this user.`;
  return [
    { severity: 'defect', what: `${path} cannot be made: this user may not write ${directory}`, remedy },
  ];
}

function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
