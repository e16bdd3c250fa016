import type { EventLog } from './log.ts';
import { deletedRevision } from './stream-metadata.ts';

/** What an append expects of its stream: the revision of its last event, or one of the words. */
export type ExpectedRevision = number | 'no_stream' | 'any' | 'stream_exists';

export type CommitDecision =
  | { readonly kind: 'write'; readonly undeletes: boolean }
  /** The events are there already: the reply is that of the append which wrote them. */
  | { readonly kind: 'repeated'; readonly revision: number; readonly position: number }
  /** They are written and not committed yet: such an append gets no answer. */
  | { readonly kind: 'dropped' }
  | { readonly kind: 'wrong-expected-version'; readonly current: number }
  | { readonly kind: 'stream-deleted' };

/** Where each event went that was written since the server was started, for appends that expect any revision. */
export type RecentIds = ReadonlyMap<string, { readonly stream: string; readonly revision: number }>;

interface Proposal {
  readonly stream: string;
  readonly ids: readonly string[];
  /** The last revision that is written. */
  readonly current: number;
  readonly isSoftDeleted: boolean;
}

/**
 * What is to become of an append, by the rules of the server's `IndexWriter.CheckCommit`: only ids are compared, never
 * contents, and what is written and not committed counts.
 */
export function checkCommit(
  log: EventLog,
  recent: RecentIds,
  stream: string,
  expected: ExpectedRevision,
  ids: readonly string[],
): CommitDecision {
  const current = log.writtenRevision(stream);
  if (current === deletedRevision) return { kind: 'stream-deleted' };
  const isSoftDeleted = log.metadataOf(stream, 'written').truncateBefore === deletedRevision;
  const proposal = { stream, ids, current, isSoftDeleted };
  if (expected === 'any') return checkAny(log, recent, proposal);
  if (expected !== 'stream_exists')
    return checkExact(log, proposal, expected === 'no_stream' ? -1 : expected);
  if (isSoftDeleted) return { kind: 'stream-deleted' };
  const exists = current >= 0 || log.writtenRevision(`$$${stream}`) >= 0;
  return exists ? checkAny(log, recent, proposal) : { kind: 'wrong-expected-version', current };
}

/** Repeats are known from memory: none is after the server was started again. */
function checkAny(log: EventLog, recent: RecentIds, proposal: Proposal): CommitDecision {
  const { stream, ids, current, isSoftDeleted } = proposal;
  const revisions = ids.map((id) => {
    const known = recent.get(id);
    return known?.stream === stream ? known.revision : undefined;
  });
  if (revisions[0] === undefined) return { kind: 'write', undeletes: isSoftDeleted };
  const last = revisions.at(-1);
  return last === undefined || revisions.includes(undefined)
    ? { kind: 'wrong-expected-version', current }
    : repeated(log, stream, last);
}

/** Repeats are known from the log: the same ids, at the revisions that follow the expected one. */
function checkExact(log: EventLog, proposal: Proposal, expected: number): CommitDecision {
  const { stream, ids, current, isSoftDeleted } = proposal;
  if (expected === current) return { kind: 'write', undeletes: isSoftDeleted };
  const differing = ids.findIndex((id, at) => log.writtenAt(stream, expected + 1 + at)?.id !== id);
  if (expected < current && ids.length > 0 && differing === -1)
    return repeated(log, stream, expected + ids.length);
  return expected === -1 && differing === 0 && isSoftDeleted
    ? { kind: 'write', undeletes: true }
    : { kind: 'wrong-expected-version', current };
}

function repeated(log: EventLog, stream: string, revision: number): CommitDecision {
  const position = log.writtenAt(stream, revision)?.position;
  const isCommitted = log.committedRevision(stream) >= revision;
  return isCommitted && position !== undefined
    ? { kind: 'repeated', revision, position }
    : { kind: 'dropped' };
}
