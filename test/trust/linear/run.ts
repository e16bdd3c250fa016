import { seeded } from '../../e2e/support/seeded.ts';
import { explain } from './explain.ts';
import { judgeHistory, textsThatDiffer } from './judge.ts';
import type { OrderHistory } from './operation.ts';
import { clientsMax, planOf } from './plan.ts';
import { plantings } from './planted.ts';
import { playHistory, type Stage } from './play.ts';
import type { Server } from './servers.ts';
import { Tally } from './tally.ts';
import { Wire } from './wire.ts';

export interface RunOptions {
  readonly histories: number;
  readonly operations: number;
  readonly seed: number;
  /** The only one to play, where it is known which. */
  readonly only?: number;
  readonly progress: (line: string) => void;
}

/** Of each kind of planted violation, so many are looked for. */
const plantedPerKind = 20;
/** In larger histories it can take very long to have looked everywhere in vain. */
const plantedOperationsMax = 32;
/** Histories that go on at the same time, on each server. */
const stagesPerServer = 2;
const progressEvery = 100;

/** Plays all histories and judges each as it ends. */
export async function runHistories(servers: readonly Server[], options: RunOptions): Promise<Tally> {
  const tally = new Tally(options.seed);
  const stages = servers.flatMap((server) => Array.from({ length: stagesPerServer }, () => stageOn(server)));
  try {
    await Promise.all(
      stages.map((stage, lane) => playLane(stage, { lane, lanes: stages.length }, options, tally)),
    );
  } finally {
    for (const { wires } of stages) for (const wire of wires) wire.close();
  }
  return tally;
}

function stageOn({ paidWhen, url, tokens }: Server): Stage {
  return { paidWhen, tokens, wires: Array.from({ length: clientsMax }, () => new Wire(url)) };
}

async function playLane(
  stage: Stage,
  { lane, lanes }: { readonly lane: number; readonly lanes: number },
  { histories, operations, seed, only, progress }: RunOptions,
  tally: Tally,
): Promise<void> {
  for (let number = lane; number < histories; number += lanes) {
    if (only !== undefined && number !== only) continue;
    // The plan of a history is its own: it is the same however many there are.
    const draws = seeded(seed + number * 2_654_435_761);
    const name = `linear-${number}`;
    const plan = planOf(draws, name, operations);
    const orders = await playHistory(stage, plan, name);
    tally.played(orders);
    for (const history of orders) judge(history, number, tally);
    for (const history of orders) plantIn(history, number, tally);
    if (tally.histories % progressEvery === 0) progress(`${tally.histories} of ${histories} histories`);
  }
}

function judge(history: OrderHistory, number: number, tally: Tally): void {
  const verdict = judgeHistory(history);
  tally.judged(verdict.states, verdict.kind === 'linearizable');
  for (const what of textsThatDiffer(history)) tally.violated(number, what);
  if (verdict.kind === 'linearizable') return;
  tally.violated(number, tally.mayExplain() ? explain(history) : `${history.name}: ${verdict.kind}`);
}

/** A real history with something wrong in it has to be found, and found by the search. The kind least planted comes first. */
function plantIn(history: OrderHistory, number: number, tally: Tally): void {
  if (history.operations.length > plantedOperationsMax) return;
  for (const { kind, corrupt } of plantings.toSorted(
    (a, b) => tally.plantedOf(a.kind) - tally.plantedOf(b.kind),
  )) {
    if (tally.plantedOf(kind) >= plantedPerKind) return;
    const corrupted = corrupt(history);
    if (corrupted === undefined) continue;
    const verdict = judgeHistory(corrupted);
    tally.planted(kind, verdict);
    if (verdict.kind !== 'not-linearizable')
      tally.violated(number, `${history.name}: planted and not found (${verdict.kind}): ${kind}`);
    return;
  }
}
