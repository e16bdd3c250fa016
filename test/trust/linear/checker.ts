/** What is to be put in one line: operations, what must come before what, and the object they were done to. */
export interface Puzzle<State, Step> {
  readonly steps: readonly Step[];
  /** By step, the steps that come before it in every order: bit n stands for step n. */
  readonly before: readonly bigint[];
  /** Steps that may be left out: what became of them is unknown. */
  readonly optional: bigint;
  readonly initial: State;
  /** The object after the step, or in words why it cannot have been answered so now. Must not change `state`. */
  readonly apply: (state: State, step: Step) => State | Misfit;
  /** Whether the step, answered as it was, changes nothing wherever it stands. */
  readonly isPassive: (step: Step) => boolean;
  /** Whether the step cannot follow this state any more, nor any state that comes after it. May say no where it is so. */
  readonly isLost: (state: State, step: Step) => boolean;
  /** Equal for two states exactly when nothing can ever tell them apart. */
  readonly keyOf: (state: State) => string;
  /** Gives up after so many states. */
  readonly statesMax: number;
}

/** Why a step does not fit. */
export class Misfit {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

export type Verdict<State> =
  /** `order` names steps by number. */
  | { readonly kind: 'linearizable'; readonly order: readonly number[]; readonly states: number }
  | { readonly kind: 'not-linearizable'; readonly stuck: Stuck<State>; readonly states: number }
  | { readonly kind: 'undecided'; readonly states: number };

/** As far as the search ever got. */
export interface Stuck<State> {
  readonly order: readonly number[];
  readonly state: State;
  /** The steps that could have been next, and why none of them was. */
  readonly misfits: readonly { readonly step: number; readonly reason: string }[];
}

/**
 * Looks for one order of the steps that keeps to `before` and to the object: the search of Wing and Gong, with the memory of
 * Lowe, which goes into no pair of (steps done, state) twice. Exhaustive: what it calls not linearizable has no such order.
 */
export function linearize<State, Step>(puzzle: Puzzle<State, Step>): Verdict<State> {
  return new Search(puzzle).run();
}

class Search<State, Step> {
  readonly #puzzle: Puzzle<State, Step>;
  readonly #required: bigint;
  readonly #bits: readonly bigint[];
  readonly #seen = new Set<string>();
  readonly #order: number[] = [];
  #states = 0;
  #deepest: { readonly order: readonly number[]; readonly state: State };

  constructor(puzzle: Puzzle<State, Step>) {
    this.#puzzle = puzzle;
    this.#bits = puzzle.steps.map((_, number) => 1n << BigInt(number));
    this.#required = ((1n << BigInt(puzzle.steps.length)) - 1n) & ~puzzle.optional;
    this.#deepest = { order: [], state: puzzle.initial };
  }

  run(): Verdict<State> {
    const isFound = this.#from(0n, this.#puzzle.initial);
    const states = this.#states;
    if (isFound) return { kind: 'linearizable', order: [...this.#order], states };
    if (states > this.#puzzle.statesMax) return { kind: 'undecided', states };
    return { kind: 'not-linearizable', stuck: this.#stuck(), states };
  }

  /** Whether what is left can follow; `#order` is then the whole order. */
  #from(done: bigint, state: State): boolean {
    if ((done & this.#required) === this.#required) return true;
    if (!this.#isNew(done, state)) return false;
    if (this.#order.length > this.#deepest.order.length) this.#deepest = { order: [...this.#order], state };
    const fitting: { readonly number: number; readonly next: State }[] = [];
    for (const [number, step] of this.#puzzle.steps.entries()) {
      if (!this.#mayFollow(number, done)) continue;
      const next = this.#puzzle.apply(state, step);
      if (next instanceof Misfit) continue;
      // What fits and never changes anything may as well come now: wherever else it would fit, it can be moved to here.
      if (this.#puzzle.isPassive(step)) return this.#take(number, done, next);
      fitting.push({ number, next });
    }
    return fitting.some(({ number, next }) => this.#take(number, done, next));
  }

  #take(number: number, done: bigint, next: State): boolean {
    this.#order.push(number);
    if (this.#from(done | (this.#bits[number] ?? 0n), next)) return true;
    this.#order.pop();
    return false;
  }

  /** Whether it is worth while to go on from here. */
  #isNew(done: bigint, state: State): boolean {
    const { steps, keyOf, isLost, statesMax } = this.#puzzle;
    const place = `${done.toString(36)} ${keyOf(state)}`;
    if (this.#states > statesMax || this.#seen.has(place)) return false;
    this.#seen.add(place);
    this.#states += 1;
    const left = this.#required & ~done;
    return !steps.some((step, number) => (left & (this.#bits[number] ?? 0n)) !== 0n && isLost(state, step));
  }

  #mayFollow(number: number, done: bigint): boolean {
    const bit = this.#bits[number] ?? 0n;
    const before = this.#puzzle.before[number] ?? 0n;
    return (done & bit) === 0n && (before & ~done) === 0n;
  }

  #stuck(): Stuck<State> {
    const { order, state } = this.#deepest;
    const done = order.reduce((mask, number) => mask | (this.#bits[number] ?? 0n), 0n);
    const misfits = [...this.#puzzle.steps.entries()].flatMap(([step, what]) => {
      if (!this.#mayFollow(step, done)) return [];
      const next = this.#puzzle.apply(state, what);
      return next instanceof Misfit ? [{ step, reason: next.reason }] : [];
    });
    return { order, state, misfits };
  }
}
