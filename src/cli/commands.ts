import { booksCommand } from './books/books.ts';
import type { CliCommand } from './command.ts';
import { showConfig } from './config.ts';
import { doctor } from './doctor.ts';
import { importHistory } from './import/import.ts';
import { inspect } from './inspect/inspect.ts';
import { keys } from './keys.ts';
import { rebuildProjections } from './rebuild.ts';
import { reconcileFile } from './reconcile/reconcile.ts';
import { rollbackProjection } from './rollback.ts';
import { serve } from './serve.ts';
import { setup } from './setup.ts';
import { sim } from './sim/sim.ts';
import { token } from './token.ts';
import { exportLog } from './transfer/export.ts';
import { restoreLog } from './transfer/restore.ts';
import { verifyLedger } from './verify.ts';

/** Every command, in the order the help lists them. Adding one is its file and its line here. */
export const commands: Readonly<Record<string, CliCommand>> = {
  serve,
  import: importHistory,
  verify: verifyLedger,
  reconcile: reconcileFile,
  books: booksCommand,
  inspect,
  rebuild: rebuildProjections,
  rollback: rollbackProjection,
  export: exportLog,
  restore: restoreLog,
  token,
  keys,
  sim,
  config: showConfig,
  setup,
  doctor,
};
