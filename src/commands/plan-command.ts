import type { Aggregate } from '../domain/kernel/decider.ts';
import type { ActorId } from '../domain/kernel/ids.ts';
import { streamName } from '../domain/kernel/log.ts';
import type { UnencodedEvent } from '../ports/event-codec.ts';
import type { CommandEnvelope, CommandOutcome } from './command.ts';
import type { HandlerDependencies } from './handle-command.ts';
import { differingMembers } from './idempotency.ts';
import { refused } from './outcomes.ts';
import {
  outcomeOf,
  type RecordedOutcome,
  StreamMemories,
  type StreamMemory,
  snapshotOf,
  stateOf,
} from './stream-memory.ts';

/** What a command would do now. */
export type CommandPlan =
  | {
      readonly kind: 'planned';
      /** What would be appended; nothing where it is so already, or where the key has done it before. */
      readonly events: readonly UnencodedEvent[];
      /** The state that would be answered, as JSON. */
      readonly snapshot: string;
      /** Where the stream is now, before any of it. */
      readonly revision: number;
      readonly position: number;
      /** Whether the key is known, so that the first answer would be repeated. */
      readonly replays: boolean;
    }
  | Exclude<CommandOutcome, { readonly kind: 'done' }>;

/** Decides a command as `HandleCommand` would, and appends nothing. @throws StoreUnavailable */
export type PlanCommand<Command, State> = (envelope: CommandEnvelope<Command, State>) => Promise<CommandPlan>;

/** Dry runs are rare: each reads its stream, and leaves nothing in memory for others. */
const streamsCachedMax = 1;

export function createCommandPlanner<
  State,
  Command extends { readonly type: string },
  Event extends UnencodedEvent,
>(
  aggregate: Aggregate<State, Command, Event>,
  { store, codec, clock }: Pick<HandlerDependencies, 'store' | 'codec' | 'clock'>,
): PlanCommand<Command, State> {
  return async (envelope) => {
    const stream = streamName(aggregate.category, envelope.aggregateId);
    const memories = new StreamMemories<State, Event>(store, codec, aggregate.evolve, streamsCachedMax);
    const memory = await memories.reload(stream);
    const folded = stateOf<State>(memory.snapshot);
    const visible = folded === undefined || envelope.mayTouch?.(folded) !== false;
    const recorded = visible ? outcomeOf(memory, envelope.commandId) : undefined;
    if (recorded !== undefined) return repeat(stream, envelope, memories, memory, recorded);
    return decide(envelope, memory, visible ? folded : undefined);
  };

  /** What the key stands for already. */
  async function repeat(
    stream: string,
    { commandId, fingerprint, command }: CommandEnvelope<Command, State>,
    memories: StreamMemories<State, Event>,
    { revision, position }: StreamMemory,
    recorded: RecordedOutcome,
  ): Promise<CommandPlan> {
    if (recorded.fingerprint !== fingerprint) {
      const first = await memories.firstEventOf(stream, commandId);
      return { kind: 'key-reused', differs: differingMembers(first?.data ?? {}, command) };
    }
    if (recorded.refusal !== undefined) return refused(recorded.refusal, true);
    const snapshot = (await memories.snapshotAt(stream, recorded.revision)) ?? '';
    return { kind: 'planned', events: [], snapshot, revision, position, replays: true };
  }

  function decide(
    envelope: CommandEnvelope<Command, State>,
    { revision, position }: StreamMemory,
    state: State | undefined,
  ): CommandPlan {
    const { expectedRevision, command, requestId } = envelope;
    if (state !== undefined && expectedRevision !== undefined && expectedRevision !== revision)
      return { kind: 'revision-mismatch', actual: revision };
    const decision = aggregate.decide(command, state);
    if (!decision.ok) return { kind: 'refused', ...decision, requestId, replayed: false };
    if (state === undefined && expectedRevision !== undefined)
      return { kind: 'revision-mismatch', actual: undefined };
    const snapshot = snapshotOf(after(state, revision, decision.events, envelope)) ?? '';
    return { kind: 'planned', events: decision.events, snapshot, revision, position, replays: false };
  }

  function after(
    before: State | undefined,
    revision: number,
    events: readonly Event[],
    { actor, effectiveAt = clock.now() }: CommandEnvelope<Command, State>,
  ): State | undefined {
    return events.reduce(
      (state, event, index) =>
        aggregate.evolve(state, event, {
          at: effectiveAt,
          actor: actor as ActorId,
          revision: revision + 1 + index,
        }),
      before,
    );
  }
}
