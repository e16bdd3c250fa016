import { existsSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { AppendResult } from '../../../ports/event-store.ts';
import { asFault, closeDatabase, openDatabase } from '../../shared/sqlite-database.ts';
import { type Append, type AppendBatch, packReply, unpackAppends } from './append-batch.ts';
import { openStreams } from './appender.ts';
import { createDoorbell } from './doorbell.ts';
import { createLogWriter, type LogWriter } from './log-writer.ts';
import { requireSchema } from './schema.ts';
import { writerOptions } from './writer-options.ts';

// Appends to one log for the thread that started it, with a connection of its own, until it is told to stop.
const { path } = workerData as { readonly path: string };
let log: LogWriter | undefined;

parentPort?.on('message', (message: AppendBatch | 'stop') => {
  void (message === 'stop' ? stop() : append(message));
});

async function append(batch: AppendBatch): Promise<void> {
  const settled = await settle(unpackAppends(batch));
  parentPort?.postMessage(packReply(batch.number, settled));
}

/** A log that cannot be opened is no reason to end: then it would be unknown what became of the appends. */
function settle(appends: readonly Append[]): Promise<readonly PromiseSettledResult<AppendResult>[]> {
  try {
    log ??= openLog();
  } catch (error) {
    const reason = asFault(writerOptions.dependency, error);
    return Promise.resolve(appends.map(() => ({ status: 'rejected', reason })));
  }
  const writer = log;
  return Promise.allSettled(
    appends.map(({ stream, expected, events }) => writer.append(stream, expected, events)),
  );
}

function openLog(): LogWriter {
  if (!existsSync(path)) {
    const remedy = 'Put the log back where it was; then start again.';
    throw new StoreUnavailable(writerOptions.dependency, `${path} was removed`, remedy);
  }
  const database = openDatabase(path, writerOptions);
  try {
    requireSchema(database, path);
    const doorbell = createDoorbell(path, () => 0);
    const writer = createLogWriter(database, path, openStreams(database), doorbell.ring);
    return {
      append: writer.append,
      close: async () => {
        await writer.close();
        doorbell.close();
        closeDatabase(database);
      },
    };
  } catch (error) {
    closeDatabase(database);
    throw error;
  }
}

async function stop(): Promise<void> {
  await log?.close();
  parentPort?.close();
}
