import { startRedis } from '../test/support/servers/redis.ts';
import { gets } from './http.ts';
import { inDirectory } from './lib/directories.ts';
import { type Figure, figure, type Run } from './lib/figure.ts';
import type { Scale, Tell } from './lib/scale.ts';

/**
 * A cached order from Redis beside one from the memory of the process, each as a share of a bare server's.
 * @param given URL of the Redis; where it is missing one is started, if this machine has it.
 */
export async function sharedCache(
  scale: Scale,
  tell: Tell,
  given: string | undefined,
): Promise<readonly Figure[]> {
  const redis = given === undefined ? await startedRedis(tell) : { url: given, stop: async () => {} };
  if (redis === undefined) return [];
  const runs: Run[] = [];
  try {
    for (let run = 1; run <= scale.httpRuns; run++) {
      tell(`shared cache, run ${run} of ${scale.httpRuns}`);
      const local = await inDirectory((directory) => gets(scale, directory));
      const shared = await inDirectory((directory) => gets(scale, directory, { CACHE: redis.url }));
      runs.push({ value: shared.value / shared.ceiling, ceiling: local.value / local.ceiling });
    }
  } finally {
    await redis.stop();
  }
  const about = { unit: 'of bare', against: 'cached in process', bar: 0.5 } as const;
  return [figure({ name: 'GET /v1/orders/{id}, cached in Redis', ...about }, runs)];
}

async function startedRedis(tell: Tell) {
  try {
    return await startRedis();
  } catch (error) {
    tell(`shared cache left out: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}
