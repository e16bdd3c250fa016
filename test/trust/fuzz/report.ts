import type { Figure } from '../part-report.ts';
import type { Complaint } from './judge.ts';
import { mutationKinds } from './mutate.ts';
import type { ComparedWithProvider } from './provider-book.ts';
import { rawKinds } from './raw-scripts.ts';
import type { Tally } from './tally.ts';

/** What was in use before and after most of the requests to one service. */
export interface Memory {
  readonly beforeBytes: number;
  readonly afterBytes: number;
}

const heapGrowthMbMax = 64;
const bytesPerMb = 1_048_576;
/** So many requests are needed until each operation has succeeded, and everything that can be wrong was wrong. */
const enoughRequests = 10_000;
/** A payment can only be retried when it was given up, and that takes the ledger half a minute. */
const enoughToGiveUp = 40_000;

/** What was found, each with the bound it has to keep. */
export function figuresOf(
  tally: Tally,
  { requests, raw }: { readonly requests: number; readonly raw: number },
  { beforeBytes, afterBytes }: Memory,
  { compared, liedAbout }: ComparedWithProvider,
): readonly Figure[] {
  const isEnough = requests >= enoughRequests;
  const all = (count: number) => (isEnough ? { atLeast: count } : {});
  const none = (name: string, about: Complaint['about']): Figure => ({
    ...{ name, value: tally.complaints.get(about) ?? 0, atMost: 0 },
  });
  return [
    { name: 'requests', value: tally.requests, atLeast: requests },
    ...statusFigures('answered', tally.statuses),
    { name: 'operations of the document', value: tally.operations.size },
    { name: 'operations called', value: reached(tally.operations), ...all(tally.operations.size) },
    {
      name: `operations that succeeded${missedIn(tally.successes)}`,
      value: reached(tally.successes),
      ...all(tally.operations.size - (requests < enoughToGiveUp ? 1 : 0)),
    },
    {
      ...{ name: 'kinds of mutation', value: mutationKinds.filter((kind) => tally.kinds.has(kind)).length },
      ...all(mutationKinds.length),
    },
    { name: 'requests mutated', value: tally.requests - valid(tally) },
    none('5xx beside positions to come', 'server fault'),
    none('invalid problems', 'problem'),
    none('schema mismatches', 'schema'),
    none('statuses not documented', 'undocumented'),
    none('headers not as promised', 'header'),
    none('answers that tell of the inside', 'leak'),
    none('answers not expected', 'expectation'),
    { name: 'orders whose events were all accounted for', value: tally.orders },
    { name: 'events of those', value: tally.events },
    { name: 'orders compared with the provider’s own book', value: compared, ...all(10) },
    { name: 'orders lied about, with its signature or by operators', value: liedAbout },
    { name: 'raw connections', value: sum(tally.raws), atLeast: raw },
    {
      name: 'kinds of raw connection',
      value: tally.raws.size,
      ...(raw >= 500 && { atLeast: rawKinds.length }),
    },
    ...statusFigures('raw answered', tally.rawStatuses),
    { name: 'slowest answer, ms', value: Math.round(tally.slowestMs) },
    { name: 'largest body, bytes', value: tally.largestBytes },
    {
      ...{ name: 'heap grown, MB', value: Math.round((afterBytes - beforeBytes) / bytesPerMb) },
      atMost: heapGrowthMbMax,
    },
  ];
}

function missedIn(counts: ReadonlyMap<string, number>): string {
  const missed = [...counts].flatMap(([name, count]) => (count === 0 ? name : []));
  return missed.length === 0 ? '' : ` (not ${missed.join(', ')})`;
}

function statusFigures(name: string, statuses: ReadonlyMap<string, number>): readonly Figure[] {
  const classes = [...new Set([...statuses.keys()].map(classOf))].toSorted();
  return classes.map((each) => ({
    name: `${name} ${each}`,
    value: [...statuses].reduce(
      (total, [status, count]) => total + (classOf(status) === each ? count : 0),
      0,
    ),
  }));
}

/** 504 stands alone: it is the promised answer to a read that insists on a position the ledger has not reached. */
function classOf(status: string): string {
  return status === 'closed' || status === '504' ? status : `${status[0]}xx`;
}

function valid({ kinds }: Tally): number {
  return kinds.get('valid') ?? 0;
}

function reached(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].filter((count) => count > 0).length;
}

function sum(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
