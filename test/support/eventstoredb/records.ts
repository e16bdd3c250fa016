import type { EventLog, LogRecord } from './log.ts';
import { deletedRevision } from './stream-metadata.ts';

/**
 * Sequences of committed records. Each looks at the log again for every record, so that one which is read slowly ends
 * where the log has come to by then.
 */
export function* allForwards(log: EventLog, fromIndex: number): Generator<LogRecord> {
  for (let index = fromIndex; ; index++) {
    const record = log.at(index);
    if (record === undefined) return;
    yield record;
  }
}

/** Those before an index, the last first. */
export function* allBackwards(log: EventLog, beforeIndex: number): Generator<LogRecord> {
  for (let index = Math.min(beforeIndex, log.committed) - 1; index >= 0; index--) {
    const record = log.at(index);
    if (record !== undefined) yield record;
  }
}

/** Those of a stream that its metadata does not hide, from a revision on. */
export function* streamForwards(log: EventLog, stream: string, fromRevision: number): Generator<LogRecord> {
  for (let revision = fromRevision; ; revision++) {
    const { first, last, isVisible } = visibleIn(log, stream);
    revision = Math.max(revision, first);
    const record = revision > last ? undefined : log.writtenAt(stream, revision);
    if (record === undefined) return;
    if (isVisible(record)) yield record;
  }
}

/** Those of a stream that its metadata does not hide, from a revision back. */
export function* streamBackwards(log: EventLog, stream: string, fromRevision: number): Generator<LogRecord> {
  const { first, last, isVisible } = visibleIn(log, stream);
  for (let revision = Math.min(fromRevision, last); revision >= first; revision--) {
    const record = log.writtenAt(stream, revision);
    if (record !== undefined && isVisible(record)) yield record;
  }
}

/** @returns why a stream cannot be read, where it cannot. */
export function whyUnreadable(log: EventLog, stream: string): 'not-found' | 'deleted' | undefined {
  const last = log.committedRevision(stream);
  if (last === deletedRevision) return 'deleted';
  const isSoftDeleted = log.metadataOf(stream, 'committed').truncateBefore === deletedRevision;
  return last < 0 || isSoftDeleted ? 'not-found' : undefined;
}

function visibleIn(log: EventLog, stream: string) {
  const last = log.committedRevision(stream);
  const { maxAge, maxCount, truncateBefore = 0 } = log.metadataOf(stream, 'committed');
  const oldestMs = maxAge === undefined ? 0 : log.now() - maxAge * 1_000;
  return {
    first: Math.max(0, truncateBefore, maxCount === undefined ? 0 : last - maxCount + 1),
    last,
    isVisible: ({ createdMs }: LogRecord) => createdMs >= oldestMs,
  };
}
