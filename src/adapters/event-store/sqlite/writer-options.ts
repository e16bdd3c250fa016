import type { OpenOptions } from '../../shared/sqlite-database.ts';

/** How whoever appends opens the log. */
export const writerOptions: OpenOptions = {
  dependency: 'event store',
  // `createGroupCommit` waits for other processes without holding the thread, so SQLite itself waits only briefly.
  busyTimeoutMs: 20,
  // Backstop: `Checkpointer` has it done elsewhere long before.
  walPages: 50_000,
  cacheMb: 16,
};
