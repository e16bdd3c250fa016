/** How much is measured: `full` decides about the bars, `quick` shows that the benchmark works. */
export interface Scale {
  /** Times every measurement is made; the median counts. */
  readonly runs: number;
  /** The same for figures over HTTP, where the disk, which others share, is felt the most. */
  readonly httpRuns: number;
  readonly orders: number;
  /** Orders placed on a server, at each width. */
  readonly serverOrders: number;
  readonly loadMs: number;
  /** Events of the small log and of the large one. */
  readonly small: number;
  readonly large: number;
}

export const scales: Readonly<Record<'full' | 'quick', Scale>> = {
  full: {
    runs: 3,
    httpRuns: 5,
    orders: 30_000,
    serverOrders: 10_000,
    loadMs: 5_000,
    small: 10_000,
    large: 1_000_000,
  },
  quick: { runs: 1, httpRuns: 1, orders: 2_000, serverOrders: 500, loadMs: 700, small: 2_000, large: 20_000 },
};

/** Told of every measurement as it is made. */
export type Tell = (what: string) => void;
