import { OutcomeUnknown } from '../domain/kernel/faults.ts';
import type { Clock } from '../ports/clock.ts';
import type { HandleCommand } from './command.ts';

/** A little longer than a store is waited for, which knows better what went wrong. */
export const answerMsMax = 2_500;

/**
 * Commands that are answered in time whatever they wait for: their turn behind others, an append, or a look into the
 * stream for what became of one. A command that takes longer goes on; who sends it again joins it.
 * @throws OutcomeUnknown after `answerMsMax`
 */
export function answerInTime<Command extends { readonly type: string }, State>(
  handle: HandleCommand<Command, State>,
  clock: Clock,
): HandleCommand<Command, State> {
  return (envelope) =>
    new Promise((resolve, reject) => {
      const late = () => reject(new OutcomeUnknown(`no outcome within ${answerMsMax} ms`));
      const cancel = clock.after(answerMsMax, late);
      handle(envelope).finally(cancel).then(resolve, reject);
    });
}
