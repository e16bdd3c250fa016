import { parentPort, workerData } from 'node:worker_threads';
import { z } from 'zod';
import type { Config } from './config.ts';
import { openCache, openLedger } from './main.ts';
import type { ProjectionNews } from './ports/projection-feed.ts';
import { projections } from './projections/registry.ts';
import { Projector } from './projections/runner.ts';
import { startWhenThere } from './projector-start.ts';
import { tellsOf } from './write-through.ts';

/** What the projector's thread tells the thread that started it. `waiting`: for a store that cannot be reached. */
export type ProjectorMessage =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'started' }
  | { readonly kind: 'news'; readonly news: ProjectionNews };

/** Runs the projector beside the thread that answers requests, with connections of its own, until it is told to stop. */
async function run(): Promise<void> {
  const { config } = z.object({ config: z.custom<Config>() }).parse(workerData);
  const ledger = await openLedger(config, { documents: 'write' });
  const cache = await openCache(ledger, 'write');
  const tellAll = tellsOf(cache, (news) => tell({ kind: 'news', news }));
  const projector = new Projector({ ...ledger, projections, onCommitted: tellAll, onUnchanged: tellAll });
  const starting = startWhenThere(() => projector.start(), ledger);
  parentPort?.once('message', async () => {
    starting.giveUp();
    await starting.started;
    await projector.stop();
    await cache.close();
    await ledger.close();
    parentPort?.close();
  });
  await starting.tried;
  if (!starting.isStarted()) tell({ kind: 'waiting' });
  await starting.started;
  if (starting.isStarted()) tell({ kind: 'started' });
}

function tell(message: ProjectorMessage): void {
  parentPort?.postMessage(message);
}

await run();
