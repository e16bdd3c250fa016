/** What became of commands: the figures of the idempotency layer. */
export interface CommandMetrics {
  count(outcome: CommandCount): void;
}

export type CommandCount =
  | 'executed'
  | 'replayed'
  | 'refused'
  | 'key-reused'
  | 'conflict-retried'
  | 'outcome-unknown';
