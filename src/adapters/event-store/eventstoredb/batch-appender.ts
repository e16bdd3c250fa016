import { OutcomeUnknown, StoreUnavailable } from '../../../domain/kernel/faults.ts';
import type { AppendReply } from './append-reply.ts';
import { charactersIn, type WireAppend } from './append-request.ts';
import { BatchStream, type Pending } from './batch-stream.ts';
import { appendFault, isNotLeader, NoAnswer, unavailable } from './call-faults.ts';
import { type Connection, closed } from './connection.ts';
import { SingleAppender } from './single-appender.ts';

/** Appends that may be under way; beyond it the store says it is overloaded rather than let memory and waits grow. */
const outstandingMax = 20_000;
/** And so many characters of events in them. */
const charactersMax = 64 * 1_024 * 1_024;

/**
 * Sends appends in the order they come, as many at once as there are, on one call that stays open, and answers each with
 * what the server replied. Servers before 21.6 have no such call: then each append is one.
 */
export class BatchAppender {
  readonly #connection: Connection;
  readonly #prepare: () => Promise<void>;
  /** What is not sent yet, from `#first` on. */
  #queue: Pending[] = [];
  #first = 0;
  #stream: BatchStream | undefined;
  #single: SingleAppender | undefined;
  #isOpening = false;
  #outstanding = 0;
  #characters = 0;
  #timer: NodeJS.Timeout | undefined;
  /** What the whole connection had heard when the timer was set. */
  #heardBefore = 0;
  #isClosed = false;
  #whenIdle: () => void = () => {};

  /** @param prepare what has to be done before the first append is sent. */
  constructor(connection: Connection, prepare: () => Promise<void>) {
    this.#connection = connection;
    this.#prepare = prepare;
  }

  /** @throws StoreUnavailable when it was not sent; OutcomeUnknown when it was and there is no answer. */
  append(append: WireAppend): Promise<AppendReply> {
    if (this.#isClosed) return Promise.reject(closed());
    if (this.#outstanding >= outstandingMax || this.#characters >= charactersMax)
      return Promise.reject(unavailable('has too many appends waiting', 'Slow down, then try again.'));
    const characters = charactersIn(append);
    this.#outstanding += 1;
    this.#characters += characters;
    return new Promise<AppendReply>((resolve, reject) => {
      const dueMs = performance.now() + this.#connection.deadlineMs;
      this.#queue.push({ append, dueMs, isSecondTime: false, heardBefore: 0, resolve, reject });
      this.#flush();
      this.#watch();
    }).finally(() => {
      this.#outstanding -= 1;
      this.#characters -= characters;
      if (this.#outstanding === 0) this.#whenIdle();
    });
  }

  /** Waits until all that is under way is answered, which it is when its time is up. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#outstanding > 0)
      await new Promise<void>((resolve) => {
        this.#whenIdle = resolve;
      });
    clearTimeout(this.#timer);
    this.#stream?.close();
  }

  #flush(): void {
    if (this.#single === undefined && this.#stream === undefined) {
      if (!this.#isOpening && this.#first < this.#queue.length) void this.#open();
      return;
    }
    while (this.#first < this.#queue.length) {
      if (this.#single === undefined && this.#stream?.isWritable !== true) break;
      const pending = this.#queue[this.#first++] as Pending;
      if (this.#single === undefined) this.#stream?.send(pending);
      else this.#single.append(pending.append, pending.dueMs).then(pending.resolve, pending.reject);
    }
    if (this.#first === this.#queue.length) this.#queue = [];
    else if (this.#first > 1_000) this.#queue = this.#queue.slice(this.#first);
    else return;
    this.#first = 0;
  }

  /** What was queued when it fails was never sent. */
  async #open(): Promise<void> {
    this.#isOpening = true;
    try {
      const { batchAppend } = await this.#connection.check();
      await this.#prepare();
      if (batchAppend) this.#stream = await this.#openStream();
      else this.#single = new SingleAppender(this.#connection);
    } catch (error) {
      for (const { reject, append } of this.#takeQueue()) reject(neverSent(error, append.stream));
    } finally {
      this.#isOpening = false;
      this.#flush();
    }
  }

  async #openStream(): Promise<BatchStream> {
    const opened = await this.#connection.openBatch();
    return new BatchStream(opened, this.#connection, {
      writable: () => this.#flush(),
      ended: (stream, unanswered, error) => {
        if (this.#stream === stream) this.#stream = undefined;
        this.#handBack(unanswered, error);
      },
    });
  }

  /** To repeat an append with the same ids is safe, but only once: nobody may lead for a while. */
  #handBack(unanswered: readonly Pending[], error: unknown): void {
    const again: Pending[] = [];
    for (const pending of unanswered) {
      if (isNotLeader(error) && !pending.isSecondTime) again.push(onceMore(pending));
      else pending.reject(appendFault(error, pending.append.stream));
    }
    this.#queue = [...again, ...this.#takeQueue()];
    // The client turns to the leader after it has told of the error.
    setImmediate(() => this.#flush());
  }

  #takeQueue(): readonly Pending[] {
    const taken = this.#queue.slice(this.#first);
    this.#queue = [];
    this.#first = 0;
    return taken;
  }

  /**
   * One timer for all: deadlines are in the order of the appends. When it is time, what has arrived meanwhile is read
   * first: the thread may have been held up for longer than the server.
   */
  #watch(): void {
    if (this.#timer !== undefined) return;
    const oldest = this.#stream?.oldest ?? this.#queue[this.#first];
    if (oldest === undefined) return;
    this.#heardBefore = this.#connection.heard;
    const look = () => {
      this.#timer = undefined;
      this.#expire(performance.now());
      this.#watch();
    };
    const waitMs = Math.max(1, oldest.dueMs - performance.now());
    this.#timer = setTimeout(() => setImmediate(look), waitMs);
  }

  #expire(nowMs: number): void {
    const noAnswer = new NoAnswer(this.#connection.deadlineMs);
    const { overdue, isSilent } = this.#stream?.takeOverdue(nowMs) ?? { overdue: [], isSilent: false };
    for (const { reject, append } of overdue)
      reject(new OutcomeUnknown(`append to ${append.stream}: ${noAnswer.message}`));
    while ((this.#queue[this.#first]?.dueMs ?? Number.POSITIVE_INFINITY) <= nowMs)
      this.#queue[this.#first++]?.reject(unavailable(noAnswer));
    if (isSilent) this.#stream?.abandon(this.#heardBefore);
  }
}

/**
 * It was sent to a node that has stopped leading, along with others, and may be in the log: whatever becomes of it now,
 * only a success or a conflict says more than that.
 */
export function onceMore(pending: Pending): Pending {
  const unknown = (why: string) =>
    pending.reject(new OutcomeUnknown(`append to ${pending.append.stream}: ${why}`));
  return {
    ...pending,
    isSecondTime: true,
    resolve: (reply) => {
      if (reply.kind === 'refused') unknown(`the leader changed, and then it was refused: ${reply.name}`);
      else pending.resolve(reply);
    },
    reject: (error) => {
      if (error instanceof StoreUnavailable) unknown(`the leader changed, and then: ${error.message}`);
      else pending.reject(error);
    },
  };
}

/** Whatever went wrong before anything was sent: the appends that waited for it are not there. */
function neverSent(error: unknown, stream: string): Error {
  const fault = appendFault(error, stream);
  return fault instanceof OutcomeUnknown ? unavailable(error) : fault;
}
