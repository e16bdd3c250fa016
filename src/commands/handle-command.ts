import { commandRefused } from '../domain/kernel/command-refused.ts';
import type { Aggregate } from '../domain/kernel/decider.ts';
import { OutcomeUnknown, StoreUnavailable } from '../domain/kernel/faults.ts';
import type { ActorId } from '../domain/kernel/ids.ts';
import { streamName } from '../domain/kernel/log.ts';
import type { Clock } from '../ports/clock.ts';
import type { CommandMetrics } from '../ports/command-metrics.ts';
import type { CommandMetadata, EventCodec, UnencodedEvent } from '../ports/event-codec.ts';
import type { AppendResult, EventStore } from '../ports/event-store.ts';
import type { Ids } from '../ports/ids.ts';
import type { CommandEnvelope, CommandOutcome, HandleCommand } from './command.ts';
import { metadataOf } from './command-metadata.ts';
import { differingMembers } from './idempotency.ts';
import { done, refused } from './outcomes.ts';
import {
  emptyMemory,
  outcomeOf,
  type RecordedOutcome,
  type RecordedRefusal,
  StreamMemories,
  type StreamMemory,
  snapshotOf,
  stateOf,
} from './stream-memory.ts';
import { Traffic } from './traffic.ts';

export interface HandlerDependencies {
  readonly store: EventStore;
  readonly codec: EventCodec;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly metrics: CommandMetrics;
  /** Streams kept folded in memory. */
  readonly streamsCachedMax: number;
}

/** Refusals one stream records. */
export const refusalsMax = 100;
const attemptsMax = 12;
const retryDelayMsMax = 50;
const waitingPerStreamMax = 1_000;

/**
 * The only way anything is written. For one command: join an identical one in flight; fold the stream, from memory
 * where possible; answer a known key from what it recorded; decide; append at the exact revision; on conflict read
 * what is newer and decide again; on an unknown outcome look for the command in the stream.
 */
export function createCommandHandler<
  State,
  Command extends { readonly type: string },
  Event extends UnencodedEvent,
>(
  aggregate: Aggregate<State, Command, Event>,
  dependencies: HandlerDependencies,
): HandleCommand<Command, State> {
  const handler = new CommandHandler(aggregate, dependencies);
  return (envelope) => handler.handle(envelope);
}

class CommandHandler<State, Command extends { readonly type: string }, Event extends UnencodedEvent> {
  readonly #aggregate: Aggregate<State, Command, Event>;
  readonly #needs: HandlerDependencies;
  readonly #memories: StreamMemories<State, Event>;
  readonly #traffic = new Traffic<CommandOutcome>(waitingPerStreamMax);

  constructor(aggregate: Aggregate<State, Command, Event>, needs: HandlerDependencies) {
    this.#aggregate = aggregate;
    this.#needs = needs;
    this.#memories = new StreamMemories(needs.store, needs.codec, aggregate.evolve, needs.streamsCachedMax);
  }

  handle(envelope: CommandEnvelope<Command, State>): Promise<CommandOutcome> {
    const { commandId, fingerprint, expectedRevision, command } = envelope;
    const stream = streamName(this.#aggregate.category, envelope.aggregateId);
    const creates = this.#aggregate.creating.includes(command.type);
    const content = `${fingerprint} ${expectedRevision}`;
    const trip = { stream: creates ? undefined : stream, commandId, content };
    return this.#traffic.run(trip, () => this.#execute(stream, envelope, creates), {
      lasts: () => this.#memories.knows(stream, commandId),
      joined: (outcome) => this.#joined(outcome),
    });
  }

  #joined(outcome: CommandOutcome): CommandOutcome {
    this.#needs.metrics.count('replayed');
    return 'replayed' in outcome ? { ...outcome, replayed: true } : outcome;
  }

  async #execute(
    stream: string,
    envelope: CommandEnvelope<Command, State>,
    creates: boolean,
  ): Promise<CommandOutcome> {
    const { metrics, clock, ids } = this.#needs;
    const remembered = this.#memories.recall(stream);
    const optimistic = remembered !== undefined || creates;
    let memory = optimistic ? (remembered ?? emptyMemory()) : await this.#memories.reload(stream);
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const fresh = attempt > 1 || !optimistic;
      const outcome = await this.#attempt(stream, envelope, memory, fresh);
      if (typeof outcome === 'object') return outcome;
      metrics.count('conflict-retried');
      if (attempt > 2) await clock.sleep(ids.fraction() * Math.min(2 ** attempt, retryDelayMsMax));
      memory = await this.#memories.reload(stream, memory, outcome === 'recorded');
    }
    const why = `${stream} changed ${attemptsMax} times while deciding`;
    throw new StoreUnavailable('event store', why, 'Try again in a moment.');
  }

  /** One round; `stale` or `recorded` when the answer depends on what is remembered and that may not be the newest. */
  #attempt(
    stream: string,
    envelope: CommandEnvelope<Command, State>,
    memory: StreamMemory,
    fresh: boolean,
  ): Promise<CommandOutcome | Again> | CommandOutcome | Again {
    const folded = stateOf<State>(memory.snapshot);
    const visible = folded === undefined || envelope.mayTouch?.(folded) !== false;
    const state = visible ? folded : undefined;
    const recorded = visible ? outcomeOf(memory, envelope.commandId) : undefined;
    if (recorded !== undefined) return this.#replay(stream, envelope, memory, recorded);

    const { expectedRevision } = envelope;
    if (state !== undefined && expectedRevision !== undefined && expectedRevision !== memory.revision) {
      return fresh ? { kind: 'revision-mismatch', actual: memory.revision } : 'stale';
    }
    const decision = this.#aggregate.decide(envelope.command, state);
    if (!decision.ok) return this.#refuse(stream, envelope, { memory, state }, decision);
    if (state === undefined && expectedRevision !== undefined)
      return fresh ? { kind: 'revision-mismatch', actual: undefined } : 'stale';
    if (decision.events.length > 0) return this.#append(stream, envelope, { memory, state }, decision.events);
    return fresh ? done(memory, false) : 'stale';
  }

  /** Records the refusal, so that this key is refused for ever; but nothing about what does not exist. */
  #refuse(
    stream: string,
    envelope: CommandEnvelope<Command, State>,
    standing: Standing<State>,
    { code, detail }: { readonly code: string; readonly detail: string },
  ): Promise<CommandOutcome | Again> | CommandOutcome {
    const { requestId } = envelope;
    const data = { command: envelope.command.type, code, detail };
    const refusal = { ...data, requestId };
    if (this.#aggregate.rejections[code]?.status === 404) return refused(refusal, false);
    if (standing.memory.refusals >= refusalsMax) return { kind: 'too-many-refusals' };
    return this.#append(stream, envelope, standing, [{ type: commandRefused, data }], refusal);
  }

  async #append(
    stream: string,
    envelope: CommandEnvelope<Command, State>,
    { memory, state: before }: Standing<State>,
    events: readonly UnencodedEvent[],
    refusal?: RecordedRefusal,
  ): Promise<CommandOutcome | Again> {
    const { codec, clock, store } = this.#needs;
    const metadata = metadataOf(envelope, clock.now());
    const state = this.#fold(before, memory.revision, events, metadata);
    const subject = state === undefined ? '' : this.#aggregate.subject(state);
    const snapshot = snapshotOf(state);
    const { revision, lastHash } = memory;
    const encoding = codec.encode(events, { stream, revision, lastHash, subject, metadata });
    // Most events seal nothing and are encoded at once; waiting for them would cost every command a turn.
    const encoded = encoding instanceof Promise ? await encoding : encoding;
    let result: AppendResult;
    try {
      result = await store.append(stream, revision, encoded.events);
    } catch (fault) {
      return this.#recover(stream, envelope, fault);
    }
    if (result.status === 'conflict') return 'stale';
    if (result.repeated) return 'recorded';
    return this.#appended(
      stream,
      envelope,
      { ...memory, ...result, snapshot, lastHash: encoded.lastHash },
      refusal,
    );
  }

  /** Remembers what the command did, and answers it. */
  #appended(
    stream: string,
    { commandId, fingerprint }: CommandEnvelope<Command, State>,
    memory: StreamMemory,
    refusal: RecordedRefusal | undefined,
  ): CommandOutcome {
    const { snapshot, revision, position, lastHash, refusals, outcomes } = memory;
    outcomes.push({ commandId, fingerprint, revision, position, ...(refusal && { refusal }) });
    const now = refusal === undefined ? refusals : refusals + 1;
    this.#memories.keep(stream, { snapshot, revision, position, lastHash, refusals: now, outcomes });
    this.#needs.metrics.count(refusal ? 'refused' : 'executed');
    return refusal ? refused(refusal, false) : done({ snapshot, revision, position }, false);
  }

  /** A timeout is never "failed": where the stream turns out to hold the command, the next round answers from it. */
  async #recover(stream: string, envelope: CommandEnvelope<Command, State>, fault: unknown): Promise<Again> {
    this.#memories.forget(stream);
    if (!(fault instanceof OutcomeUnknown)) throw fault;
    this.#needs.metrics.count('outcome-unknown');
    const found = await this.#memories.reload(stream).catch(() => Promise.reject(fault));
    if (outcomeOf(found, envelope.commandId) === undefined) throw fault;
    return 'recorded';
  }

  async #replay(
    stream: string,
    { commandId, fingerprint, command }: CommandEnvelope<Command, State>,
    memory: StreamMemory,
    recorded: RecordedOutcome,
  ): Promise<CommandOutcome> {
    const { metrics } = this.#needs;
    if (recorded.fingerprint !== fingerprint) {
      metrics.count('key-reused');
      const first = await this.#memories.firstEventOf(stream, commandId);
      return { kind: 'key-reused', differs: differingMembers(first?.data ?? {}, command) };
    }
    metrics.count('replayed');
    if (recorded.refusal !== undefined) return refused(recorded.refusal, true);
    const { revision, position } = recorded;
    const isLatest = revision === memory.revision;
    const snapshot = isLatest ? memory.snapshot : await this.#memories.snapshotAt(stream, revision);
    return done({ snapshot, revision, position }, true);
  }

  #fold(
    before: State | undefined,
    after: number,
    events: readonly UnencodedEvent[],
    { effectiveAt, occurredAt, actor }: CommandMetadata,
  ): State | undefined {
    let state = before;
    const facts = { at: effectiveAt ?? occurredAt, actor: actor as ActorId };
    for (const [index, event] of events.entries())
      state = this.#aggregate.evolve(state, event as Event, { ...facts, revision: after + 1 + index });
    return state;
  }
}

/** What is remembered of a stream, and the state in it as far as the caller may know of it. */
interface Standing<State> {
  readonly memory: StreamMemory;
  readonly state: State | undefined;
}

/** `recorded`: the stream is known to hold the command. */
type Again = 'stale' | 'recorded';
