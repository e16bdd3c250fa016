import type { Aggregate } from '../domain/kernel/decider.ts';
import { streamName } from '../domain/kernel/log.ts';
import type { UnencodedEvent } from '../ports/event-codec.ts';
import type { HandlerDependencies } from './handle-command.ts';
import { emptyMemory, StreamMemories, type StreamMemory, stateOf } from './stream-memory.ts';

/**
 * Watches one aggregate until `isSettled`, or for `waitMs`, and answers what it is then: never older than `revision`
 * says it is. @throws StoreUnavailable
 */
export type WatchStream<State> = (
  aggregateId: string,
  isSettled: (state: State) => boolean,
  waitMs: number,
) => Promise<Pick<StreamMemory, 'snapshot' | 'revision' | 'position'>>;

/** The doorbell may be missed: this often the stream is looked at anyway. */
const lookMs = 50;

export function createStreamWatch<
  State,
  Command extends { readonly type: string },
  Event extends UnencodedEvent,
>(
  aggregate: Aggregate<State, Command, Event>,
  { store, codec, clock }: Pick<HandlerDependencies, 'store' | 'codec' | 'clock'>,
): WatchStream<State> {
  return async (aggregateId, isSettled, waitMs) => {
    const stream = streamName(aggregate.category, aggregateId);
    const memories = new StreamMemories<State, Event>(store, codec, aggregate.evolve, 1);
    const deadlineMs = clock.monotonicMs() + waitMs;
    let wake = () => {};
    const silence = store.onAppended(() => wake());
    try {
      let memory = emptyMemory();
      for (;;) {
        memory = await memories.reload(stream, memory);
        const state = stateOf<State>(memory.snapshot);
        const leftMs = deadlineMs - clock.monotonicMs();
        if (leftMs <= 0 || (state !== undefined && isSettled(state))) return memory;
        await new Promise<void>((resolve) => {
          const cancel = clock.after(Math.min(leftMs, lookMs), resolve);
          wake = () => {
            cancel();
            resolve();
          };
        });
      }
    } finally {
      silence();
    }
  };
}
