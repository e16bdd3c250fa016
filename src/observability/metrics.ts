import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Observe } from '../http/server.ts';
import type { CommandCount, CommandMetrics } from '../ports/command-metrics.ts';
import { RequestHistogram } from './request-histogram.ts';

/** Where a projection stands. */
export interface ProjectionPosition {
  readonly name: string;
  readonly position: number;
  readonly head: number;
  readonly halted: boolean;
}

export interface Metrics extends CommandMetrics {
  readonly observe: Observe;
  /** Prometheus text exposition. */
  render(): Promise<string>;
}

/** Figures of this process. @param projections asked for at every scrape. */
export function createMetrics(projections: () => Promise<readonly ProjectionPosition[]>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
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
  projectionGauge(
    'ledger_projection_position',
    'Position a projection has reached',
    ({ position }) => position,
  );
  projectionGauge('ledger_projection_lag', 'Events a projection has not seen yet', ({ head, position }) =>
    Math.max(0, head - position),
  );
  projectionGauge('ledger_projection_halted', '1 for a projection that stands still', ({ halted }) =>
    Number(halted),
  );

  return {
    count: (outcome) => {
      commands[outcome] += 1;
    },
    observe: ({ method, path }, status, durationMs) => requests.observe(method, path, status, durationMs),
    render: async () => (await registry.metrics()) + requests.render(),
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
      async collect() {
        for (const projection of await projections())
          this.set({ projection: projection.name }, value(projection));
      },
    });
  }
}
