import type { PartHealth, Readiness } from './http/pages.ts';
import type { Ledger } from './main.ts';
import { statusOf } from './queries/get-projections.ts';
import type { Role } from './service.ts';

const answerMsMax = 2_000;

/** Says whether this process should get requests, and how every part it needs is. */
export function createReadiness(ledger: Ledger, running: ReadonlySet<Role>) {
  const { store, readModel, clock } = ledger;
  let isDraining = false;

  return {
    check,
    draining: () => {
      isDraining = true;
    },
  };

  async function check(): Promise<Readiness> {
    const [events, documents] = await Promise.all([
      probe('event store', () => store.head()),
      probe('read model', () => readModel.projections()),
    ]);
    const projections = (documents.value ?? []).flatMap((record) => statusOf(record, events.value ?? 0));
    const needed = running.has('query') || running.has('projector') ? [events, documents] : [events];
    const down = needed.some(({ health }) => health.status === 'down');
    const halted = projections.some(({ state }) => state === 'halted');
    const status = isDraining ? 'draining' : down ? 'unavailable' : halted ? 'degraded' : 'ready';
    return { status, dependencies: [events.health, documents.health], projections };
  }

  async function probe<T>(name: string, ask: () => Promise<T>): Promise<{ health: PartHealth; value?: T }> {
    const startedMs = clock.monotonicMs();
    const took = () => Math.round((clock.monotonicMs() - startedMs) * 10) / 10;
    try {
      const value = await withinTime(ask());
      return { health: { name, status: 'up', latencyMs: took() }, value };
    } catch (error) {
      ledger.logger.warn({ dependency: name, error: String(error) }, 'dependency is down');
      return { health: { name, status: 'down', latencyMs: took() } };
    }
  }

  function withinTime<T>(answer: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(answerMsMax, () => reject(new Error(`no answer within ${answerMsMax} ms`)));
      answer.then(resolve, reject).finally(cancel);
    });
  }
}
