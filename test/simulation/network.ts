import type { Dice } from './dice.ts';
import { type Call, calls, type Fault, type Swarm } from './faults.ts';
import type { Liveness, Timeline } from './timeline.ts';
import type { Trace } from './trace.ts';

/** Who calls: a node that may crash or be paused in the middle of it, or somebody outside, who does not. */
export interface Caller extends Liveness {
  readonly name: string;
  crash(): void;
}

/** A caller that may be in the middle of something that a store undoes when it dies. */
export interface Mortal extends Caller {
  /** Rejects when it crashes. */
  readonly death: Promise<never>;
}

/** What the caller is told when nothing, or nobody knows what, came of its call. Without one it is never told anything. */
export interface Told {
  readonly refused: () => Error;
  readonly unheard: () => Error;
  /** How long an answer is waited for. */
  readonly deadlineMs: number;
}

export interface NetworkNeeds {
  readonly timeline: Timeline;
  readonly dice: Dice;
  readonly swarm: Pick<Swarm, 'rates'>;
  readonly trace: Trace;
  /** Decides what becomes of the call of this number instead of chance. */
  readonly script?: (call: number) => Fault | undefined;
}

/** Between a caller and whatever it calls: time passes, requests and replies are lost, come late or twice, and callers die. */
export class Network {
  readonly #needs: NetworkNeeds;
  /** Hits by call and fault. */
  readonly hits = new Map<string, number>();
  #isHealed = false;
  #count = 0;

  constructor(needs: NetworkNeeds) {
    this.#needs = needs;
  }

  get count(): number {
    return this.#count;
  }

  get isHealed(): boolean {
    return this.#isHealed;
  }

  /** From now on every call arrives, once and in time. */
  heal(): void {
    this.#isHealed = true;
  }

  /** @param work does what the call asks for, where it is asked; it may run after the caller has given up, and twice */
  call<Answer>(from: Caller, call: Call, work: () => Answer | Promise<Answer>, told: Told): Promise<Answer> {
    if (!from.isAlive) return never();
    const { timeline, dice, trace } = this.#needs;
    this.#count += 1;
    const fault = this.#faultFor(call);
    const cell = `${call} ${fault}`;
    this.hits.set(cell, (this.hits.get(cell) ?? 0) + 1);
    trace.add(timeline.nowMs, from.name, cell);
    const { deadlineMs } = told;
    const travelMs = fault === 'slow' ? dice.below(deadlineMs) : dice.below(3);
    switch (fault) {
      case 'ok':
      case 'slow':
        return dice.chance(0.5)
          ? this.#answered(from, work(), travelMs)
          : this.#arrives(from, travelMs, work);
      case 'refused':
        return this.#fails(from, travelMs, told.refused);
      case 'lost-request':
        return this.#fails(from, deadlineMs, told.unheard);
      case 'lost-reply':
        this.#later(travelMs, work);
        return this.#fails(from, deadlineMs, told.unheard);
      case 'late':
        this.#later(deadlineMs + dice.below(10 * deadlineMs), work);
        return this.#fails(from, deadlineMs, told.unheard);
      case 'twice':
        this.#later(travelMs + dice.below(2 * deadlineMs), work);
        return this.#arrives(from, travelMs, work);
      case 'crash-before':
        from.crash();
        return never();
      case 'crash-after':
        this.#later(0, work);
        from.crash();
        return never();
    }
  }

  #faultFor(call: Call): Fault {
    const { dice, swarm, script } = this.#needs;
    const drawn = dice.fraction();
    const scripted = script?.(this.#count);
    if (scripted !== undefined) return scripted;
    if (this.#isHealed) return 'ok';
    let left = drawn;
    for (const fault of calls[call]) {
      left -= swarm.rates[fault] ?? 0;
      if (left < 0) return fault;
    }
    return 'ok';
  }

  #answered<Answer>(from: Caller, answer: Answer | Promise<Answer>, travelMs: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const back = (hear: () => void) => void this.#needs.timeline.after(travelMs, hear, from);
      void Promise.resolve(answer).then(
        (value) => back(() => resolve(value)),
        (error: unknown) => back(() => reject(error)),
      );
    });
  }

  #arrives<Answer>(from: Caller, travelMs: number, work: () => Answer | Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#needs.timeline.after(travelMs, () => {
        void Promise.resolve()
          .then(work)
          .then(
            (value) => this.#hears(from, () => resolve(value)),
            (error: unknown) => this.#hears(from, () => reject(error)),
          );
      });
    });
  }

  /** A caller that is paused hears later; one that is dead never. */
  #hears(from: Caller, hear: () => void): void {
    if (!from.isAlive) return;
    if (from.pausedUntilMs > this.#needs.timeline.nowMs) this.#needs.timeline.after(0, hear, from);
    else hear();
  }

  #fails<Answer>(from: Caller, afterMs: number, why: () => Error): Promise<Answer> {
    return new Promise((_, reject) => {
      this.#needs.timeline.after(afterMs, () => reject(why()), from);
    });
  }

  /** It is done although nobody waits for it. */
  #later(afterMs: number, work: () => unknown): void {
    this.#needs.timeline.after(afterMs, () => {
      void Promise.resolve()
        .then(work)
        .catch(() => {});
    });
  }
}

function never<Answer>(): Promise<Answer> {
  return new Promise(() => {});
}
