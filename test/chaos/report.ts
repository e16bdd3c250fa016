import { alignedTable } from '../support/aligned-table.ts';
import type { LaneReport } from './lane.ts';
import { faultKinds } from './plan.ts';
import type { Tally } from './tally.ts';

const slowerMax = 2;
/**
 * Below this a ratio of two latencies says nothing: three ledgers and their servers share the machine. A command that
 * waited for what it does not need would take longer than this: the deadlines there are seconds.
 */
const latencyFloorMs = 250;
/** Of few commands the percentile is the slowest one: then it is only asked whether any waited for what it does not need. */
const few = { count: 300, latencyFloorMs: 1_000 };

const columns = [
  'server',
  'fault',
  'episodes',
  'sent',
  'acknowledged',
  '503',
  'replayed',
  'reads',
  'not served',
  'p99 ms',
  'recovery ms',
  'violations',
];

/** A row per server and fault, and one for the times when nothing was wrong. */
export function tableOf(lanes: readonly LaneReport[]): string {
  const rows = lanes.flatMap(({ name, tally }) =>
    (['quiet', ...faultKinds] as const).map((condition) => {
      const figures = tally.of(condition);
      const { episodes, sent, acknowledged, unavailable, replayed, reads, readsFailed } = figures;
      const times = [tally.p99(condition), figures.worstRecoveryMs].map((ms) => ms.toFixed(0));
      const counts = [episodes, sent, acknowledged, unavailable, replayed, reads, readsFailed].map(String);
      return [name, condition, ...counts, ...times, String(figures.violations.length)];
    }),
  );
  return alignedTable([columns, ...rows], 2);
}

/** Everything that must not have happened. */
export function violationsOf(lanes: readonly LaneReport[]): readonly string[] {
  return lanes.flatMap(({ name, tally, commandsUnaffected }) =>
    [...tally.violations(), ...(commandsUnaffected ? slowed(tally) : [])].map((what) => `${name}: ${what}`),
  );
}

/** Commands that do not need the faulty server take no longer for it. */
function slowed(tally: Tally): readonly string[] {
  return faultKinds.flatMap((kind) => {
    const floorMs = tally.of(kind).tookMs.length < few.count ? few.latencyFloorMs : latencyFloorMs;
    const most = Math.max(slowerMax * tally.p99('quiet'), floorMs);
    const p99 = tally.p99(kind);
    return p99 > most
      ? [`${kind}: p99 of commands was ${p99.toFixed(0)} ms, at most ${most.toFixed(0)}`]
      : [];
  });
}
