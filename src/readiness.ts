import { createProbe, type Probed } from './dependency-probe.ts';
import type { PartHealth, Readiness } from './http/pages.ts';
import type { Ledger } from './main.ts';
import type { Cache } from './ports/cache.ts';
import type { Logger } from './ports/logger.ts';
import type { ProjectionRecord } from './ports/read-model.ts';
import { toDoLists } from './process-host.ts';
import { projections as registered } from './projections/registry.ts';
import type { ProjectorHost } from './projector-host.ts';
import { type ProjectionStatus, statusOf } from './queries/get-projections.ts';
import type { Role } from './service.ts';

/** What of a process its readiness depends on, beside its stores. */
export interface ReadinessParts {
  readonly running: ReadonlySet<Role>;
  readonly cache?: Cache | undefined;
  readonly projector?: ProjectorHost | undefined;
  /** Whether processes run here and have anything to do. */
  readonly performs?: boolean;
}

/** What is watched of a ledger. */
type Watched = Pick<Ledger, 'store' | 'readModel' | 'clock'> & { readonly logger: Logger };

interface Standing extends Readiness {
  readonly projections: readonly ProjectionStatus[];
}

/**
 * Says whether this process should get requests, and how every part it needs is. What takes commands needs the log and
 * nothing else; what answers queries needs documents, and that they were built, and what works off lists needs those;
 * nobody needs the cache.
 */
export function createReadiness(
  ledger: Watched,
  { running, cache, projector, performs = false }: ReadinessParts,
) {
  const { store, readModel } = ledger;
  const servesDocuments = running.has('query') || running.has('projector');
  const usesDocuments = servesDocuments || performs;
  const used = servesDocuments ? registered : toDoLists;
  const events = createProbe('event store', () => store.head(), ledger);
  const documents = createProbe('read model', () => readModel.projections(), ledger);
  const cached = createProbe('cache', async () => cache?.check?.(), ledger);
  let isDraining = false;
  let underWay: Promise<Standing> | undefined;

  return {
    /** Those who ask at the same time are given the same answer. */
    check: () => {
      underWay ??= check().finally(() => {
        underWay = undefined;
      });
      return underWay;
    },
    draining: () => {
      isDraining = true;
    },
  };

  async function check(): Promise<Standing> {
    const [log, records, inCache] = await Promise.all([
      events(),
      usesDocuments ? documents() : undefined,
      cache?.check === undefined ? undefined : cached(),
    ]);
    const needed = [log, records, notStarted(records)].filter((part) => part !== undefined);
    // How far they are behind cannot be told without the log.
    const head = log.value;
    const projections =
      head === undefined ? [] : (records?.value ?? []).flatMap((record) => statusOf(record, head));
    const down = needed.some(({ health }) => health.status === 'down');
    const halted = projections.some(({ state }) => state === 'halted');
    const status = isDraining ? 'draining' : down ? 'unavailable' : halted ? 'degraded' : 'ready';
    const shown = inCache === undefined ? needed : [...needed, inCache];
    return { status, dependencies: shown.map(({ health }) => health), projections };
  }

  /** Until every projection exists, what is read would be answered as if it had never been written. */
  function notStarted(
    records: Probed<readonly ProjectionRecord[]> | undefined,
  ): { readonly health: PartHealth } | undefined {
    if (records?.value === undefined) return undefined;
    const built = new Set(records.value.flatMap(({ name, active }) => (active ? [name] : [])));
    const isBuilt = used.every(({ name }) => built.has(name));
    if (isBuilt && projector?.isStarted() !== false) return undefined;
    return { health: { name: 'projector', status: 'down', latencyMs: 0 } };
  }
}
