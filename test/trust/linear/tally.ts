import type { Verdict } from './checker.ts';
import { isCommand, isRead, type OrderHistory } from './operation.ts';

const explainedMax = 3;

/** What a run has seen. */
export class Tally {
  readonly #seed: number;
  readonly violations: string[] = [];
  readonly #planted = new Map<string, number>();
  #explained = 0;
  histories = 0;
  orders = 0;
  linearizable = 0;
  operations = 0;
  overlapping = 0;
  unknown = 0;
  sameKey = 0;
  statuses = new Map<number, number>();
  behind = 0;
  states = 0;
  statesMost = 0;
  plantedStates = 0;
  plantedFound = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  played(orders: readonly OrderHistory[]): void {
    this.histories += 1;
    for (const { operations } of orders) {
      this.orders += 1;
      this.operations += operations.length;
      for (const [number, a] of operations.entries()) {
        if (a.answer === undefined) this.unknown += 1;
        const status = a.answer?.status ?? 0;
        this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
        for (const b of operations.slice(number + 1))
          if (a.invokedMs < b.respondedMs && b.invokedMs < a.respondedMs) this.overlapping += 1;
      }
      this.sameKey += operations.filter((each) => isCommand(each) && each.answer?.replayed).length;
      this.behind += operations.filter(isRead).filter(({ request }) => request.atLeast !== undefined).length;
    }
  }

  judged(states: number, isLinearizable: boolean): void {
    this.states += states;
    this.statesMost = Math.max(this.statesMost, states);
    if (isLinearizable) this.linearizable += 1;
  }

  planted(kind: string, { kind: verdict, states }: Verdict<unknown>): void {
    if (verdict === 'not-linearizable') this.plantedFound += 1;
    this.#planted.set(kind, this.plantedOf(kind) + 1);
    this.plantedStates = Math.max(this.plantedStates, states);
  }

  plantedOf(kind: string): number {
    return this.#planted.get(kind) ?? 0;
  }

  violated(history: number, what: string): void {
    this.violations.push(`seed ${this.#seed}, history ${history}: ${what}`);
  }

  /** Explaining takes time: it is done for the first few. */
  mayExplain(): boolean {
    this.#explained += 1;
    return this.#explained <= explainedMax;
  }
}
