import { commandRefused } from '../domain/kernel/command-refused.ts';
import type { Aggregate } from '../domain/kernel/decider.ts';
import { OutcomeUnknown, StoreUnavailable } from '../domain/kernel/faults.ts';
import type { ActorId } from '../domain/kernel/ids.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import { streamName } from '../domain/kernel/log.ts';
import type { Clock } from '../ports/clock.ts';
import type { CommandMetrics } from '../ports/command-metrics.ts';
import type { CommandMetadata, EventCodec, UnencodedEvent } from '../ports/event-codec.ts';
import type { AppendResult, EventStore } from '../ports/event-store.ts';
import type { Ids } from '../ports/ids.ts';
import type { CommandEnvelope, CommandOutcome, HandleCommand } from './command.ts';
import { differingMembers } from './idempotency.ts';
import {
  emptyMemory,
  outcomeOf,
  type RecordedOutcome,
  type RecordedRefusal,
  StreamMemories,
  type StreamMemory,
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
  readonly #traffic = new Traffic<CommandOutcome<State>>(waitingPerStreamMax);

  constructor(aggregate: Aggregate<State, Command, Event>, needs: HandlerDependencies) {
    this.#aggregate = aggregate;
    this.#needs = needs;
    this.#memories = new StreamMemories(needs.store, needs.codec, aggregate.evolve, needs.streamsCachedMax);
  }

  handle(envelope: CommandEnvelope<Command, State>): Promise<CommandOutcome<State>> {
    const stream = streamName(this.#aggregate.category, envelope.aggregateId);
    return this.#traffic.run(
      {
        stream,
        commandId: envelope.commandId,
        content: `${envelope.fingerprint} ${envelope.expectedRevision}`,
      },
      () => this.#execute(stream, envelope),
      (outcome) => this.#joined(outcome),
    );
  }

  #joined(outcome: CommandOutcome<State>): CommandOutcome<State> {
    this.#needs.metrics.count('replayed');
    return 'replayed' in outcome ? { ...outcome, replayed: true } : outcome;
  }

  async #execute(stream: string, envelope: CommandEnvelope<Command, State>): Promise<CommandOutcome<State>> {
    const { metrics, clock, ids } = this.#needs;
    const remembered = this.#memories.recall(stream);
    const optimistic = remembered !== undefined || this.#aggregate.creating.includes(envelope.command.type);
    let memory = optimistic ? (remembered ?? emptyMemory<State>()) : await this.#memories.reload(stream);
    for (let attempt = 1; attempt <= attemptsMax; attempt++) {
      const fresh = attempt > 1 || !optimistic;
      const outcome = await this.#attempt(stream, envelope, memory, fresh);
      if (outcome !== 'stale') return outcome;
      metrics.count('conflict-retried');
      if (attempt > 2) await clock.sleep(ids.fraction() * Math.min(2 ** attempt, retryDelayMsMax));
      memory = await this.#memories.reload(stream, memory);
    }
    const why = `${stream} changed ${attemptsMax} times while deciding`;
    throw new StoreUnavailable('event store', why, 'Try again in a moment.');
  }

  /** One round; `stale` when the answer depends on what is remembered and that may not be the newest. */
  #attempt(
    stream: string,
    envelope: CommandEnvelope<Command, State>,
    memory: StreamMemory<State>,
    fresh: boolean,
  ): Promise<CommandOutcome<State> | 'stale'> | CommandOutcome<State> | 'stale' {
    const visible = memory.state === undefined || envelope.mayTouch?.(memory.state) !== false;
    const state = visible ? memory.state : undefined;
    const recorded = visible ? outcomeOf(memory, envelope.commandId) : undefined;
    if (recorded !== undefined) return this.#replay(stream, envelope, memory, recorded);

    const { expectedRevision } = envelope;
    if (state !== undefined && expectedRevision !== undefined && expectedRevision !== memory.revision) {
      return fresh ? { kind: 'revision-mismatch', actual: memory.revision } : 'stale';
    }
    const decision = this.#aggregate.decide(envelope.command, state);
    if (!decision.ok) return this.#refuse(stream, envelope, memory, decision.code, decision.detail);
    if (decision.events.length > 0) return this.#append(stream, envelope, memory, decision.events);
    if (!fresh || state === undefined) return 'stale';
    return { kind: 'done', state, position: memory.position, replayed: false };
  }

  /** Records the refusal, so that this key is refused for ever; but nothing about what does not exist. */
  #refuse(
    stream: string,
    envelope: CommandEnvelope<Command, State>,
    memory: StreamMemory<State>,
    code: string,
    detail: string,
  ): Promise<CommandOutcome<State> | 'stale'> | CommandOutcome<State> {
    const { requestId, command } = envelope;
    const refusal = { command: command.type, code, detail, requestId };
    if (this.#aggregate.rejections[code]?.status === 404) return refused(refusal, false);
    if (memory.refusals >= refusalsMax) return { kind: 'too-many-refusals' };
    const data = { command: command.type, code, detail };
    return this.#append(stream, envelope, memory, [{ type: commandRefused, data }], refusal);
  }

  async #append(
    stream: string,
    envelope: CommandEnvelope<Command, State>,
    memory: StreamMemory<State>,
    events: readonly UnencodedEvent[],
    refusal?: RecordedRefusal,
  ): Promise<CommandOutcome<State> | 'stale'> {
    const { codec, clock, store, metrics } = this.#needs;
    const metadata = metadataOf(envelope, clock.now());
    const state = this.#fold(memory, events, metadata);
    const subject = state === undefined ? '' : this.#aggregate.subject(state);
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
    if (result.status === 'conflict' || result.repeated) return 'stale';

    const { position } = result;
    memory.outcomes.push({
      commandId: envelope.commandId,
      fingerprint: envelope.fingerprint,
      revision: result.revision,
      position,
      ...(refusal && { refusal }),
    });
    this.#memories.keep(stream, {
      state,
      revision: result.revision,
      position,
      lastHash: encoded.lastHash,
      refusals: memory.refusals + (refusal ? 1 : 0),
      outcomes: memory.outcomes,
    });
    metrics.count(refusal ? 'refused' : 'executed');
    return refusal
      ? refused(refusal, false)
      : { kind: 'done', state: state as State, position, replayed: false };
  }

  /** A timeout is never "failed": where the stream turns out to hold the command, the next round answers from it. */
  async #recover(
    stream: string,
    envelope: CommandEnvelope<Command, State>,
    fault: unknown,
  ): Promise<'stale'> {
    this.#memories.forget(stream);
    if (!(fault instanceof OutcomeUnknown)) throw fault;
    this.#needs.metrics.count('outcome-unknown');
    const found = await this.#memories.reload(stream);
    if (outcomeOf(found, envelope.commandId) === undefined) throw fault;
    return 'stale';
  }

  async #replay(
    stream: string,
    { commandId, fingerprint, command }: CommandEnvelope<Command, State>,
    memory: StreamMemory<State>,
    recorded: RecordedOutcome,
  ): Promise<CommandOutcome<State>> {
    const { metrics } = this.#needs;
    if (recorded.fingerprint !== fingerprint) {
      metrics.count('key-reused');
      const first = await this.#memories.firstEventOf(stream, commandId);
      return { kind: 'key-reused', differs: differingMembers(first?.data ?? {}, command) };
    }
    metrics.count('replayed');
    if (recorded.refusal !== undefined) return refused(recorded.refusal, true);
    const isLatest = recorded.revision === memory.revision;
    const state = isLatest ? memory.state : await this.#memories.stateAt(stream, recorded.revision);
    return { kind: 'done', state: state as State, position: recorded.position, replayed: true };
  }

  #fold(
    memory: StreamMemory<State>,
    events: readonly UnencodedEvent[],
    { effectiveAt, occurredAt, actor }: CommandMetadata,
  ): State | undefined {
    let { state, revision } = memory;
    const facts = { at: effectiveAt ?? occurredAt, actor: actor as ActorId };
    for (const event of events) {
      revision += 1;
      state = this.#aggregate.evolve(state, event as Event, { ...facts, revision });
    }
    return state;
  }
}

function refused({ code, detail, requestId }: RecordedRefusal, replayed: boolean) {
  return { kind: 'refused', code, detail, requestId, replayed } as const;
}

function metadataOf(
  envelope: CommandEnvelope<{ readonly type: string }, never>,
  occurredAt: Instant,
): CommandMetadata {
  const { commandId, command, fingerprint, actor, requestId, effectiveAt } = envelope;
  const { correlationId, causationId, traceparent } = envelope;
  return {
    commandId,
    command: command.type,
    fingerprint,
    actor,
    requestId,
    ...(correlationId !== undefined && { correlationId }),
    ...(causationId !== undefined && { causationId }),
    ...(traceparent !== undefined && { traceparent }),
    occurredAt,
    ...(effectiveAt !== undefined && effectiveAt !== occurredAt && { effectiveAt }),
  };
}
