import type { Instant } from '../../../domain/kernel/instant.ts';
import type { GatewayReport } from '../../../ports/payment-gateway.ts';
import { amountIn, type Book, textIn } from './book.ts';
import { chance, nameFor } from './chance.ts';
import type { Knobs } from './knobs.ts';

/** How far apart reports come that are shuffled. */
const shuffleMs = 2_000;
/** How long one process has to send a report that it took, before another may. */
const leaseMs = 15_000;
const retryMs = 500;
const retryMsMax = 60_000;
/** How often a report is taken in, the first time counted, whatever `duplicates` says. */
const takenMax = 3;

interface Provider {
  readonly book: Book;
  readonly knobs: Knobs;
}

/** A report as it will be sent, again and again until it was taken. */
export interface DueReport {
  readonly eventId: string;
  readonly body: string;
}

/**
 * Puts a report where it is sent from, in the change that it reports of.
 * @param about what makes it one of its type: the key of a call, the reference of a dispute
 */
export function report(
  { book, knobs }: Provider,
  about: string,
  nowMs: number,
  said: Omit<GatewayReport, 'eventId' | 'at'>,
): void {
  const eventId = nameFor('evt', `${said.type} ${about}`);
  const at = new Date(nowMs).toISOString() as Instant;
  const whole: GatewayReport = { eventId, ...said, at };
  const delayMs = knobs.shuffle ? Math.floor(chance(knobs.seed, 'shuffle', eventId) * shuffleMs) : 0;
  book.run(
    'INSERT INTO reports (event_id, body, due_ms) VALUES (?, ?, ?)',
    eventId,
    JSON.stringify(whole),
    nowMs + delayMs,
  );
}

/** Takes the reports that are due, so that no other process sends them at the same time. */
export function takeDue({ book }: Provider, nowMs: number, countMax: number): readonly DueReport[] {
  if (!book.finds('SELECT 1 FROM reports WHERE due_ms <= ? LIMIT 1', nowMs)) return [];
  return book.write(() => {
    const due = book.rows(
      'SELECT event_id, body FROM reports WHERE due_ms <= ? ORDER BY due_ms, number LIMIT ?',
      nowMs,
      countMax,
    );
    for (const each of due) {
      book.run(
        'UPDATE reports SET due_ms = ?, tries = tries + 1 WHERE event_id = ?',
        nowMs + leaseMs,
        textIn(each, 'event_id'),
      );
    }
    return due.map((each) => ({ eventId: textIn(each, 'event_id'), body: textIn(each, 'body') }));
  });
}

/** Says whether a report was taken. One that was not is sent again, ever later; one that was may be sent again too. */
export function settleReport(
  { book, knobs }: Provider,
  eventId: string,
  isTaken: boolean,
  nowMs: number,
): void {
  book.write(() => {
    const row = book.row('SELECT tries, taken FROM reports WHERE event_id = ?', eventId);
    const taken = amountIn(row, 'taken') + (isTaken ? 1 : 0);
    const isRepeated = taken < takenMax && chance(knobs.seed, 'duplicate', eventId, taken) < knobs.duplicates;
    const backoffMs = Math.min(retryMsMax, retryMs * 2 ** Math.min(20, amountIn(row, 'tries') - 1));
    const dueMs = isTaken ? (isRepeated ? nowMs : null) : nowMs + backoffMs;
    book.run('UPDATE reports SET due_ms = ?, taken = ? WHERE event_id = ?', dueMs, taken, eventId);
  });
}
