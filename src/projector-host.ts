import { Worker } from 'node:worker_threads';
import { faultFrom } from './adapters/shared/thread-faults.ts';
import { type Ledger, openCache, sharesStores } from './main.ts';
import type { ProjectionFeed } from './ports/projection-feed.ts';
import { projections } from './projections/registry.ts';
import { Projector } from './projections/runner.ts';
import { startWhenThere } from './projector-start.ts';
import type { ProjectorMessage } from './projector-thread.ts';
import { tellsOf } from './write-through.ts';

/** The projector of this process, wherever it runs. */
export interface ProjectorHost {
  /** False while it waits for a store that cannot be reached. */
  readonly isStarted: () => boolean;
  stop(): Promise<void>;
}

/**
 * Starts the projector: on a thread of its own where the stores allow it, so that projecting never delays an answer.
 * Where a store cannot be reached it is tried again in the background, for as long as it takes.
 * @param onFailure called when it dies later: the process should then end.
 * @throws DamagedData, StoreUnavailable when it can never start
 */
export async function startProjector(
  ledger: Ledger,
  feed: ProjectionFeed,
  onFailure: (error: Error) => void,
): Promise<ProjectorHost> {
  return sharesStores(ledger.config) ? onThread(ledger, feed, onFailure) : inline(ledger, feed, onFailure);
}

async function inline(
  ledger: Ledger,
  feed: ProjectionFeed,
  onFailure: (error: Error) => void,
): Promise<ProjectorHost> {
  const cache = await openCache(ledger, 'write');
  const tell = tellsOf(cache, feed.publish);
  const projector = new Projector({ ...ledger, projections, onCommitted: tell, onUnchanged: tell });
  const starting = startWhenThere(() => projector.start(), ledger);
  await starting.tried;
  starting.started.then(() => projector.ended).catch(onFailure);
  return {
    isStarted: starting.isStarted,
    stop: async () => {
      starting.giveUp();
      // Whatever it died of, `onFailure` was told.
      await starting.started.then(() => projector.stop()).catch(() => {});
      await cache.close();
    },
  };
}

async function onThread(
  { config }: Ledger,
  feed: ProjectionFeed,
  onFailure: (error: Error) => void,
): Promise<ProjectorHost> {
  const worker = new Worker(new URL('projector-thread.ts', import.meta.url), { workerData: { config } });
  let started = false;
  let stopping = false;
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    worker.once('error', (error: Error) => reject(faultFrom(error)));
    worker.once('exit', () => reject(new Error('the projector thread ended before it had started')));
    worker.on('message', (message: ProjectorMessage) => {
      if (message.kind === 'news') return feed.publish(message.news);
      started = message.kind === 'started';
      resolve();
    });
  });
  worker.on('error', (error: Error) => onFailure(faultFrom(error)));
  worker.once('exit', () => {
    if (!stopping) onFailure(new Error('the projector thread ended'));
  });
  return {
    isStarted: () => started,
    stop: async () => {
      stopping = true;
      worker.postMessage('stop');
      await ended;
    },
  };
}
