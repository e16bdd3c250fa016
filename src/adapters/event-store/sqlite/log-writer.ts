import type { DatabaseSync } from 'node:sqlite';
import type { AppendResult, NewEvent } from '../../../ports/event-store.ts';
import type { LazyIndex } from '../../shared/lazy-index.ts';
import { createAppender, type Head } from './appender.ts';
import { Checkpointer } from './checkpointer.ts';
import { type Committed, createGroupCommit } from './group-commit.ts';
import { createWitnessWriter } from './witness.ts';

/** Whoever appends to one log, on this thread or on another. */
export interface LogWriter {
  append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendResult>;
  /** Commits what is waiting, then lets go of the file. Appends made later are refused. */
  close(): Promise<void>;
}

/** Where the witness of the log in `path` is kept. */
export function witnessPathOf(path: string): string {
  return `${path}-head`;
}

/** Appends through `database`, which stays the caller's. @param ring called after every commit. */
export function createLogWriter(
  database: DatabaseSync,
  path: string,
  streams: LazyIndex<Head>,
  ring: () => void,
): LogWriter {
  const witness = createWitnessWriter(witnessPathOf(path));
  const checkpointer = new Checkpointer(path);
  const commits = createGroupCommit(database, createAppender(database, streams), (committed) => {
    const last = committed.at(-1);
    if (last !== undefined) witness.saw(last);
    checkpointer.appended(sizeOf(committed));
    ring();
  });
  return {
    append: commits.append,
    close: async () => {
      commits.close();
      witness.flush();
      await checkpointer.close();
    },
  };
}

/** Characters of JSON, which is near enough to bytes for deciding when to checkpoint. */
function sizeOf(committed: readonly Committed[]): number {
  let size = 0;
  for (const { events } of committed)
    for (const { data, metadata } of events) size += data.length + metadata.length;
  return size;
}
