import type { AppendReply } from './append-reply.ts';
import type { WireAppend } from './append-request.ts';
import { appendFault, NoAnswer, unavailable } from './call-faults.ts';
import type { Connection } from './connection.ts';
import { followingLeader } from './follow-leader.ts';

/** Appends with a call each, for servers that know no other way; those of one stream one after the other, in order. */
export class SingleAppender {
  readonly #connection: Connection;
  /** The last append of each stream that is under way. */
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** @throws StoreUnavailable when it was not sent; OutcomeUnknown when it was and there is no answer. */
  append(append: WireAppend, dueMs: number): Promise<AppendReply> {
    const { stream } = append;
    const before = this.#last.get(stream);
    const sending =
      before === undefined ? this.#send(append, dueMs) : before.then(() => this.#send(append, dueMs));
    const settled = sending.then(nothing, nothing).then(() => {
      if (this.#last.get(stream) === settled) this.#last.delete(stream);
    });
    this.#last.set(stream, settled);
    return sending;
  }

  async #send(append: WireAppend, dueMs: number): Promise<AppendReply> {
    if (performance.now() > dueMs) throw unavailable(new NoAnswer(this.#connection.deadlineMs));
    try {
      return await followingLeader(() => this.#connection.append(append));
    } catch (error) {
      throw appendFault(error, append.stream);
    }
  }
}

function nothing(): void {}
