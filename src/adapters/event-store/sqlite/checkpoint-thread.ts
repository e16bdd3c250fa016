import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import { closeDatabase, openDatabase } from '../../shared/sqlite-database.ts';

// Folds the write-ahead log of one file back into it whenever it is told to, until it is told to stop. First without
// being in anybody's way, which does nearly all of it; then for good, which holds writers up for some milliseconds but
// lets the log start over instead of growing. It holds them up for as long as it waits for somebody who reads: that must
// be far less than they wait before they give up.
const { path } = z.object({ path: z.string() }).parse(workerData);
const busyTimeoutMs = 200;
const database = openDatabase(path, { dependency: 'event store', busyTimeoutMs, walPages: 0, cacheMb: 1 });

parentPort?.on('message', (message: 'checkpoint' | 'stop') => {
  if (message === 'checkpoint') {
    database.exec('PRAGMA wal_checkpoint(PASSIVE); PRAGMA wal_checkpoint(RESTART)');
    parentPort?.postMessage('done');
    return;
  }
  closeDatabase(database);
  parentPort?.close();
});
