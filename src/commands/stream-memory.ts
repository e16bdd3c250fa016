import { type CommandRefusedData, commandRefused } from '../domain/kernel/command-refused.ts';
import type { Evolve } from '../domain/kernel/event-catalogue.ts';
import { OutcomeUnknown, StoreUnavailable } from '../domain/kernel/faults.ts';
import { noStream } from '../domain/kernel/log.ts';
import { RecentMap } from '../domain/kernel/recent-map.ts';
import type { DomainEvent, EventCodec } from '../ports/event-codec.ts';
import type { EventStore } from '../ports/event-store.ts';

/** A refusal as the caller first saw it. */
export interface RecordedRefusal extends CommandRefusedData {
  readonly requestId: string;
}

/** What one command left in the stream. */
export interface RecordedOutcome {
  readonly commandId: string;
  readonly fingerprint: string;
  /** Revision and position of its last event. */
  readonly revision: number;
  readonly position: number;
  readonly refusal?: RecordedRefusal;
}

/** All that deciding on one stream takes: its folded state, its end, and what each command did. */
export interface StreamMemory {
  /**
   * The folded state as JSON, `undefined` before anything was created. Text, because thousands of streams are
   * remembered: one string each costs the garbage collector a fraction of what the objects would (docs/adr/0004).
   */
  readonly snapshot: string | undefined;
  readonly revision: number;
  readonly position: number;
  readonly lastHash: string;
  readonly refusals: number;
  /**
   * In the order they were recorded; only ever added to, and shared between the successive memories of one stream. A
   * list, because most streams see a handful of commands and a search through a thousand costs a few microseconds.
   */
  readonly outcomes: RecordedOutcome[];
}

export function emptyMemory(): StreamMemory {
  return { snapshot: undefined, revision: noStream, position: 0, lastHash: '', refusals: 0, outcomes: [] };
}

export function outcomeOf({ outcomes }: StreamMemory, commandId: string): RecordedOutcome | undefined {
  return outcomes.findLast((outcome) => outcome.commandId === commandId);
}

const pageSize = 500;

/**
 * Remembers the streams last used, so that a warm command needs no read. What is remembered may be stale: the exact
 * revision of the append is what protects against that.
 */
export class StreamMemories<State, Event extends Pick<DomainEvent, 'type'>> {
  readonly #store: EventStore;
  readonly #codec: EventCodec;
  readonly #evolve: Evolve<State, Event>;
  readonly #remembered: RecentMap<string, StreamMemory>;

  constructor(store: EventStore, codec: EventCodec, evolve: Evolve<State, Event>, streamsMax: number) {
    this.#store = store;
    this.#codec = codec;
    this.#evolve = evolve;
    this.#remembered = new RecentMap(streamsMax);
  }

  recall(stream: string): StreamMemory | undefined {
    return this.#remembered.get(stream);
  }

  /** Whether what the command left is remembered. */
  knows(stream: string, commandId: string): boolean {
    const memory = this.#remembered.get(stream);
    return memory !== undefined && outcomeOf(memory, commandId) !== undefined;
  }

  keep(stream: string, memory: StreamMemory): void {
    this.#remembered.set(stream, memory);
  }

  forget(stream: string): void {
    this.#remembered.delete(stream);
  }

  /**
   * Reads what is newer than `memory` and adds it.
   * @param isRecorded whether the stream is known to hold what it is read for: then nobody may hear that nothing changed.
   * @throws StoreUnavailable, or OutcomeUnknown in its place where it is recorded; UnreadableEvent
   */
  async reload(
    stream: string,
    memory: StreamMemory = emptyMemory(),
    isRecorded = false,
  ): Promise<StreamMemory> {
    let current = memory;
    try {
      for await (const events of this.#pages(stream, memory.revision + 1))
        current = this.#extend(current, events);
    } catch (error) {
      if (!isRecorded || !(error instanceof StoreUnavailable)) throw error;
      throw new OutcomeUnknown(`recorded in ${stream}, which cannot be read: ${error.message}`, {
        cause: error,
      });
    }
    if (current.outcomes.length > 0) this.keep(stream, current);
    return current;
  }

  /** The state as the event at `revision` left it, as JSON. */
  async snapshotAt(stream: string, revision: number): Promise<string | undefined> {
    let state: State | undefined;
    for await (const events of this.#pages(stream, 0)) {
      for (const event of events)
        if (event.revision <= revision) state = this.#evolve(state, event as never, event);
    }
    return snapshotOf(state);
  }

  /** The first event a command left in the stream. */
  async firstEventOf(stream: string, commandId: string): Promise<DomainEvent | undefined> {
    for await (const events of this.#pages(stream, 0)) {
      const found = events.find(({ metadata }) => metadata.commandId === commandId);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  async *#pages(stream: string, from: number): AsyncIterable<readonly DomainEvent[]> {
    for (let next = from; ; next += pageSize) {
      const page = await this.#store.readStream(stream, { from: next, countMax: pageSize });
      if (page.length > 0) yield await this.#codec.decode(page);
      if (page.length < pageSize) return;
    }
  }

  #extend(memory: StreamMemory, events: readonly DomainEvent[]): StreamMemory {
    let { revision, position, lastHash, refusals } = memory;
    let state = stateOf<State>(memory.snapshot);
    for (const event of events) {
      state = this.#evolve(state, event as never, event);
      ({ revision, position } = event);
      const { commandId, fingerprint, hash } = event.metadata;
      lastHash = hash;
      const refusal = refusalOf(event);
      if (refusal !== undefined) refusals += 1;
      memory.outcomes.push({ commandId, fingerprint, revision, position, ...(refusal && { refusal }) });
    }
    return { snapshot: snapshotOf(state), revision, position, lastHash, refusals, outcomes: memory.outcomes };
  }
}

/** States are plain JSON, so that a snapshot read back is the state that was written. */
export function stateOf<State>(snapshot: string | undefined): State | undefined {
  return snapshot === undefined ? undefined : JSON.parse(snapshot);
}

export function snapshotOf(state: unknown): string | undefined {
  return state === undefined ? undefined : JSON.stringify(state);
}

function refusalOf(event: DomainEvent): RecordedRefusal | undefined {
  if (event.type !== commandRefused) return undefined;
  return { ...(event.data as CommandRefusedData), requestId: event.metadata.requestId };
}
