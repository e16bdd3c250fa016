import type { Metadata } from '@grpc/grpc-js';
import type { CallError } from './errors.ts';
import type { EventLog } from './log.ts';
import type { Writer } from './writer.ts';

export type Right = 'read' | 'append';

/** What the services of one server share while it runs. */
export interface Node {
  readonly log: EventLog;
  readonly writer: Writer;
  /** Events that wait for a live subscriber whose connection takes no more; one more, and it is dropped. */
  readonly liveBufferMax: number;
  /** Why this server does not do what a caller asks: what it may not, or what only the leader does. */
  readonly refusal: (caller: Metadata, right: Right) => CallError | undefined;
}
