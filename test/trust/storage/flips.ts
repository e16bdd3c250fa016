import { DatabaseSync } from 'node:sqlite';
import { openSqliteEventStore } from '../../../src/adapters/event-store/sqlite/sqlite-event-store.ts';
import { type Seeded, seeded } from '../../e2e/support/seeded.ts';
import { type Damage, flipBit, rougher } from './damage.ts';
import { examine, type Outcome } from './examination.ts';
import { commit, commitsOf, type History } from './history.ts';
import type { Image, LogPlace } from './log-files.ts';

export interface FlipsFound {
  readonly flips: number;
  /** Damage beyond single bits. */
  readonly rougher: number;
  readonly harmless: number;
  readonly detected: Readonly<Record<'start' | 'reading' | 'append' | 'verify', number>>;
  readonly missed: number;
  readonly slowestMs: number;
  readonly violations: readonly string[];
}

/** One damage in so many is more than a single bit. */
const roughEvery = 12;
const progressEvery = 2_500;
/** Streams so new that they are not in the index by name yet, as in any log. */
const streamsUnindexed = 3;

interface Victim {
  readonly name: string;
  readonly image: Image;
  readonly file: keyof Image;
  /** Of a hundred. */
  readonly share: number;
}

/** Damages a fresh copy of a log so many times, a bit at a time, and asks what becomes of it. */
export async function flipBits(
  place: LogPlace,
  history: History,
  { flips, seed, progress }: { flips: number; seed: number; progress: (line: string) => void },
): Promise<FlipsFound> {
  const draws = seeded(seed);
  const victims = await victimsOf(place, history, draws);
  const detected = { start: 0, reading: 0, append: 0, verify: 0 };
  const violations: string[] = [];
  let [harmless, rough, slowestMs] = [0, 0, 0];
  const total = flips + Math.floor((flips - 1) / roughEvery);
  for (let index = 0; index < total; index++) {
    const victim = pick(victims, draws);
    const isRough = index % (roughEvery + 1) === roughEvery;
    const damage = isRough ? draws.pick(rougher)(victim.image, victim.file, draws) : flip(victim, draws);
    const startedMs = performance.now();
    const outcome: Outcome = await examine(place, damage.image, history);
    slowestMs = Math.max(slowestMs, performance.now() - startedMs);
    if (isRough) rough += 1;
    if (outcome.kind === 'harmless') harmless += 1;
    else if (outcome.kind === 'detected') detected[outcome.by] += 1;
    else violations.push(`seed ${seed}, damage ${index}, ${victim.name}: ${damage.what}: ${outcome.what}`);
    if ((index + 1) % progressEvery === 0) progress(`${index + 1} of ${total} damaged copies examined`);
  }
  return {
    ...{ flips: total - rough, rougher: rough, harmless, detected, violations },
    ...{ missed: violations.length, slowestMs: Math.ceil(slowestMs) },
  };
}

function flip({ image, file }: Victim, draws: Seeded): Damage {
  return flipBit(image, file, draws);
}

function pick(victims: readonly Victim[], draws: Seeded): Victim {
  let drawn = draws.below(100);
  for (const victim of victims) {
    drawn -= victim.share;
    if (drawn < 0) return victim;
  }
  throw new Error('the shares of the victims are a hundred');
}

async function victimsOf(place: LogPlace, history: History, draws: Seeded): Promise<readonly Victim[]> {
  const closed = await logToDamage(place, history, draws);
  const open = await openLog(place, history, draws);
  return [
    { name: 'a log that was closed', image: closed, file: 'database', share: 60 },
    { name: 'a log that was closed', image: closed, file: 'head', share: 2 },
    { name: 'a log that was not closed', image: open, file: 'database', share: 13 },
    { name: 'a log that was not closed', image: open, file: 'wal', share: 25 },
  ];
}

/** Everything in the database, most streams in the index by name, as it comes to be once a log has thousands of them. */
export async function logToDamage(place: LogPlace, history: History, draws: Seeded): Promise<Image> {
  place.put({ database: Buffer.alloc(0) });
  const store = openSqliteEventStore({ path: place.path, inline: true });
  for (const appends of commitsOf(history.appends, draws)) await commit(store, appends);
  await store.close();
  const database = new DatabaseSync(place.path);
  const indexed = new Set(history.events.map(({ stream }) => stream)).size - streamsUnindexed;
  database.exec(`INSERT INTO streams_by_name SELECT name, number FROM streams WHERE number <= ${indexed};
    UPDATE streams_indexed SET up_to = ${indexed}; PRAGMA wal_checkpoint(TRUNCATE)`);
  database.close();
  const { database: bytes, head } = place.image();
  return { database: bytes, head };
}

/** As after a power cut: half of the history in the database, half in the write-ahead log, the whole of it witnessed. */
async function openLog(place: LogPlace, history: History, draws: Seeded): Promise<Image> {
  place.put({ database: Buffer.alloc(0) });
  const commits = commitsOf(history.appends, draws);
  const half = Math.floor(commits.length / 2);
  const first = openSqliteEventStore({ path: place.path, inline: true });
  for (const appends of commits.slice(0, half)) await commit(first, appends);
  await first.close();
  const second = openSqliteEventStore({ path: place.path, inline: true });
  for (const appends of commits.slice(half)) await commit(second, appends);
  const { database, wal } = place.image();
  await second.close();
  return { database, wal, head: place.image().head };
}
