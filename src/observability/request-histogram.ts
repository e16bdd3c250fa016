/** Upper bounds in seconds. */
const bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5] as const;
const name = 'ledger_http_request_duration_seconds';

interface Series {
  readonly labels: string;
  readonly buckets: number[];
  sum: number;
}

/** A route, the same object for every request of it. */
interface Observed {
  readonly method: string;
  readonly path: string;
}

function seriesOf({ method, path }: Observed, status: number): Series {
  const labels = `method="${method}",route="${path}",status="${status}"`;
  return { labels, buckets: new Array<number>(bounds.length + 1).fill(0), sum: 0 };
}

/**
 * Times of requests by method, route and status, in Prometheus' text format. By hand, because it counts every request:
 * a look-up and two additions, where the client library hashes labels anew each time.
 */
export class RequestHistogram {
  /** By route and status: a text made of them would be built and hashed for every request. */
  readonly #routes = new Map<Observed, Map<number, Series>>();

  observe(route: Observed, status: number, durationMs: number): void {
    let byStatus = this.#routes.get(route);
    if (byStatus === undefined) {
      byStatus = new Map();
      this.#routes.set(route, byStatus);
    }
    let series = byStatus.get(status);
    if (series === undefined) {
      series = seriesOf(route, status);
      byStatus.set(status, series);
    }
    const seconds = durationMs / 1_000;
    let bucket = 0;
    while (bucket < bounds.length && seconds > (bounds[bucket] as number)) bucket += 1;
    series.buckets[bucket] = (series.buckets[bucket] as number) + 1;
    series.sum += seconds;
  }

  render(): string {
    const lines = [`# HELP ${name} Time to answer requests`, `# TYPE ${name} histogram`];
    const series = [...this.#routes.values()].flatMap((byStatus) => [...byStatus.values()]);
    for (const { labels, buckets, sum } of series) {
      let count = 0;
      for (const [index, inBucket] of buckets.entries()) {
        count += inBucket;
        lines.push(`${name}_bucket{le="${bounds[index] ?? '+Inf'}",${labels}} ${count}`);
      }
      lines.push(`${name}_sum{${labels}} ${sum}`, `${name}_count{${labels}} ${count}`);
    }
    return `${lines.join('\n')}\n`;
  }
}
