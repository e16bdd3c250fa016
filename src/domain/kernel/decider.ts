import type { Catalogue, Evolve } from './event-catalogue.ts';
import type { Rejections } from './rejections.ts';
import type { Decision } from './result.ts';

/** One aggregate, whole: its stream category, vocabulary, fold, decisions and refusals. Pure and synchronous. */
export interface Aggregate<
  State,
  Command extends { readonly type: string },
  Event extends { readonly type: string },
  Code extends string = string,
> {
  /** Streams are named `<category>-<id>`. */
  readonly category: string;
  readonly events: Catalogue;
  readonly evolve: Evolve<State, Event>;
  /** Total: every command in every state gives events or a refusal. Never throws for what a caller can send. */
  readonly decide: (command: Command, state: State | undefined) => Decision<Event, Code>;
  /** Commands that start a stream: they are decided without a read, and the append at `noStream` is their claim. */
  readonly creating: readonly Command['type'][];
  readonly rejections: Rejections;
  /** Whose personal data the events hold: names the key that seals it. */
  readonly subject: (state: State) => string;
}

/** A decision for every type of `Command`, each seeing only its own. A missing one does not compile. */
export type Decisions<Command extends { readonly type: string }, State, Result> = {
  readonly [Type in Command['type']]: (
    command: Extract<Command, { readonly type: Type }>,
    state: State,
  ) => Result;
};

/** Runs the decision that belongs to the command. */
export function runDecision<Command extends { readonly type: string }, State, Result>(
  decisions: Decisions<Command, State, Result>,
  command: Command,
  state: State,
): Result {
  // The other cast of table dispatch: `Decisions` has tied each handler to its command's type.
  const decision = decisions[command.type as Command['type']] as (command: Command, state: State) => Result;
  return decision(command, state);
}
