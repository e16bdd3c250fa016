import type { Worker } from 'node:worker_threads';

/** Resolves when the thread has ended, however it ended: unlike `once(thread, 'exit')`, which fails with the thread. */
export function endOf(thread: Worker): Promise<void> {
  return new Promise((resolve) => {
    thread.once('exit', () => resolve());
  });
}
