import { randomUUID } from 'node:crypto';
import { type AppendReply, batchReplyFrom, correlationIdOf } from './append-reply.ts';
import { batchRequest, type WireAppend } from './append-request.ts';
import type { Connection, Opened } from './connection.ts';
import type { BatchCall } from './wire-client.ts';

/** An append on its way, and whoever waits for it. */
export interface Pending {
  readonly append: WireAppend;
  readonly dueMs: number;
  /** Once more, after it went to a node that does not lead. */
  isSecondTime: boolean;
  /** What this stream had heard when it was sent. */
  heardBefore: number;
  readonly resolve: (reply: AppendReply) => void;
  readonly reject: (error: unknown) => void;
}

/** Messages that may wait inside the call for the connection to take them. */
const writableMax = 256;

/**
 * One call that appends, and what was sent on it and not answered. Replies are known by a number; one that answers what
 * nobody waits for any more is let go by. When the call ends, exactly its own appends are handed back.
 */
export class BatchStream {
  readonly #opened: Opened<BatchCall>;
  readonly #connection: Connection;
  /** In the order they were sent, which is that of their deadlines. */
  readonly #pending = new Map<number, Pending>();
  /** Makes ids of this call unlike those of any other. */
  readonly #idPrefix = randomUUID().slice(0, 24);
  #sent = 0;
  #heard = 0;
  #ended = false;

  constructor(
    opened: Opened<BatchCall>,
    connection: Connection,
    on: {
      readonly ended: (stream: BatchStream, unanswered: readonly Pending[], error: unknown) => void;
      readonly writable: () => void;
    },
  ) {
    this.#opened = opened;
    this.#connection = connection;
    const end = (error?: unknown) => {
      if (this.#ended) return;
      this.#ended = true;
      const unanswered = [...this.#pending.values()];
      this.#pending.clear();
      on.ended(this, unanswered, error ?? new Error('EventStoreDB has ended the call'));
    };
    opened.call.on('data', (bytes: Buffer) => {
      this.#heard += 1;
      connection.hear();
      try {
        this.#settle(batchReplyFrom(bytes));
      } catch (error) {
        // It is no reply, so nobody can tell whose it is.
        end(error);
        opened.call.cancel();
      }
    });
    opened.call.on('drain', on.writable);
    opened.call.on('error', end);
    opened.call.on('end', () => end());
    opened.call.on('close', () => end());
  }

  #settle({ number, reply }: ReturnType<typeof batchReplyFrom>): void {
    const pending = this.#pending.get(number);
    if (pending === undefined) return;
    this.#pending.delete(number);
    pending.resolve(reply);
  }

  get isWritable(): boolean {
    return !this.#ended && this.#opened.call.writableLength < writableMax;
  }

  get oldest(): Pending | undefined {
    return this.#pending.values().next().value;
  }

  send(pending: Pending): void {
    this.#sent += 1;
    pending.heardBefore = this.#heard;
    this.#pending.set(this.#sent, pending);
    this.#opened.call.write(batchRequest(pending.append, correlationIdOf(this.#idPrefix, this.#sent)));
  }

  /** Takes back what has waited too long. Whether nothing at all has come since the first of it was sent is said too. */
  takeOverdue(nowMs: number): { readonly overdue: readonly Pending[]; readonly isSilent: boolean } {
    const overdue: Pending[] = [];
    for (const [number, pending] of this.#pending) {
      if (pending.dueMs > nowMs) break;
      this.#pending.delete(number);
      overdue.push(pending);
    }
    return { overdue, isSilent: overdue[0]?.heardBefore === this.#heard };
  }

  /** Gives up a call on which nothing comes any more, and the connection, if nothing came there either. */
  abandon(connectionHeardBefore: number): void {
    this.#connection.abandon(this.#opened, connectionHeardBefore);
  }

  close(): void {
    this.#opened.call.end();
    this.#opened.call.cancel();
  }
}
