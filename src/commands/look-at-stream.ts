import type { Aggregate } from '../domain/kernel/decider.ts';
import { streamName } from '../domain/kernel/log.ts';
import type { UnencodedEvent } from '../ports/event-codec.ts';
import type { HandlerDependencies } from './handle-command.ts';
import { outcomeOf, StreamMemories, stateOf } from './stream-memory.ts';

/** One aggregate as its stream has it now, and what became of commands there. @throws StoreUnavailable */
export type LookAtStream<State> = (aggregateId: string) => Promise<{
  readonly state: State | undefined;
  /** `undefined` where nothing of the command is recorded. */
  readonly fateOf: (commandId: string) => 'done' | 'refused' | undefined;
}>;

/** Looks are for those who act by themselves, now and then: each reads its stream, and leaves nothing in memory. */
export function createStreamLook<
  State,
  Command extends { readonly type: string },
  Event extends UnencodedEvent,
>(
  aggregate: Aggregate<State, Command, Event>,
  { store, codec }: Pick<HandlerDependencies, 'store' | 'codec'>,
): LookAtStream<State> {
  return async (aggregateId) => {
    const memories = new StreamMemories<State, Event>(store, codec, aggregate.evolve, 1);
    const memory = await memories.reload(streamName(aggregate.category, aggregateId));
    return {
      state: stateOf<State>(memory.snapshot),
      fateOf: (commandId) => {
        const outcome = outcomeOf(memory, commandId);
        return outcome && (outcome.refusal === undefined ? 'done' : 'refused');
      },
    };
  };
}
