import type { Planned } from './plan.ts';

const sums = [
  'acknowledged',
  'unanswered',
  'later',
  'turnedAway',
  'replaysCompared',
  'statesCompared',
  'kills',
  'takenOver',
  'verifyRuns',
  'lost',
  'doubled',
] as const;
const maxima = ['restartMsMax', 'stopMsMax'] as const;

const saidMax = 20;
const saidCharactersMax = 400;

/** What has been seen so far. */
export class Tally {
  readonly seed: number;
  readonly violations: string[] = [];
  /** Cycles by kind, and kills by named point. */
  readonly cycles = new Map<string, number>();
  acknowledged = 0;
  unanswered = 0;
  /** Answers that told a caller to come again. */
  later = 0;
  /** Connections that broke while a server was ending, before anything was done about what was sent on them. */
  turnedAway = 0;
  replaysCompared = 0;
  statesCompared = 0;
  kills = 0;
  /** Servers that were ready while another one hung on the same files. */
  takenOver = 0;
  restartMsMax = 0;
  stopMsMax = 0;
  verifyRuns = 0;
  lost = 0;
  doubled = 0;
  #where = 'at the start';

  constructor(seed: number) {
    this.seed = seed;
  }

  /** Names what is going on, for violations. */
  at(where: string): void {
    this.#where = where;
  }

  counts(planned: Planned): void {
    const name = planned.kind === 'point' ? planned.point : planned.kind;
    this.cycles.set(name, (this.cycles.get(name) ?? 0) + 1);
  }

  /** Adds what another one has seen. */
  add(other: Tally): void {
    this.violations.push(...other.violations);
    for (const [name, count] of other.cycles) this.cycles.set(name, (this.cycles.get(name) ?? 0) + count);
    for (const name of sums) this[name] += other[name];
    for (const name of maxima) this[name] = Math.max(this[name], other[name]);
  }

  /** Says so at once: a run that is ended from outside has told what it knew. */
  violated(what: string): void {
    const violation = `seed ${this.seed}, ${this.#where}: ${what}`;
    this.violations.push(violation);
    if (this.violations.length <= saidMax) process.stderr.write(`${violation.slice(0, saidCharactersMax)}\n`);
  }
}
