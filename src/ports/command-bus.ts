/** How a process of the ledger sends commands: never past the write path that callers use. */
export interface CommandBus<Command> {
  /**
   * Does what the command asks, at most once per command id. What it answers is durable.
   * @throws StoreUnavailable, OutcomeUnknown; the same may be sent again after either
   */
  send(sent: SentCommand<Command>): Promise<CommandFate>;
}

export interface SentCommand<Command> {
  /** Id of the aggregate it is for. */
  readonly aggregateId: string;
  readonly command: Command;
  /** Follows from the cause, the process and the step (IDEMPOTENCY.md D4.11): the same for every attempt. */
  readonly commandId: string;
  /** Of what the command means; what differs from attempt to attempt, such as a time with jitter, is no part of it. */
  readonly fingerprint: string;
  /** Id of the event that made it due. */
  readonly causationId: string;
  /** Of the request that began it all. */
  readonly correlationId: string;
}

/** What became of it. */
export type CommandFate =
  | {
      readonly kind: 'done';
      /** Of the last event of the command; where it recorded nothing, of the last one there. */
      readonly position: number;
      /** Whether it had been done before. */
      readonly replayed: boolean;
    }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string };
