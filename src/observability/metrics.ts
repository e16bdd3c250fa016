import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Observe } from '../http/server.ts';
import type { CacheFigures } from '../ports/cache.ts';
import type { CommandCount, CommandMetrics } from '../ports/command-metrics.ts';
import type { ProcessMetrics } from '../ports/process-metrics.ts';
import { RequestHistogram } from './request-histogram.ts';

/** What this process needs and how it is, and where the projections stand. */
export interface Standing {
  readonly dependencies: readonly { readonly name: string; readonly status: 'up' | 'down' }[];
  /** Empty while it cannot be told. */
  readonly projections: readonly ProjectionPosition[];
}

interface ProjectionPosition {
  readonly name: string;
  readonly position: number;
  readonly head: number;
  readonly state: string;
}

export interface Metrics extends CommandMetrics, ProcessMetrics {
  readonly observe: Observe;
  /** Prometheus text exposition. */
  render(): Promise<string>;
}

/**
 * Figures of this process.
 * @param standing asked for once at every scrape; answers in any case, and soon
 * @param cache where this process reads through one
 */
export function createMetrics(standing: () => Promise<Standing>, cache?: CacheFigures): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  let now: Standing = { dependencies: [], projections: [] };
  const requests = new RequestHistogram();
  const commands: Record<CommandCount, number> = {
    executed: 0,
    replayed: 0,
    refused: 0,
    'key-reused': 0,
    'conflict-retried': 0,
    'outcome-unknown': 0,
  };
  new Counter({
    name: 'ledger_commands_total',
    help: 'What became of commands',
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(commands)) this.inc({ outcome }, count);
    },
  });
  new Gauge({
    name: 'ledger_dependency_up',
    help: '0 for a part that cannot be reached',
    labelNames: ['dependency'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { name, status } of now.dependencies)
        this.set({ dependency: name }, Number(status === 'up'));
    },
  });
  if (cache !== undefined) addCache(registry, cache);
  projectionGauge(
    'ledger_projection_position',
    'Position a projection has reached',
    ({ position }) => position,
  );
  projectionGauge('ledger_projection_lag', 'Events a projection has not seen yet', ({ head, position }) =>
    Math.max(0, head - position),
  );
  projectionGauge('ledger_projection_halted', '1 for a projection that stands still', ({ state }) =>
    Number(state === 'halted'),
  );

  return {
    count: (outcome) => {
      commands[outcome] += 1;
    },
    ...processCounters(registry),
    observe: (route, status, durationMs) => requests.observe(route, status, durationMs),
    render: async () => {
      now = await standing();
      return (await registry.metrics()) + requests.render();
    },
  };

  function projectionGauge(
    name: string,
    help: string,
    value: (projection: ProjectionPosition) => number,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: ['projection'],
      registers: [registry],
      collect() {
        // What was true at the last scrape need not be true now.
        this.reset();
        for (const projection of now.projections)
          this.set({ projection: projection.name }, value(projection));
      },
    });
  }
}

function processCounters(registry: Registry): ProcessMetrics {
  const asked = new Counter({
    name: 'ledger_gateway_asked_total',
    help: 'Questions to the payment provider, by what was asked and what it answered',
    labelNames: ['asked', 'outcome'],
    registers: [registry],
  });
  const parked = new Counter({
    name: 'ledger_payments_parked_total',
    help: 'Payment calls that failed so often that a human has to look',
    registers: [registry],
  });
  return {
    gatewayAsked: (what, outcome) => asked.inc({ asked: what, outcome }),
    paymentParked: () => parked.inc(),
  };
}

function addCache(registry: Registry, cache: CacheFigures): void {
  new Counter({
    name: 'ledger_cache_reads_total',
    help: 'Documents looked for in the cache',
    labelNames: ['outcome'],
    registers: [registry],
    collect() {
      this.reset();
      this.inc({ outcome: 'hit' }, cache.hits);
      this.inc({ outcome: 'miss' }, cache.misses);
    },
  });
  new Counter({
    name: 'ledger_cache_failures_total',
    help: 'Questions that the cache did not answer, in time or at all',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(cache.failures);
    },
  });
  new Gauge({
    name: 'ledger_cache_bypassed',
    help: '1 while the cache is not asked, because it did not answer',
    registers: [registry],
    collect() {
      this.set(Number(cache.bypassed));
    },
  });
}
