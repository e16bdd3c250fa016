/** One rate, measured several times, each time right after its ceiling on the same machine. */
export interface Figure {
  readonly name: string;
  /** What a measurement counts, such as `orders/s`; medians of the runs. */
  readonly unit: string;
  readonly value: number;
  readonly ceiling: { readonly name: string; readonly value: number };
  /** Median of the ratios of the runs: each run has its own ceiling, so that what else the machine does cancels out. */
  readonly ratio: number;
  /** The ratio to reach; undefined where the figure only informs. */
  readonly bar?: number;
  /** Whatever else was seen, for the record. */
  readonly seen?: Readonly<Record<string, number>>;
  readonly runs: readonly { readonly value: number; readonly ceiling: number }[];
}

/** A figure that must stay below something. */
export interface Limit {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  readonly max: number;
}

export type Result = Figure | Limit;

export interface Run {
  readonly value: number;
  readonly ceiling: number;
  readonly seen?: Readonly<Record<string, number>>;
}

/** Sums several runs up. */
export function figure(
  about: Pick<Figure, 'name' | 'unit' | 'bar'> & { readonly against: string },
  runs: readonly Run[],
): Figure {
  const { name, unit, bar, against } = about;
  const seen = Object.keys(runs[0]?.seen ?? {}).map((key) => [
    key,
    median(runs.map((run) => run.seen?.[key] ?? 0)),
  ]);
  return {
    name,
    unit,
    value: median(runs.map(({ value }) => value)),
    ceiling: { name: against, value: median(runs.map(({ ceiling }) => ceiling)) },
    ratio: median(runs.map(({ value, ceiling }) => value / ceiling)),
    ...(bar !== undefined && { bar }),
    ...(seen.length > 0 && { seen: Object.fromEntries(seen) }),
    runs: runs.map(({ value, ceiling }) => ({ value, ceiling })),
  };
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

export function holds(result: Result): boolean {
  if ('max' in result) return result.value <= result.max;
  return result.bar === undefined || result.ratio >= result.bar;
}
