import { type FaultKind, faultKinds } from './plan.ts';

/** What was seen of one kind of fault in front of one server, or while all was quiet. */
interface Figures {
  episodes: number;
  sent: number;
  acknowledged: number;
  /** Answers 503, each followed by another attempt with the same key. */
  unavailable: number;
  /** Acknowledged as done before, by an attempt whose answer nobody had seen. */
  replayed: number;
  reads: number;
  readsFailed: number;
  worstRecoveryMs: number;
  readonly tookMs: number[];
  readonly violations: string[];
}

/** One thing a caller did, and what was wrong with the network meanwhile. */
export type Condition = FaultKind | 'quiet';

/** Counts of one lane, by what was wrong at the time. */
export class Tally {
  readonly #figures: Readonly<Record<Condition, Figures>>;

  constructor() {
    const entries = (['quiet', ...faultKinds] as const).map((condition) => [condition, empty()]);
    this.#figures = Object.fromEntries(entries) as Record<Condition, Figures>;
  }

  of(condition: Condition): Figures {
    return this.#figures[condition];
  }

  violated(condition: Condition, what: string): void {
    this.of(condition).violations.push(`${condition}: ${what}`);
  }

  violations(): readonly string[] {
    return Object.values(this.#figures).flatMap(({ violations }) => violations);
  }

  /** The ninety-ninth percentile of answers to first attempts, in milliseconds. */
  p99(condition: Condition): number {
    const sorted = this.of(condition).tookMs.toSorted((a, b) => a - b);
    return sorted[Math.floor(sorted.length * 0.99)] ?? 0;
  }
}

function empty(): Figures {
  const counts = { episodes: 0, sent: 0, acknowledged: 0, unavailable: 0, replayed: 0 };
  return { ...counts, reads: 0, readsFailed: 0, worstRecoveryMs: 0, tookMs: [], violations: [] };
}
