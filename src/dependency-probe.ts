import type { PartHealth } from './http/pages.ts';
import type { Clock } from './ports/clock.ts';
import type { Logger } from './ports/logger.ts';

/** How a dependency is, and what it answered if it did. */
export interface Probed<Value> {
  readonly health: PartHealth;
  readonly value?: Value;
}

/** A server that is gone is noticed within two seconds, by whoever asks once a second. */
const answerMsMax = 1_000;

/**
 * Asks a dependency how it is; answers within a second, whatever it does. A question that is still under way is not
 * asked again: a server that says nothing must not be sent more and more of them. What changes is logged, once.
 */
export function createProbe<Value>(
  name: string,
  ask: () => Promise<Value>,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): () => Promise<Probed<Value>> {
  let underWay: Promise<Value> | undefined;
  let wasUp = true;

  return async () => {
    const startedMs = clock.monotonicMs();
    const tookMs = () => Math.round((clock.monotonicMs() - startedMs) * 10) / 10;
    try {
      const value = await withinTime(answer());
      if (!wasUp) logger.info({ dependency: name }, 'dependency is up');
      wasUp = true;
      return { health: { name, status: 'up', latencyMs: tookMs() }, value };
    } catch (error) {
      if (wasUp) logger.warn({ dependency: name, error: String(error) }, 'dependency is down');
      wasUp = false;
      return { health: { name, status: 'down', latencyMs: tookMs() } };
    }
  };

  function answer(): Promise<Value> {
    underWay ??= ask().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  function withinTime(asked: Promise<Value>): Promise<Value> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(answerMsMax, () => reject(new Error(`no answer within ${answerMsMax} ms`)));
      asked.then(resolve, reject).finally(cancel);
    });
  }
}
