import { type Draft, written } from './draft.ts';
import type { Complaint } from './judge.ts';
import type { Answer } from './wire.ts';

/** What was sent, what came of it, and everything that must not have. */
export interface Tally {
  /** An operation there is. */
  known(operation: string): void;
  take(draft: Draft, answer: Answer | undefined, complaints: readonly Complaint[], place: string): void;
  /** An order whose events were looked at. */
  order(events: number): void;
  /** A raw connection, and what it was answered. */
  raw(kind: string, statuses: readonly number[]): void;
  violation(text: string): void;
  readonly raws: ReadonlyMap<string, number>;
  readonly rawStatuses: ReadonlyMap<string, number>;
  readonly requests: number;
  readonly orders: number;
  readonly events: number;
  readonly statuses: ReadonlyMap<string, number>;
  readonly operations: ReadonlyMap<string, number>;
  /** Of valid requests. */
  readonly successes: ReadonlyMap<string, number>;
  readonly kinds: ReadonlyMap<string, number>;
  readonly complaints: ReadonlyMap<Complaint['about'], number>;
  readonly violations: readonly string[];
  readonly slowestMs: number;
  readonly largestBytes: number;
}

const shownMax = 900;
/** Of one kind of complaint about one kind of request, so that one mistake does not hide another. */
const alikeMax = 3;

export function createTally(): Tally {
  const statuses = new Map<string, number>();
  const operations = new Map<string, number>();
  const successes = new Map<string, number>();
  const kinds = new Map<string, number>();
  const complaints = new Map<Complaint['about'], number>();
  const alike = new Map<string, number>();
  const raws = new Map<string, number>();
  const rawStatuses = new Map<string, number>();
  const violations: string[] = [];
  const sums = { requests: 0, orders: 0, events: 0, slowestMs: 0, largestBytes: 0 };

  return {
    ...{ statuses, operations, successes, kinds, complaints, raws, rawStatuses, violations },
    get requests() {
      return sums.requests;
    },
    get orders() {
      return sums.orders;
    },
    get events() {
      return sums.events;
    },
    get slowestMs() {
      return sums.slowestMs;
    },
    get largestBytes() {
      return sums.largestBytes;
    },
    known: (id) => {
      operations.set(id, operations.get(id) ?? 0);
      successes.set(id, successes.get(id) ?? 0);
    },
    order: (events) => {
      sums.orders += 1;
      sums.events += events;
    },
    raw: (kind, answered) => {
      count(raws, kind);
      if (answered.length === 0) count(rawStatuses, 'closed');
      for (const status of answered) count(rawStatuses, String(status));
    },
    violation: (text) => void violations.push(text),
    take: (draft, answer, found, place) => {
      sums.requests += 1;
      count(operations, draft.operation.id);
      for (const kind of draft.kind.split(' + ')) count(kinds, kind);
      count(statuses, String(answer?.status ?? 'closed'));
      if (answer !== undefined) {
        sums.slowestMs = Math.max(sums.slowestMs, answer.tookMs);
        sums.largestBytes = Math.max(sums.largestBytes, answer.body.length);
        if (answer.status < 300 && draft.kind === 'valid') count(successes, draft.operation.id);
      }
      for (const { about, what } of found) {
        count(complaints, about);
        const key = `${about} ${draft.kind} ${draft.operation.id} ${answer?.status}`;
        count(alike, key);
        if ((alike.get(key) ?? 0) > alikeMax) continue;
        const request = written(draft)
          .toString('utf8')
          .replace(/Bearer \S{60,}/, 'Bearer …')
          .slice(0, shownMax);
        violations.push(
          `${place}, ${draft.kind}, ${about}: ${what.slice(0, shownMax)} ← ${JSON.stringify(request)}`,
        );
      }
    },
  };
}

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
