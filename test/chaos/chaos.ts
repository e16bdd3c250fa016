import { type AllServers, type LaneReport, runLane } from './lane.ts';
import type { LaneName } from './plan.ts';

export interface ChaosOptions {
  readonly servers: AllServers;
  readonly only: readonly LaneName[];
  /** Of each fault, in front of each server. */
  readonly episodes: number;
  readonly seed: number;
  readonly isBusy?: boolean;
  readonly progress: (line: string) => void;
}

/** Faults in front of one server each, side by side: a ledger of its own for each of them. */
export async function runChaos({ only, ...options }: ChaosOptions): Promise<readonly LaneReport[]> {
  const running = only.map((name, index) => runLane({ ...options, name, seed: options.seed + index }));
  // All of them to their end, so that none is left running when another fails.
  const ended = await Promise.allSettled(running);
  return ended.map((lane) => {
    if (lane.status === 'rejected') throw lane.reason;
    return lane.value;
  });
}
