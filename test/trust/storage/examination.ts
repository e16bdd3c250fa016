import { openSqliteEventStore } from '../../../src/adapters/event-store/sqlite/sqlite-event-store.ts';
import { createMemoryReadModel } from '../../../src/adapters/read-model/memory/memory-read-model.ts';
import { DamagedData, StoreUnavailable } from '../../../src/domain/kernel/faults.ts';
import type { EventStore, RecordedEvent } from '../../../src/ports/event-store.ts';
import type { Defect } from '../../../src/projections/defect.ts';
import { verify } from '../../../src/projections/verify.ts';
import { commit, type History } from './history.ts';
import type { Image, LogPlace } from './log-files.ts';

/**
 * What became of a log that was damaged. `detected`: somebody said so, `by` whom. `harmless`: it reads as it did before
 * and takes appends. `missed`: it reads otherwise and nobody says so, or something broke that nobody can understand.
 */
export type Outcome =
  | { readonly kind: 'detected'; readonly by: 'start' | 'reading' | 'append' | 'verify' }
  | { readonly kind: 'harmless' }
  | { readonly kind: 'missed'; readonly what: string };

/** Everything the store answers of a log, as it has to be again. */
interface Truth {
  readonly events: readonly RecordedEvent[];
  readonly streams: ReadonlyMap<string, readonly RecordedEvent[]>;
}

/** Events read beyond those that ought to be there: enough to see that there are more. */
const surplusMax = 16;

function truthOf(events: readonly RecordedEvent[]): Truth {
  return { events, streams: Map.groupBy(events, ({ stream }) => stream) };
}

/** Puts the log in its place, starts on it, reads it, appends to it, and asks `verify` wherever it is not what it was. */
export async function examine(place: LogPlace, image: Image, history: History): Promise<Outcome> {
  const truth = truthOf(history.events);
  place.put(image);
  const found = await whatAServerFinds(place, truth, history);
  if (found !== 'other') return found;
  place.put(image);
  const told = await verified(place, history);
  if (told.broke !== undefined) return { kind: 'missed', what: `verify broke: ${told.broke}` };
  return told.defects.length > 0
    ? { kind: 'detected', by: 'verify' }
    : { kind: 'missed', what: 'the log reads otherwise, and verify finds nothing' };
}

/** As `ledger serve` opens and uses it. `other`: it reads otherwise than it should, and nobody has said so yet. */
async function whatAServerFinds(place: LogPlace, truth: Truth, history: History): Promise<Outcome | 'other'> {
  let by: 'start' | 'reading' | 'append' = 'start';
  try {
    const store = openSqliteEventStore({ path: place.path, inline: true });
    try {
      by = 'reading';
      if (!(await reads(store, truth))) return 'other';
      by = 'append';
      for (const append of history.next) await commit(store, [append]);
      return (await readsOn(store, history)) ? { kind: 'harmless' } : 'other';
    } finally {
      await store.close();
    }
  } catch (error) {
    return isClear(error)
      ? { kind: 'detected', by }
      : { kind: 'missed', what: `${by} broke without saying what to do: ${String(error)}` };
  }
}

/** Whether a log answers exactly this, as a whole and stream by stream. */
async function reads(store: EventStore, { events, streams }: Truth): Promise<boolean> {
  const countMax = events.length + surplusMax;
  if ((await store.head()) !== events.length) return false;
  if (!same(await store.readAll({ after: 0, countMax }), events)) return false;
  for (const [stream, expected] of streams)
    if (!same(await store.readStream(stream, { countMax }), expected)) return false;
  return true;
}

/** Whether it has what was appended after what it had before, and the streams that were appended to are whole. */
async function readsOn(store: EventStore, { events, next }: History): Promise<boolean> {
  const all = [...events];
  for (const { stream, expected, events: added } of next)
    for (const [index, event] of added.entries())
      all.push({ stream, revision: expected + 1 + index, position: all.length + 1, ...event });
  const appended = new Set(next.map(({ stream }) => stream));
  const streams = Map.groupBy(
    all.filter(({ stream }) => appended.has(stream)),
    ({ stream }) => stream,
  );
  return reads(store, { events: all, streams });
}

export function same(some: readonly RecordedEvent[], others: readonly RecordedEvent[]): boolean {
  return some.length === others.length && some.every((one, index) => isSame(one, others[index]));
}

function isSame(one: RecordedEvent, other: RecordedEvent | undefined): boolean {
  return (
    other !== undefined &&
    one.position === other.position &&
    one.revision === other.revision &&
    one.stream === other.stream &&
    one.eventId === other.eventId &&
    one.type === other.type &&
    one.data === other.data &&
    one.metadata === other.metadata
  );
}

/** An error that tells an operator what is wrong and what to do; anything else would be called a bug of the ledger. */
export function isClear(error: unknown): boolean {
  return error instanceof DamagedData || error instanceof StoreUnavailable;
}

export interface Told {
  readonly defects: readonly Defect[];
  /** What it died of, other than an error that is clear. */
  readonly broke?: string;
}

/**
 * What the verification of the ledger says of the log in this place, opened as `ledger verify` opens it. Without read
 * models it has the log and its witness alone to judge by, and what it finds then it finds with them too.
 */
export async function verified(
  place: LogPlace,
  { ledger }: History,
  needs: Partial<Parameters<typeof verify>[0]> = {},
): Promise<Told> {
  const defects: Defect[] = [];
  try {
    const store = openSqliteEventStore({ path: place.path, readOnly: true, evenIfDamaged: true });
    try {
      const scratch = createMemoryReadModel();
      const all = { ...ledger, store, scratch, projections: [], brokenRules: () => [], ...needs };
      await verify(all, (defect) => defects.push(defect));
      return { defects };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (!isClear(error)) return { defects, broke: String(error) };
    return { defects: [...defects, { problem: String(error) }] };
  }
}
