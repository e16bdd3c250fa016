import { Worker } from 'node:worker_threads';
import { endOf } from '../../shared/thread-end.ts';

/** Bytes of events appended between two checkpoints. */
const bytesBetween = 16 * 1_024 * 1_024;

/**
 * Has the write-ahead log folded back by another thread: done by the writer itself, as SQLite would, it stops
 * everything for tens of milliseconds every few thousand commits. Started by the first log that grows long enough.
 */
export class Checkpointer {
  readonly #path: string;
  #bytes = 0;
  #worker: Worker | undefined;
  #busy = false;

  constructor(path: string) {
    this.#path = path;
  }

  /** Told of every append that was committed. */
  appended(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes < bytesBetween || this.#busy) return;
    this.#bytes = 0;
    this.#busy = true;
    this.#worker ??= this.#start();
    this.#worker.postMessage('checkpoint');
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    this.#worker = undefined;
    worker.ref();
    worker.postMessage('stop');
    await endOf(worker);
  }

  #start(): Worker {
    const worker = new Worker(new URL('checkpoint-thread.ts', import.meta.url), {
      workerData: { path: this.#path },
    });
    worker.unref();
    worker.on('message', () => {
      this.#busy = false;
    });
    // Nothing is lost with it: the log only grows until the writer's own, later checkpoint.
    worker.on('error', () => {
      this.#worker = undefined;
      this.#busy = true;
    });
    return worker;
  }
}
