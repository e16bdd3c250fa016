import { Books, type Move } from './money.ts';

export type Tone = 'done' | 'money' | 'refused' | 'muted';

export interface Step {
  readonly text: string;
  readonly tone: Tone;
}

/** One order at the counter. */
export interface Lane {
  readonly externalId: string;
  readonly customer: string;
  readonly currency: string;
  total: number;
  readonly story: string;
  readonly steps: Step[];
}

/** What the demo puts to the test while it plays. */
export const trialKinds = [
  'double submit',
  'late retry',
  'reused key',
  'race',
  'refusal',
  'outsider',
  'stale revision',
  'read your write',
] as const;
export type TrialKind = (typeof trialKinds)[number];

/** How one trial went, and what there is to say about it. */
export interface Verdict {
  readonly held: boolean;
  readonly said: string;
}

export interface Tally {
  tried: number;
  held: number;
  /** What was said last, or a moment ago: it changes slowly enough to be read. */
  latest: string;
  latestMs: number;
  /** What was said of trials that did not hold. */
  readonly broken: string[];
}

const readableMs = 900;

/** All that there is to see while the order book is played. The players write it, the screens show it. */
export class Board {
  readonly orders: number;
  readonly lanes: (Lane | undefined)[];
  readonly trials: ReadonlyMap<TrialKind, Tally>;
  readonly books = new Books();
  /** How long each command took, in ms. */
  readonly answeredMs: number[] = [];
  startedMs = performance.now();
  started = 0;
  finished = 0;
  notice = '';

  constructor(orders: number, lanes: number) {
    this.orders = orders;
    this.lanes = Array.from({ length: lanes }, () => undefined);
    this.trials = new Map(trialKinds.map((kind) => [kind, emptyTally()]));
  }

  tried(kind: TrialKind, { held, said }: Verdict): void {
    const tally = this.trials.get(kind);
    if (tally === undefined) return;
    tally.tried += 1;
    if (held) tally.held += 1;
    else tally.broken.push(said);
    const nowMs = performance.now();
    if (held && nowMs - tally.latestMs < readableMs) return;
    tally.latest = said;
    tally.latestMs = nowMs;
  }

  moved(currency: string, moves: readonly Move[]): void {
    for (const move of moves) this.books.add(currency, move);
  }
}

function emptyTally(): Tally {
  return { tried: 0, held: 0, latest: '', latestMs: Number.NEGATIVE_INFINITY, broken: [] };
}
