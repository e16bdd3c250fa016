import { resolve } from 'node:path';
import type { Examiner } from '../../../ports/examination.ts';
import { examineSqliteFile } from '../../shared/examine-sqlite-file.ts';
import { pathOf } from '../../shared/store-url.ts';
import { triggers } from './schema.ts';

/** A log without one of its triggers still works, which is why nobody would notice. */
export const sqliteLog: Examiner = {
  examine: async (url, { writes }) =>
    examineSqliteFile(resolve(pathOf(url)), {
      dependency: 'event store',
      writes,
      look: (database) => {
        const rows = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all();
        const there = new Set(rows.map(({ name }) => name));
        return triggers
          .filter((name) => !there.has(name))
          .map((name) => ({
            severity: 'defect',
            what: `the trigger ${name} was removed, so that events can be altered`,
            remedy: 'Run `ledger verify`; then `ledger export` and `ledger restore` into a new file.',
          }));
      },
    }),
};
