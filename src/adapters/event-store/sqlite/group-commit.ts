import type { DatabaseSync } from 'node:sqlite';
import { DamagedData, StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { AppendResult, NewEvent } from '../../../ports/event-store.ts';
import { commitFault, isBusy, rollBack } from '../../shared/sqlite-database.ts';
import type { Appender } from './appender.ts';

/** Appends that one transaction may hold. */
const batchMax = 1_024;
/** Appends that may wait; beyond it the store says it is overloaded rather than let memory and waits grow. */
const queueMax = 20_000;
/** How long a batch tries to get the file from another process before its appends are refused. */
const busyWaitMsMax = 2_000;
const busyPauseMs = 2;

interface Waiting {
  readonly stream: string;
  readonly expected: number;
  readonly events: readonly NewEvent[];
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
}

export interface GroupCommit {
  append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendResult>;
  /** Commits what is waiting. Appends made later are refused. */
  close(): void;
}

/**
 * Commits all appends of one turn of the event loop in one transaction, because making a transaction durable costs
 * far more than adding to it. An append is answered after its COMMIT, which with synchronous=FULL is after the fsync.
 */
export function createGroupCommit(
  database: DatabaseSync,
  appender: Appender,
  onCommitted: (appended: readonly Committed[]) => void,
): GroupCommit {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  let queue: Waiting[] = [];
  let scheduled = false;
  let closed = false;
  let busySince = 0;
  /** Appends at the head of the queue that are tried one by one, because one of them broke their batch. */
  let alone = 0;

  return { append, close };

  function append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      if (closed) return reject(unavailable('is closed', 'The process is stopping; try again in a moment.'));
      if (queue.length >= queueMax)
        return reject(unavailable('has too many waiting', 'Slow down, then try again.'));
      queue.push({ stream, expected, events, resolve, reject });
      if (!scheduled) {
        scheduled = true;
        setImmediate(flush);
      }
    });
  }

  function flush(): void {
    scheduled = false;
    while (queue.length > 0) {
      const size = alone > 0 ? 1 : batchMax;
      const batch = queue.length <= size ? queue : queue.slice(0, size);
      try {
        begin.run();
      } catch (error) {
        if (isBusy(error) && waitsOn()) return;
        take(batch);
        fail(batch, commitFault(dependency, error));
        continue;
      }
      take(batch);
      commitBatch(batch);
    }
  }

  function take(batch: readonly Waiting[]): void {
    busySince = 0;
    queue = batch === queue ? [] : queue.slice(batch.length);
    if (alone > 0) alone -= 1;
  }

  /** Another process is writing: give the thread back and come again, up to a limit. */
  function waitsOn(): boolean {
    const now = performance.now();
    if (busySince === 0) busySince = now;
    if (closed || now - busySince > busyWaitMsMax) return false;
    scheduled = true;
    setTimeout(flush, busyPauseMs);
    return true;
  }

  function commitBatch(batch: readonly Waiting[]): void {
    let results: readonly AppendResult[];
    try {
      appender.refresh();
      results = batch.map(({ stream, expected, events }) => appender.append(stream, expected, events));
      appender.finish();
    } catch (error) {
      rollBack(database);
      appender.forget();
      const fault = asRefusal(error);
      if (fault === error && batch.length > 1) {
        // A mistake in one append must not fail those that only shared its transaction.
        queue = [...batch, ...queue];
        alone = batch.length;
        return;
      }
      // Nothing of a transaction that never reached COMMIT is there, whatever stopped it.
      fail(batch, asContradiction(fault));
      return;
    }
    try {
      commit.run();
    } catch (error) {
      rollBack(database);
      appender.forget();
      fail(batch, commitFault(dependency, error));
      return;
    }
    const committed: Committed[] = [];
    for (const [index, { stream, events, resolve }] of batch.entries()) {
      const result = results[index] as AppendResult;
      resolve(result);
      if (result.status === 'appended' && !result.repeated) committed.push({ stream, events, ...result });
    }
    if (committed.length > 0) onCommitted(committed);
  }

  function close(): void {
    closed = true;
    flush();
  }
}

/** An append that has just become durable. */
export interface Committed {
  readonly stream: string;
  readonly events: readonly NewEvent[];
  readonly revision: number;
  readonly position: number;
}

const dependency = 'event store';

function fail(batch: readonly Waiting[], error: Error): void {
  for (const { reject } of batch) reject(error);
}

function asRefusal(error: unknown): Error {
  const fault = commitFault(dependency, error);
  return fault.name === 'OutcomeUnknown'
    ? unavailable(String(error), 'Check the disk; then run `ledger verify`.')
    : fault;
}

/** Constraints on keys, by their extended codes: FOREIGN KEY, PRIMARY KEY, UNIQUE, ROWID. */
const keyConstraints = new Set<unknown>([787, 1555, 2067, 2579]);

/** Keys are given by the store, not by its callers: one that is there already or leads nowhere was not written like this. */
function asContradiction(fault: Error): Error {
  if (!('errcode' in fault && keyConstraints.has(fault.errcode))) return fault;
  const remedy = 'The file is damaged: stop writing, run `ledger verify`, restore a backup.';
  return new DamagedData(`${dependency}: ${fault.message}. ${remedy}`, { cause: fault });
}

function unavailable(what: string, remedy: string): StoreUnavailable {
  return new StoreUnavailable(dependency, what, remedy);
}
