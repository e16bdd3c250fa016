import { DatabaseSync } from 'node:sqlite';
import { openSqliteEventStore } from '../../../src/adapters/event-store/sqlite/sqlite-event-store.ts';
import { StoreUnavailable } from '../../../src/domain/kernel/faults.ts';
import { noStream } from '../../../src/domain/kernel/log.ts';
import type { EventStore } from '../../../src/ports/event-store.ts';
import { seeded } from '../../e2e/support/seeded.ts';
import { newEvents, numberOf } from '../../support/new-events.ts';
import type { LogPlace } from './log-files.ts';

export interface FullDisksFound {
  readonly points: number;
  readonly acknowledged: number;
  readonly refused: number;
  /** Acknowledged, and not there: while the disk was full, after it was freed, or when the log was opened again. */
  readonly lost: number;
  readonly violations: readonly string[];
}

const inFlights = [1, 4, 16, 64, 200];
const pagesMin = 20;
const afterwardsCount = 20;
const pagesUnlimited = 1_000_000;
const appendsMax = 5_000;

/** Lets the disk of a log run full at so many sizes, each with other appends in flight, and frees it again. */
export async function fillDisks(
  place: LogPlace,
  { points, seed }: { points: number; seed: number },
): Promise<FullDisksFound> {
  const draws = seeded(seed);
  const found = { points: 0, acknowledged: 0, refused: 0, lost: 0 };
  const violations: string[] = [];
  for (let point = 0; point < points; point++) {
    const pages = pagesMin + point * 9 + draws.below(9);
    const inFlight = inFlights[point % inFlights.length] ?? 1;
    const disk = await fill(place, pages, inFlight);
    found.points += 1;
    found.acknowledged += disk.acknowledged;
    found.refused += disk.refused;
    found.lost += disk.lost;
    const where = `seed ${seed}, disk full at ${pages} pages with ${inFlight} appends in flight`;
    violations.push(...disk.complaints.map((complaint) => `${where}: ${complaint}`));
  }
  return { ...found, violations };
}

interface Filled {
  readonly acknowledged: number;
  readonly refused: number;
  readonly lost: number;
  readonly complaints: readonly string[];
}

async function fill(place: LogPlace, pages: number, inFlight: number): Promise<Filled> {
  place.put({ database: Buffer.alloc(0) });
  const { store, connection } = openWithConnection(place.path);
  const appending = createAppending(store);
  const complaints: string[] = [];
  let lost = 0;
  const look = async (when: string, log: EventStore) => {
    const there = new Set((await log.readAll({ after: 0, countMax: 100_000 })).map(numberOf));
    const missing = [...appending.acknowledged].filter((number) => !there.has(number));
    lost += missing.length;
    if (missing.length > 0) complaints.push(`${missing.length} acknowledged events are missing ${when}`);
    const surplus = there.size - (appending.acknowledged.size - missing.length);
    if (surplus > 0) complaints.push(`${surplus} events that were refused are there ${when}`);
    for await (const { problem } of log.audit()) complaints.push(`${when}: ${problem}`);
  };
  try {
    connection.exec(`PRAGMA max_page_count = ${pages}`);
    while (appending.refusals.length === 0 && appending.acknowledged.size < appendsMax)
      await Promise.all(Array.from({ length: inFlight }, appending.append));
    for (let again = 0; again < afterwardsCount; again++) await appending.append();
    await look('while the disk is full', store);
    connection.exec(`PRAGMA max_page_count = ${pagesUnlimited}`);
    const refused = appending.refusals.length;
    for (let again = 0; again < afterwardsCount; again++) await appending.append();
    if (refused === 0) complaints.push('the disk never was full');
    if (appending.refusals.length > refused)
      complaints.push('it refuses appends although the disk was freed');
    await look('after the disk was freed', store);
  } finally {
    await store.close();
  }
  const again = openSqliteEventStore({ path: place.path, readOnly: true });
  try {
    await look('after it was opened again', again);
  } finally {
    await again.close();
  }
  const unclear = appending.refusals.filter((each) => !saysWhatToDo(each));
  if (unclear.length > 0) complaints.push(`refused without saying what to do: ${String(unclear[0])}`);
  const { acknowledged, refusals } = appending;
  return { acknowledged: acknowledged.size, refused: refusals.length, lost, complaints };
}

function saysWhatToDo(refusal: unknown): boolean {
  return refusal instanceof StoreUnavailable && refusal.remedy.includes('Free space on the disk');
}

/** Appends large events to new streams, one to three at a time, and keeps what it was told of each. */
function createAppending(store: EventStore) {
  const acknowledged = new Set<number>();
  const refusals: unknown[] = [];
  const data = JSON.stringify({ text: 'x'.repeat(3_000) });
  let appends = 0;
  return {
    acknowledged,
    refusals,
    async append() {
      const index = appends++;
      const events = newEvents(index * 3, 1 + (index % 3)).map((event) => ({ ...event, data }));
      try {
        await store.append(`order-${index}`, noStream, events);
        for (const event of events) acknowledged.add(numberOf(event));
      } catch (error) {
        refusals.push(error);
      }
    },
  };
}

/** A log that appends on this thread, and the connection it does so with: to take its disk space away and give it back. */
function openWithConnection(path: string): { store: EventStore; connection: DatabaseSync } {
  const { exec } = DatabaseSync.prototype;
  let connection: DatabaseSync | undefined;
  DatabaseSync.prototype.exec = function watched(sql) {
    connection ??= this;
    exec.call(this, sql);
  };
  try {
    const store = openSqliteEventStore({ path, inline: true });
    if (connection === undefined) throw new Error('the adapter has opened no connection');
    return { store, connection };
  } finally {
    DatabaseSync.prototype.exec = exec;
  }
}
