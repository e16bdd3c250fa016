import { randomUUID } from 'node:crypto';
import { checkCommit, type ExpectedRevision } from './commit-check.ts';
import type { EventLog, LogRecord, ProposedEvent } from './log.ts';
import { softDeletionJson, undeletedJson } from './stream-metadata.ts';
import { systemEvent } from './system-events.ts';

/** What a server answers to an append, a delete or a tombstone. */
export type WriteOutcome =
  | { readonly kind: 'written'; readonly revision: number; readonly position: number }
  | { readonly kind: 'wrong-expected-version'; readonly current: number }
  | { readonly kind: 'stream-deleted' }
  /** It was not committed in time, or was dropped; it may be committed yet. */
  | { readonly kind: 'timed-out' };

/** Called at most once, and never where a fault says so. */
type Reply = (outcome: WriteOutcome) => void;

/** The last record that a request has written. */
type Last = Pick<LogRecord, 'revision' | 'position'>;

interface Waiting {
  readonly reply: Reply;
  readonly dueMs: number;
  isSettled: boolean;
}

interface Pending extends Waiting {
  /** The length of the log that commits it. */
  readonly length: number;
  readonly outcome: WriteOutcome;
}

export interface WriterOptions {
  /** Between writing and committing; 0 is the next turn of the event loop. */
  readonly commitDelayMs: number;
  /** What is not committed by then is answered with a timeout, and stays written. A real server takes 2,000. */
  readonly commitTimeoutMs: number;
  /** The server writes an event of its own after so many of its clients'. */
  readonly systemEventEvery: number;
}

/** Where everything goes that is written: one queue, committed in order. One lives as long as one run of a server. */
export class Writer {
  readonly #log: EventLog;
  readonly #options: WriterOptions;
  readonly #recent = new Map<string, { stream: string; revision: number }>();
  #pending: Pending[] = [];
  #dropped: Waiting[] = [];
  #commitDelayMs: number;
  #isPaused = false;
  #isCommitting = false;
  #repliesToDrop = 0;
  #eventsSinceSystemEvent = 0;
  #watch: NodeJS.Timeout | undefined;

  constructor(log: EventLog, options: WriterOptions) {
    this.#log = log;
    this.#options = options;
    this.#commitDelayMs = options.commitDelayMs;
  }

  /** How many have no answer yet, be it that they are not committed or that they were dropped. */
  get unanswered(): number {
    return [...this.#pending, ...this.#dropped].filter(({ isSettled }) => !isSettled).length;
  }

  append(stream: string, expected: ExpectedRevision, events: readonly ProposedEvent[], reply: Reply): void {
    const ids = events.map(({ id }) => id);
    const undeletes = this.#mayWrite(stream, expected, ids, reply);
    if (undeletes === undefined) return;
    const current = this.#log.writtenRevision(stream);
    // Without events a record is written that nobody sees, and that creates no stream.
    const last = this.#log.write(stream, events) ?? { revision: current, position: this.#log.writeHidden() };
    for (const [index, id] of ids.entries()) this.#recent.set(id, { stream, revision: current + 1 + index });
    if (undeletes) this.#undelete(stream, current + 1);
    this.#writeSystemEvents(events.length);
    this.#await(last, reply);
  }

  /** Hides all events of a stream until somebody appends to it again. */
  delete(stream: string, expected: ExpectedRevision, reply: Reply): void {
    const id = randomUUID();
    if (this.#mayWrite(stream, expected, [id], reply) === undefined) return;
    const metastream = `$$${stream}`;
    const isUnknown = this.#log.writtenRevision(stream) < 0 && this.#log.writtenRevision(metastream) < 0;
    if (isUnknown) {
      reply({ kind: 'wrong-expected-version', current: -1 });
      return;
    }
    const last = this.#log.write(metastream, [systemEvent('$metadata', softDeletionJson, id)]);
    if (last !== undefined) this.#await(last, reply);
  }

  /** Ends a stream for ever, also one that never was. */
  tombstone(stream: string, expected: ExpectedRevision, reply: Reply): void {
    const id = randomUUID();
    if (this.#mayWrite(stream, expected, [id], reply) === undefined) return;
    this.#await(this.#log.writeTombstone(stream, id), reply);
  }

  pauseCommits(): void {
    this.#isPaused = true;
  }

  resumeCommits(): void {
    this.#isPaused = false;
    this.#scheduleCommit();
  }

  delayCommits(delayMs: number): void {
    this.#commitDelayMs = delayMs;
  }

  /** The next so many that succeed are committed and never answered. */
  dropNextReplies(count: number): void {
    this.#repliesToDrop += count;
  }

  /** Ends this run: the first so many of those that wait are committed, the others are as if they had never been. */
  end(committedYet: number): void {
    this.#isPaused = true;
    clearTimeout(this.#watch);
    const last = this.#pending.slice(0, committedYet).at(-1);
    if (last !== undefined) this.#log.commit(last.length);
    // A follower writes nothing, and must not touch what its leader has written.
    if (this.#pending.length > 0) this.#log.discardUncommitted();
    this.#pending = [];
    this.#dropped = [];
  }

  /** @returns whether writing brings back a deleted stream, and nothing where there is nothing to write. */
  #mayWrite(stream: string, expected: ExpectedRevision, ids: readonly string[], reply: Reply) {
    const decision = checkCommit(this.#log, this.#recent, stream, expected, ids);
    if (decision.kind === 'write') return decision.undeletes;
    if (decision.kind === 'repeated') this.#succeed(reply, { ...decision, kind: 'written' });
    else if (decision.kind === 'dropped') this.#dropped.push(this.#waiting(reply));
    else reply(decision);
    return undefined;
  }

  #undelete(stream: string, revision: number): void {
    const metastream = `$$${stream}`;
    const metadata = this.#log.writtenAt(metastream, this.#log.writtenRevision(metastream));
    if (metadata === undefined) return;
    this.#log.write(metastream, [systemEvent('$metadata', undeletedJson(metadata.data, revision))]);
  }

  #writeSystemEvents(count: number): void {
    this.#eventsSinceSystemEvent += count;
    if (this.#eventsSinceSystemEvent < this.#options.systemEventEvery) return;
    this.#eventsSinceSystemEvent = 0;
    this.#log.write('$stats-127.0.0.1:2113', [systemEvent('$statsCollected', Buffer.from('{"proc-mem":1}'))]);
  }

  #await({ revision, position }: Last, reply: Reply): void {
    const outcome = { kind: 'written', revision, position } as const;
    this.#pending.push({ ...this.#waiting(reply), length: this.#log.length, outcome });
    this.#scheduleCommit();
  }

  #waiting(reply: Reply): Waiting {
    this.#watch ??= setTimeout(() => this.#giveUp(), this.#options.commitTimeoutMs).unref();
    return { reply, dueMs: performance.now() + this.#options.commitTimeoutMs, isSettled: false };
  }

  #scheduleCommit(): void {
    if (this.#isPaused || this.#isCommitting || this.#pending.length === 0) return;
    this.#isCommitting = true;
    const commit = () => {
      this.#isCommitting = false;
      if (!this.#isPaused) this.#commit();
    };
    if (this.#commitDelayMs === 0) setImmediate(commit);
    else setTimeout(commit, this.#commitDelayMs);
  }

  #commit(): void {
    const pending = this.#pending;
    this.#pending = [];
    this.#log.commit(this.#log.length);
    for (const { reply, outcome, isSettled } of pending) if (!isSettled) this.#succeed(reply, outcome);
  }

  #succeed(reply: Reply, outcome: WriteOutcome): void {
    if (this.#repliesToDrop > 0) this.#repliesToDrop -= 1;
    else reply(outcome);
  }

  /** Answers those that have waited too long; what is written of them stays. */
  #giveUp(): void {
    const nowMs = performance.now();
    for (const waiting of [...this.#pending, ...this.#dropped])
      if (!waiting.isSettled && waiting.dueMs <= nowMs) {
        waiting.isSettled = true;
        waiting.reply({ kind: 'timed-out' });
      }
    this.#dropped = this.#dropped.filter(({ isSettled }) => !isSettled);
    const dueMs = [...this.#pending, ...this.#dropped]
      .filter(({ isSettled }) => !isSettled)
      .map((waiting) => waiting.dueMs);
    this.#watch =
      dueMs.length === 0 ? undefined : setTimeout(() => this.#giveUp(), Math.min(...dueMs) - nowMs).unref();
  }
}
