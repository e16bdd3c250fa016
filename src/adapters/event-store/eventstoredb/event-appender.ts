import { DamagedData } from '../../../domain/kernel/faults.ts';
import type { AppendResult, NewEvent, RecordedEvent } from '../../../ports/event-store.ts';
import type { AppendReply } from './append-reply.ts';
import { charactersIn, type WireAppend } from './append-request.ts';
import type { BatchAppender } from './batch-appender.ts';
import { hiddenEvents, refusalFault, tooLarge } from './call-faults.ts';
import type { LogProgress } from './log-progress.ts';
import type { LogReader } from './log-reader.ts';
import { safe } from './our-event.ts';
import { wireEventOf } from './wire-event.ts';

/** A server takes no message larger than 4 MiB, whatever it may take of an append. */
const charactersMax = 3_500_000;
/** A conflict may name events that are not readable yet, because they are not committed yet. */
const looksMax = 5;
const lookPauseMs = 10;

/**
 * Appends, and tells a repetition from a first time and from a conflict. The server says "appended" of both a first time
 * and a repetition, and compares the ids on the wire alone; those are made of all that is stored (see `wire-event.ts`).
 */
export class EventAppender {
  readonly #appends: BatchAppender;
  readonly #reader: LogReader;
  readonly #progress: LogProgress;
  readonly #prefix: string;
  /** A server that gets the same append twice at a time answers only one of them. */
  readonly #inFlight = new Map<string, Promise<AppendResult>>();

  constructor(
    appends: BatchAppender,
    {
      reader,
      progress,
      prefix,
    }: { readonly reader: LogReader; readonly progress: LogProgress; readonly prefix: string },
  ) {
    this.#appends = appends;
    this.#reader = reader;
    this.#progress = progress;
    this.#prefix = prefix;
  }

  append(stream: string, expected: number, events: readonly NewEvent[]): Promise<AppendResult> {
    const append = { stream: this.#prefix + stream, expected, events: events.map(wireEventOf) };
    if (charactersIn(append) > charactersMax) return Promise.reject(tooLarge(stream));
    const key = keyOf(append);
    const same = this.#inFlight.get(key);
    if (same !== undefined) return same.then(asRepeated);
    const appending = this.#append(stream, append, events).finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, appending);
    return appending;
  }

  async #append(stream: string, append: WireAppend, events: readonly NewEvent[]): Promise<AppendResult> {
    const before = this.#progress.highest;
    const reply = await this.#appends.append(append);
    switch (reply.kind) {
      case 'appended':
        return this.#appended(stream, append, reply, before);
      case 'conflict':
        return this.#repeatedOrConflict(stream, append.expected, events, reply.actual);
      case 'refused':
        throw refusalFault(reply, stream);
    }
  }

  async #appended(
    stream: string,
    { expected, events }: WireAppend,
    { revision, position }: Extract<AppendReply, { kind: 'appended' }>,
    before: number,
  ): Promise<AppendResult> {
    if (revision !== expected + events.length) throw new DamagedData(hiddenEvents(stream));
    if (position === undefined) {
      const [last] = await this.#reader.readStream(stream, { from: revision, countMax: 1 });
      if (last === undefined) throw new DamagedData(hiddenEvents(stream));
      return { status: 'appended', revision, position: last.position, repeated: true };
    }
    safe(position, { stream, type: 'an append' });
    // What was there before it was sent, or before the first that this handle sent, was written before.
    const repeated = position <= Math.max(before, this.#progress.start);
    this.#progress.see(position);
    return { status: 'appended', revision, position, repeated };
  }

  /**
   * The same events with other content, or written under other ids, are a repetition too: the ledger's own ids are what
   * the port compares.
   */
  async #repeatedOrConflict(
    stream: string,
    expected: number,
    events: readonly NewEvent[],
    actual: number,
  ): Promise<AppendResult> {
    const conflict = { status: 'conflict', actual } as const;
    if (actual < expected + events.length) return conflict;
    const there = await this.#readable(stream, expected + 1, events.length);
    const isSame = events.every(({ eventId }, index) => there[index]?.eventId === eventId);
    const last = there[events.length - 1];
    if (!isSame || last === undefined) return conflict;
    return { status: 'appended', revision: last.revision, position: last.position, repeated: true };
  }

  async #readable(stream: string, from: number, count: number): Promise<readonly RecordedEvent[]> {
    for (let look = 1; ; look++) {
      const there = await this.#reader.readStream(stream, { from, countMax: count });
      if (there.length === count || look === looksMax) return there;
      await new Promise((resolve) => setTimeout(resolve, lookPauseMs));
    }
  }
}

function keyOf({ stream, expected, events }: WireAppend): string {
  let key = `${stream} ${expected}`;
  for (const { wireId } of events) key += wireId;
  return key;
}

function asRepeated(result: AppendResult): AppendResult {
  return result.status === 'appended' ? { ...result, repeated: true } : result;
}
