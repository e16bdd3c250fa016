import { Worker } from 'node:worker_threads';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type {
  Generation,
  Halt,
  ProjectionCommit,
  ProjectionShape,
  StoredDocument,
} from '../../../ports/read-model.ts';
import { endOf } from '../../shared/thread-end.ts';
import { faultFrom } from '../../shared/thread-faults.ts';
import type { BuildAnswer, BuildRequest } from './build-thread.ts';
import { type GenerationFile, openGenerationFile } from './generation-file.ts';

/** Documents from which a commit is worth another thread. */
const writesMin = 2_000;
/** What it is given is written and forgotten at once: more than this only fills up before it is cleared. */
const threadYoungMb = 8;

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/**
 * A generation that is being built. From the first large commit on, its file is written on a thread of its own, so that
 * whoever builds folds the next events meanwhile; a small build never starts one.
 */
export class BuildGeneration implements Generation {
  readonly #path: string;
  readonly #shape: ProjectionShape;
  #file: GenerationFile;
  #thread: Worker | undefined;
  #ended: Promise<void> | undefined;
  /** Why the thread is gone: nothing it is sent will ever be answered. */
  #lost: StoreUnavailable | undefined;
  /** Oldest first: the thread answers in order. */
  #asked: Asked[] = [];

  constructor(path: string, shape: ProjectionShape) {
    this.#path = path;
    this.#shape = shape;
    this.#file = openGenerationFile(path, shape);
  }

  async claim(): Promise<boolean> {
    return true;
  }

  position(): Promise<number> {
    return this.#thread === undefined ? this.#file.position() : this.#ask({ ask: 'position' });
  }

  halted(): Promise<Halt | undefined> {
    return this.#thread === undefined ? this.#file.halted() : this.#ask({ ask: 'halted' });
  }

  load(ids: readonly string[]): ReturnType<Generation['load']> {
    return this.#thread === undefined ? this.#file.load(ids) : this.#ask({ ask: 'load', ids });
  }

  commit(commit: ProjectionCommit): Promise<boolean> {
    if (this.#thread === undefined && commit.writes.length < writesMin) return this.#file.commit(commit);
    return this.#ask({ ask: 'commit', commit });
  }

  halt(halt: Halt | undefined): Promise<void> {
    return this.#thread === undefined ? this.#file.halt(halt) : this.#ask({ ask: 'halt', halt });
  }

  /** Only a generation that was active is ever reopened. */
  reopen(): Promise<void> {
    return this.#file.reopen();
  }

  documents(): AsyncIterable<StoredDocument> {
    return this.#file.documents();
  }

  async close(): Promise<void> {
    if (this.#thread !== undefined) {
      // A thread that is lost has nothing left to close, and whoever waited for its work has been told.
      await this.#ask({ ask: 'close' }).catch(() => {});
      await this.#ended;
    }
    await this.#file.close();
  }

  #ask<Value>(request: BuildRequest): Promise<Value> {
    if (this.#lost !== undefined) return Promise.reject(this.#lost);
    this.#thread ??= this.#start();
    const thread = this.#thread;
    return new Promise<Value>((resolve, reject) => {
      this.#asked.push({ resolve: resolve as (value: unknown) => void, reject });
      thread.postMessage(request);
    });
  }

  #start(): Worker {
    const thread = new Worker(new URL('build-thread.ts', import.meta.url), {
      workerData: { path: this.#path, shape: shapeOf(this.#shape) },
      resourceLimits: { maxYoungGenerationSizeMb: threadYoungMb },
    });
    thread.on('message', (answer: BuildAnswer) => {
      const asked = this.#asked.shift();
      if ('fault' in answer) asked?.reject(faultFrom(answer.fault));
      else asked?.resolve(answer.value);
    });
    thread.on('error', (error) => this.#fail(error));
    thread.on('exit', () => this.#fail(new Error('the thread that wrote it has ended')));
    this.#ended = endOf(thread);
    return thread;
  }

  #fail(error: unknown): void {
    const remedy = 'Start the rebuild again: it resumes.';
    this.#lost ??= new StoreUnavailable('read model', error, remedy);
    for (const { reject } of this.#asked.splice(0)) reject(this.#lost);
  }
}

/** What of a projection can be sent to a thread. */
function shapeOf({ name, version, fields, indexes }: ProjectionShape): ProjectionShape {
  return { name, version, fields, indexes };
}
