import { Worker } from 'node:worker_threads';
import { assert } from '../../../domain/kernel/assert.ts';
import { OutcomeUnknown, StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { AppendResult, NewEvent } from '../../../ports/event-store.ts';
import { endOf } from '../../shared/thread-end.ts';
import { type Append, type AppendReply, packAppends, unpackReply } from './append-batch.ts';
import type { LogWriter } from './log-writer.ts';

/** Appends that may wait; beyond it the store says it is overloaded rather than let memory and waits grow. */
const waitingMax = 20_000;

/** Appends sent before the turn is over, so that the thread has work while this one makes more. */
const sentMax = 16;

interface Waiting extends Append {
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Has a thread of its own append, so that whoever answers requests neither writes pages nor waits for the disk
 * (docs/adr/0013). The appends of one turn of the event loop are sent together; while the thread commits, the next ones
 * gather there. The first append starts it.
 */
export class ThreadWriter implements LogWriter {
  readonly #path: string;
  readonly #sent = new Map<number, readonly Waiting[]>();
  #thread: Worker | undefined;
  #unsent: Waiting[] = [];
  #waiting = 0;
  #batches = 0;
  #closed = false;

  constructor(path: string) {
    this.#path = path;
  }

  append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendResult> {
    return new Promise((resolve, reject) => {
      if (this.#closed)
        return reject(unavailable('is closed', 'The process is stopping; try again in a moment.'));
      if (this.#waiting >= waitingMax)
        return reject(unavailable('has too many waiting', 'Slow down, then try again.'));
      for (const event of events) assert(isText(event), 'an event is text throughout');
      this.#waiting += 1;
      const count = this.#unsent.push({ stream, expected, events, resolve, reject });
      if (count === 1) setImmediate(() => this.#send());
      else if (count >= sentMax) this.#send();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#send();
    const thread = this.#thread;
    if (thread === undefined) return;
    thread.ref();
    thread.postMessage('stop');
    await endOf(thread);
  }

  #send(): void {
    const appends = this.#unsent;
    if (appends.length === 0) return;
    this.#unsent = [];
    let thread: Worker;
    try {
      this.#thread ??= this.#start();
      thread = this.#thread;
    } catch (error) {
      this.#waiting -= appends.length;
      const fault = unavailable(
        `cannot start its thread: ${String(error)}`,
        'Free resources of the machine.',
      );
      for (const { reject } of appends) reject(fault);
      return;
    }
    this.#batches += 1;
    this.#sent.set(this.#batches, appends);
    thread.ref();
    thread.postMessage(packAppends(this.#batches, appends));
  }

  #start(): Worker {
    const thread = new Worker(new URL('append-thread.ts', import.meta.url), {
      workerData: { path: this.#path },
    });
    // It keeps the process alive only as long as somebody waits for it.
    thread.unref();
    thread.on('message', (reply: AppendReply) => this.#answer(reply));
    thread.once('error', (error) => this.#lose(thread, error));
    thread.once('exit', () => this.#lose(thread, new Error('the thread that appends has ended')));
    return thread;
  }

  #answer(reply: AppendReply): void {
    const appends = this.#sent.get(reply.number) ?? [];
    this.#sent.delete(reply.number);
    this.#waiting -= appends.length;
    if (this.#sent.size === 0 && !this.#closed) this.#thread?.unref();
    for (const [index, answer] of unpackReply(reply).entries()) {
      const append = appends[index];
      if (answer instanceof Error) append?.reject(answer);
      else append?.resolve(answer);
    }
  }

  /** What it was sent may or may not be in the log: whoever asked has to look. The next append starts another thread. */
  #lose(thread: Worker, error: unknown): void {
    if (this.#thread !== thread) return;
    this.#thread = undefined;
    for (const append of [...this.#sent.values()].flat())
      append.reject(new OutcomeUnknown(`event store: ${String(error)}`, { cause: error }));
    this.#sent.clear();
    this.#waiting = this.#unsent.length;
  }
}

/** One that is not would be cut into the texts of others on its way. */
function isText({ eventId, type, data, metadata }: NewEvent): boolean {
  return [eventId, type, data, metadata].every((text: unknown) => typeof text === 'string');
}

function unavailable(what: string, remedy: string): StoreUnavailable {
  return new StoreUnavailable('event store', what, remedy);
}
