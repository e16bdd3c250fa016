import { Worker } from 'node:worker_threads';
import { faultFrom } from './adapters/shared/thread-faults.ts';
import { type Ledger, sharesStores } from './main.ts';
import type { ProjectionFeed } from './ports/projection-feed.ts';
import { projections } from './projections/registry.ts';
import { Projector } from './projections/runner.ts';
import type { ProjectorMessage } from './projector-thread.ts';

/** The projector of this process, wherever it runs. */
export interface ProjectorHost {
  stop(): Promise<void>;
}

/**
 * Starts the projector: on a thread of its own where the stores allow it, so that projecting never delays an answer.
 * @param onFailure called when it dies later: the process should then end.
 * @throws StoreUnavailable, DamagedData when it cannot start
 */
export async function startProjector(
  ledger: Ledger,
  feed: ProjectionFeed,
  onFailure: (error: Error) => void,
): Promise<ProjectorHost> {
  return sharesStores(ledger.config) ? onThread(ledger, feed, onFailure) : inline(ledger, feed);
}

async function inline(ledger: Ledger, feed: ProjectionFeed): Promise<ProjectorHost> {
  const projector = new Projector({
    ...ledger,
    projections,
    onCommitted: ({ projection, position, writes, deletes }) =>
      feed.publish({ projection, position, changed: [...writes.map(({ id }) => id), ...deletes] }),
  });
  await projector.start();
  return projector;
}

async function onThread(
  { config }: Ledger,
  feed: ProjectionFeed,
  onFailure: (error: Error) => void,
): Promise<ProjectorHost> {
  const worker = new Worker(new URL('projector-thread.ts', import.meta.url), { workerData: { config } });
  let stopping = false;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    worker.once('error', (error: Error) => reject(faultFrom(error)));
    worker.once('exit', () => reject(new Error('the projector thread ended before it had started')));
    worker.on('message', (message: ProjectorMessage) => {
      if (message.kind === 'news') feed.publish(message.news);
      else resolve();
    });
  });
  worker.on('error', (error: Error) => onFailure(faultFrom(error)));
  worker.once('exit', () => {
    if (!stopping) onFailure(new Error('the projector thread ended'));
  });
  return {
    stop: async () => {
      stopping = true;
      worker.postMessage('stop');
      await ended;
    },
  };
}
