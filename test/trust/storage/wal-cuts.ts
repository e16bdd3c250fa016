import { statSync } from 'node:fs';
import { openSqliteEventStore } from '../../../src/adapters/event-store/sqlite/sqlite-event-store.ts';
import { DamagedData } from '../../../src/domain/kernel/faults.ts';
import type { RecordedEvent } from '../../../src/ports/event-store.ts';
import { seeded } from '../../e2e/support/seeded.ts';
import { same, verified } from './examination.ts';
import { type Append, commit, commitsOf, type History } from './history.ts';
import type { Image, LogPlace } from './log-files.ts';

export interface CutsFound {
  readonly cuts: number;
  /** After which the log was the acknowledged commits whose frames were all there, and nothing else. */
  readonly exact: number;
  /** Starts on a log that ended before its witness, the newest one or an older one. */
  readonly belowWitness: number;
  /** Starts that were refused, and those that were not; each other than the witness demands is a violation. */
  readonly refused: number;
  readonly served: number;
  readonly violations: readonly string[];
}

const walHeaderBytes = 32;
const frameBytes = 24 + 4_096;
const everyBytes = 1_024;
/** One cut in so many is verified as `ledger verify` does, and appended to. */
const lookCloserEvery = 16;
const progressEvery = 1_000;

/** What was acknowledged: the log reached `position` when its write-ahead log had `walBytes`. */
interface Acknowledged {
  readonly walBytes: number;
  readonly position: number;
}

interface Witnessed {
  readonly head: Buffer;
  readonly position: number;
}

type Say = (what: string) => void;

interface Written {
  readonly image: Image & { readonly wal: Buffer };
  readonly acknowledged: readonly Acknowledged[];
  /** The witness of the end, and one of some time before it. */
  readonly witnesses: readonly [Witnessed, Witnessed];
}

/** Cuts the write-ahead log of a log that was not closed at every frame, a byte beside it, and every KiB. */
export async function cutWal(
  place: LogPlace,
  history: History,
  { cuts, seed, progress }: { cuts: number; seed: number; progress: (line: string) => void },
): Promise<CutsFound> {
  const written = await write(place, commitsOf(history.appends, seeded(seed)));
  const places = placesIn(written.image.wal.length, cuts);
  const found = { cuts: 0, exact: 0, belowWitness: 0, refused: 0, served: 0 };
  const violations: string[] = [];
  for (const bytes of places) {
    const say: Say = (what) => violations.push(`seed ${seed}, write-ahead log cut at byte ${bytes}: ${what}`);
    const image = { database: written.image.database, wal: written.image.wal.subarray(0, bytes) };
    const expected = prefixAt(written.acknowledged, bytes);
    // By turns the newest witness and an older one.
    const witnessed = written.witnesses[found.cuts % 2] ?? written.witnesses[0];
    const became = await startOn(place, { image, witnessed, history, expected }, say);
    if (became.exact) found.exact += 1;
    found[became.start] += 1;
    if (expected < witnessed.position) found.belowWitness += 1;
    if (found.cuts % lookCloserEvery === 0)
      await lookCloser(place, { image, witnessed: written.witnesses[0], history, expected }, say);
    found.cuts += 1;
    if (found.cuts % progressEvery === 0) progress(`${found.cuts} of ${places.length} cuts examined`);
  }
  return { ...found, violations };
}

/** A log that was cut, what witnessed its end, and how many events must be left of its history. */
interface Cut {
  readonly image: Image;
  readonly witnessed: Witnessed;
  readonly history: History;
  readonly expected: number;
}

async function startOn(
  place: LogPlace,
  { image, witnessed: { head, position }, history, expected }: Cut,
  say: Say,
): Promise<{ readonly exact: boolean; readonly start: 'refused' | 'served' }> {
  place.put({ ...image, head });
  const start = (await isRefused(place, say)) ? 'refused' : 'served';
  if ((start === 'refused') !== expected < position)
    say(`${expected} events left, ${position} witnessed, and the start was ${start}`);
  return { start, exact: await isExact(place, history.events.slice(0, expected), say) };
}

/** As many places as asked for, spread evenly over all there are: every frame and a byte beside it, and every KiB. */
function placesIn(walBytes: number, cuts: number): readonly number[] {
  const places = new Set([0, 1, walBytes - 1]);
  for (let boundary = walHeaderBytes; boundary < walBytes; boundary += frameBytes)
    for (const place of [boundary - 1, boundary, boundary + 1]) places.add(place);
  for (let place = everyBytes; place < walBytes; place += everyBytes) places.add(place);
  const sorted = [...places].toSorted((one, other) => one - other);
  if (sorted.length <= cuts) return sorted;
  return Array.from({ length: cuts }, (_, index) => sorted[Math.floor((index * sorted.length) / cuts)] ?? 0);
}

/** Every frame of an acknowledged commit is in the file, so nothing less and nothing more than that may be found again. */
function prefixAt(acknowledged: readonly Acknowledged[], bytes: number): number {
  return acknowledged.findLast(({ walBytes }) => walBytes <= bytes)?.position ?? 0;
}

async function write(place: LogPlace, commits: readonly (readonly Append[])[]): Promise<Written> {
  place.put({ database: Buffer.alloc(0) });
  const walBytes = () => statSync(`${place.path}-wal`).size;
  const store = openSqliteEventStore({ path: place.path, inline: true });
  const acknowledged: Acknowledged[] = [];
  let earlier: Buffer | undefined;
  let image: Image;
  try {
    for (const [index, appends] of commits.entries()) {
      acknowledged.push({ position: await commit(store, appends), walBytes: walBytes() });
      // The witness is written a few times a second at most; here it is given the time once, in the middle.
      if (index === Math.floor(commits.length / 2)) await new Promise((resolve) => setTimeout(resolve, 300));
    }
    image = place.image();
    earlier = image.head;
  } finally {
    await store.close();
  }
  const { wal } = image;
  const latest = place.image().head;
  if (wal === undefined || latest === undefined || earlier === undefined)
    throw new Error('a log that is open has a write-ahead log and a witness');
  return {
    image: { database: image.database, wal },
    acknowledged,
    witnesses: [witnessed(latest), witnessed(earlier)],
  };
}

function witnessed(head: Buffer): Witnessed {
  const { position }: { readonly position: number } = JSON.parse(head.toString());
  return { head, position };
}

/** Whether a start on the log in this place is refused. An error that does not say what to do is a violation by itself. */
async function isRefused(place: LogPlace, say: Say): Promise<boolean> {
  try {
    await openSqliteEventStore({ path: place.path, inline: true }).close();
    return false;
  } catch (error) {
    const isPlain = error instanceof DamagedData && error.message.includes('ledger verify');
    if (!isPlain) say(`the start broke without saying what to do: ${String(error)}`);
    return true;
  }
}

/** Whether the log in this place, whatever its witness says, has exactly these events. */
async function isExact(place: LogPlace, expected: readonly RecordedEvent[], say: Say): Promise<boolean> {
  const store = openSqliteEventStore({ path: place.path, readOnly: true, evenIfDamaged: true });
  try {
    const events = await store.readAll({ after: 0, countMax: expected.length + 100 });
    if (same(events, expected)) return true;
    say(`${events.length} events are left, not the ${expected.length} whose frames are all there`);
    return false;
  } finally {
    await store.close();
  }
}

/** Verification tells of the missing end, of that alone, and what is left takes the rest of the history again. */
async function lookCloser(
  place: LogPlace,
  { image, witnessed, history, expected }: Cut,
  say: Say,
): Promise<void> {
  if (expected === 0) return;
  place.put({ ...image, head: witnessed.head });
  const { defects, broke } = await verified(place, history);
  const problems = defects.map(({ problem }) => problem);
  const isCut = expected < witnessed.position;
  const isTold = problems.length === 1 && problems[0]?.startsWith('the log once reached this event') === true;
  if (broke !== undefined) say(`verify broke: ${broke}`);
  else if (isCut ? !isTold : problems.length > 0) say(`verify says: ${problems.join('; ') || 'nothing'}`);
  place.put(image);
  const store = openSqliteEventStore({ path: place.path, inline: true });
  try {
    await commit(store, restOf(history, expected));
    const events = await store.readAll({ after: 0, countMax: 100_000 });
    if (!same(events, history.events)) say('the history does not go on where the cut has left it');
  } finally {
    await store.close();
  }
}

/** Appends whose events come after this position, which is the end of one. */
function restOf({ appends }: History, position: number): readonly Append[] {
  let at = 0;
  return appends.filter(({ events }) => {
    at += events.length;
    return at > position;
  });
}
