import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Answered } from '../http/server.ts';
import type { CommandCount, CommandMetrics } from '../ports/command-metrics.ts';

/** Where a projection stands. */
export interface ProjectionPosition {
  readonly name: string;
  readonly position: number;
  readonly head: number;
  readonly halted: boolean;
}

export interface Metrics extends CommandMetrics {
  observe(answered: Answered): void;
  /** Prometheus text exposition. */
  render(): Promise<string>;
}

/** Figures of this process. @param projections asked for at every scrape. */
export function createMetrics(projections: () => Promise<readonly ProjectionPosition[]>): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'ledger_http_request_duration_seconds',
    help: 'Time to answer requests',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5],
    registers: [registry],
  });
  const commands = new Counter({
    name: 'ledger_commands_total',
    help: 'What became of commands',
    labelNames: ['outcome'],
    registers: [registry],
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
    count: (outcome: CommandCount) => commands.inc({ outcome }),
    observe: ({ method, route, status, durationMs }) =>
      requests.observe({ method, route, status }, durationMs / 1_000),
    render: () => registry.metrics(),
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
