import type { Instant } from '../domain/kernel/instant.ts';

/** A command with everything that belongs to the request it came in. */
export interface CommandEnvelope<Command, State> {
  readonly commandId: string;
  readonly fingerprint: string;
  /** Id of the aggregate the command is for; the stream is `<category>-<id>`. */
  readonly aggregateId: string;
  readonly command: Command;
  readonly actor: string;
  readonly requestId: string;
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly traceparent?: string;
  /** When the fact took effect, where that is not now. */
  readonly effectiveAt?: Instant;
  /** Refuses the command with `revision-mismatch` unless the stream is exactly there. */
  readonly expectedRevision?: number;
  /** Whether the caller may know of this aggregate at all; where not, it is answered as if it did not exist. */
  readonly mayTouch?: (state: State) => boolean;
}

/** What became of a command. */
export type CommandOutcome =
  | {
      readonly kind: 'done';
      /** The state as this command left it, as JSON: the same text for every replay. */
      readonly snapshot: string;
      /** Revision and position of the last event of the command. */
      readonly revision: number;
      readonly position: number;
      readonly replayed: boolean;
    }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly detail: string;
      /** Id of the request that was first refused so. */
      readonly requestId: string;
      readonly replayed: boolean;
    }
  /** The key stands for another request. `differs` names members of the body, as far as they are known. */
  | { readonly kind: 'key-reused'; readonly differs: readonly string[] }
  /** `actual` is where the stream is; undefined where the command would have begun it. */
  | { readonly kind: 'revision-mismatch'; readonly actual: number | undefined }
  /** The stream holds as many refusals as it may. */
  | { readonly kind: 'too-many-refusals' };

/**
 * Does what a command asks, at most once per command id, however often it is sent and by however many processes.
 * When it answers, what it answers is durable.
 * @throws StoreUnavailable when nothing was written and the same command may be sent again; OutcomeUnknown when it
 * cannot be told, and the same command may be sent again all the same.
 */
export type HandleCommand<Command, State> = (
  envelope: CommandEnvelope<Command, State>,
) => Promise<CommandOutcome>;
