import type { EventStore, NewEvent, RecordedEvent } from '../../../src/ports/event-store.ts';
import type { Seeded } from '../../e2e/support/seeded.ts';
import { createProjectionLedger, type ProjectionLedger } from '../../support/projection-ledger.ts';
import { catchUp, recordOrders } from '../../support/projection-runs.ts';

/** What one command gave, as the codec of the ledger encoded it. */
export interface Append {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly NewEvent[];
}

/** Orders and what became of them, by real decisions: in memory, to be written again wherever a test wants it. */
export interface History {
  /** Its read models hold everything. */
  readonly ledger: ProjectionLedger;
  readonly events: readonly RecordedEvent[];
  readonly appends: readonly Append[];
  /** What a retry and a new customer would do next: one append to a stream that is there, one to a new one. */
  readonly next: readonly [Append, Append];
}

const ordersPerRound = 3;

/** The history of so many times three orders; the same ones in every run. */
export async function historyOf(rounds: number): Promise<History> {
  const ledger = createProjectionLedger();
  for (let round = 0; round < rounds; round++) await recordOrders(ledger, 1 + round * ordersPerRound);
  await catchUp(ledger);
  const events = await ledger.store.readAll({ after: 0, countMax: 100_000 });
  return { ledger, events, appends: appendsOf(events), next: await nextOf(rounds) };
}

/** The same commands again, and two more: they give the same events, to the byte. */
async function nextOf(rounds: number): Promise<readonly [Append, Append]> {
  const ledger = createProjectionLedger();
  for (let round = 0; round < rounds; round++) await recordOrders(ledger, 1 + round * ordersPerRound);
  const head = await ledger.store.head();
  await ledger.refuse(1);
  await ledger.refuse(1 + rounds * ordersPerRound);
  const [old, fresh] = appendsOf(await ledger.store.readAll({ after: head, countMax: 10 }));
  if (old === undefined || fresh === undefined) throw new Error('two more commands give two more appends');
  return [old, fresh];
}

/** Events of one stream and one command follow each other in the log, and were one append. */
function appendsOf(events: readonly RecordedEvent[]): readonly Append[] {
  const appends: { stream: string; expected: number; events: NewEvent[]; commandId: string }[] = [];
  for (const { stream, revision, eventId, type, data, metadata } of events) {
    const { commandId }: { readonly commandId: string } = JSON.parse(metadata);
    const event = { eventId, type, data, metadata };
    const last = appends.at(-1);
    if (last?.commandId === commandId) last.events.push(event);
    else appends.push({ stream, expected: revision - 1, events: [event], commandId });
  }
  return appends;
}

/** Appends to a transaction: commands that arrive at the same time share one. */
const commitSizes = [1, 1, 1, 2, 4];

/** The appends in order, one or a few of them to a transaction. */
export function commitsOf(appends: readonly Append[], draws: Seeded): readonly (readonly Append[])[] {
  const commits: (readonly Append[])[] = [];
  for (let at = 0; at < appends.length; ) {
    const count = draws.pick(commitSizes);
    commits.push(appends.slice(at, at + count));
    at += count;
  }
  return commits;
}

/**
 * Appends in one transaction, and waits for every acknowledgement.
 * @returns position of the last event
 */
export async function commit(store: EventStore, appends: readonly Append[]): Promise<number> {
  const results = await Promise.all(
    appends.map(({ stream, expected, events }) => store.append(stream, expected, events)),
  );
  const last = results.at(-1);
  if (last === undefined || results.some(({ status }) => status !== 'appended'))
    throw new Error('the history does not fit the log it is written to');
  return last.status === 'appended' ? last.position : 0;
}
