import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { witnessPathOf } from '../../../src/adapters/event-store/sqlite/log-writer.ts';
import { openSqliteEventStore } from '../../../src/adapters/event-store/sqlite/sqlite-event-store.ts';
import { brokenRules, moneyChecks } from '../../../src/cli/verify-money.ts';
import type { RecordedEvent } from '../../../src/ports/event-store.ts';
import { projections } from '../../../src/projections/registry.ts';
import { tamperWith } from '../../e2e/support/damage.ts';
import { type Seeded, seeded } from '../../e2e/support/seeded.ts';
import { isClear, verified } from './examination.ts';
import type { History } from './history.ts';
import type { Image, LogPlace } from './log-files.ts';
import { type Tamper, tampers } from './tampers.ts';

export interface TampersFound {
  readonly tampers: number;
  /** Of those that must be seen, seen by those who must. */
  readonly seen: number;
  readonly missed: number;
  /** Starts that were refused, of those that must be. */
  readonly startsRefused: number;
  /** Attacks beyond what is promised: tried, and seen all the same. */
  readonly beyond: number;
  readonly beyondSeen: number;
  readonly violations: readonly string[];
}

/** Each kind of tampering so many times, each time elsewhere in the log. */
const timesEach = 3;

/** Changes whole events behind the back of the ledger, in a copy of `image` at a time. */
export async function tamperWithEvents(
  place: LogPlace,
  image: Image,
  history: History,
  seed: number,
): Promise<TampersFound> {
  const draws = seeded(seed);
  const found = { tampers: 0, seen: 0, startsRefused: 0, beyond: 0, beyondSeen: 0 };
  const violations: string[] = [];
  for (const [index, tamper] of Array.from({ length: timesEach }, () => tampers)
    .flat()
    .entries()) {
    const seen = await whoSees(place, image, history, tamper, draws);
    if (tamper.seenBy === 'nobody') {
      found.beyond += 1;
      if (seen.byLog || seen.byDocuments || seen.atStart) found.beyondSeen += 1;
      continue;
    }
    const complaint = complaintAbout(tamper, seen);
    if (complaint !== undefined)
      violations.push(`seed ${seed}, tampering ${index}, ${tamper.what}: ${complaint}`);
    else found.seen += 1;
    found.tampers += 1;
    if (tamper.seenBy === 'start' && seen.atStart) found.startsRefused += 1;
  }
  return { ...found, missed: found.tampers - found.seen, violations };
}

interface Seen {
  readonly byLog: boolean;
  readonly byDocuments: boolean;
  readonly atStart: boolean;
  /** What `verify` died of. */
  readonly broke: string | undefined;
}

function complaintAbout(
  { seenBy }: Tamper,
  { byLog, byDocuments, atStart, broke }: Seen,
): string | undefined {
  if (broke !== undefined) return `verify broke: ${broke}`;
  if (seenBy === 'start' && !atStart) return 'a server starts on it';
  if (seenBy !== 'documents' && !byLog) return 'verify with the log and its witness alone finds nothing';
  return byDocuments ? undefined : 'verify finds nothing';
}

async function whoSees(
  place: LogPlace,
  image: Image,
  history: History,
  tamper: Tamper,
  draws: Seeded,
): Promise<Seen> {
  place.put(image);
  const after = tamper.change(history.events, draws);
  tamperWith(place.path, (log) => rewrite(log, after, tamper, history));
  if (tamper.forgesWitness) forgeWitness(place, after);
  const alone = await verified(place, history);
  // Whoever forges the witness has the read models too, and has them rebuilt.
  const documents = tamper.forgesWitness
    ? alone
    : await verified(place, history, { projections: [...projections, ...moneyChecks], brokenRules });
  return {
    byLog: alone.defects.length > 0,
    byDocuments: documents.defects.length > 0,
    atStart: await isRefused(place),
    broke: alone.broke ?? documents.broke,
  };
}

function rewrite(
  log: DatabaseSync,
  events: readonly RecordedEvent[],
  tamper: Tamper,
  history: History,
): void {
  const numbers = new Map(
    log
      .prepare('SELECT name, number FROM streams')
      .all()
      .map(({ name, number }) => [String(name), Number(number)]),
  );
  log.exec('PRAGMA foreign_keys = OFF; BEGIN; DELETE FROM events');
  const insert = log.prepare('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?)');
  for (const { position, stream, revision, eventId, type, data, metadata } of events)
    insert.run(position, numbers.get(stream) ?? 0, revision, eventId, type, data, metadata);
  if (tamper.hides !== undefined) {
    const hidden = history.events.at(tamper.hides === 'first stream' ? 0 : -1)?.stream ?? '';
    for (const table of ['streams', 'streams_by_name'])
      log.prepare(`DELETE FROM ${table} WHERE name = ?`).run(hidden);
  }
  log.exec('COMMIT');
}

/** So that it fits a log that was changed: the attack that nothing kept in one place can show. */
function forgeWitness(place: LogPlace, events: readonly RecordedEvent[]): void {
  const last = events.at(-1);
  if (last === undefined) return;
  const { position, stream, revision, metadata } = last;
  const digest = hash('sha256', metadata, 'base64url');
  const witness = { position, stream, revision, metadata: digest };
  writeFileSync(witnessPathOf(place.path), JSON.stringify(witness));
}

async function isRefused(place: LogPlace): Promise<boolean> {
  try {
    await openSqliteEventStore({ path: place.path, inline: true }).close();
    return false;
  } catch (error) {
    if (!isClear(error)) throw error;
    return true;
  }
}
