import { parentPort, workerData } from 'node:worker_threads';
import { closeDatabase, openDatabase } from '../../shared/sqlite-database.ts';
import { type AppendBatch, packReply, unpackAppends } from './append-batch.ts';
import { openStreams } from './appender.ts';
import { createDoorbell } from './doorbell.ts';
import { createLogWriter } from './log-writer.ts';
import { writerOptions } from './writer-options.ts';

// Appends to one log for the thread that started it, with a connection of its own, until it is told to stop.
const { path } = workerData as { readonly path: string };
const database = openDatabase(path, writerOptions);
const doorbell = createDoorbell(path, () => 0);
const writer = createLogWriter(database, path, openStreams(database), doorbell.ring);

parentPort?.on('message', (message: AppendBatch | 'stop') => {
  void (message === 'stop' ? stop() : append(message));
});

async function append(batch: AppendBatch): Promise<void> {
  const appends = unpackAppends(batch);
  const settled = await Promise.allSettled(
    appends.map(({ stream, expected, events }) => writer.append(stream, expected, events)),
  );
  parentPort?.postMessage(packReply(batch.number, settled));
}

async function stop(): Promise<void> {
  await writer.close();
  doorbell.close();
  closeDatabase(database);
  parentPort?.close();
}
