import type { EventFacts } from '../domain/kernel/event-catalogue.ts';
import type { Instant } from '../domain/kernel/instant.ts';
import type { NewEvent, RecordedEvent } from './event-store.ts';

/** Between the events of the domain and the text that is stored: versions, sealing of personal fields, hash chain. */
export interface EventCodec {
  /**
   * Encodes the events one command gives, in order, as they follow each other in `stream` after `origin.revision`.
   * Personal fields are sealed with the key of `origin.subject`, which is made durable first.
   * @throws StoreUnavailable when that key cannot be had.
   */
  encode(events: readonly UnencodedEvent[], origin: Origin): Promise<EncodedEvents> | EncodedEvents;

  /**
   * Decodes in order, older versions lifted to the current one. A field whose key was shredded reads `erasedText`.
   * @throws UnreadableEvent at the first event this build does not know; StoreUnavailable when keys cannot be read.
   */
  decode(events: readonly RecordedEvent[]): Promise<readonly DomainEvent[]>;

  /** Whether a stored event carries the hash that follows from the one before it in its stream; its own, for the next. */
  check(previousHash: string, event: RecordedEvent): { readonly intact: boolean; readonly hash: string };

  /** What is wrong with the data of a decoded event, by its schema; `undefined` when nothing is. */
  complaint(event: DomainEvent): string | undefined;
}

export interface UnencodedEvent {
  readonly type: string;
  readonly data: object;
}

/** Where events go and where they come from. */
export interface Origin {
  readonly stream: string;
  /** Revision and hash of the event they follow; `noStream` and '' at the start of a stream. */
  readonly revision: number;
  readonly lastHash: string;
  /** Whose key seals personal fields. */
  readonly subject: string;
  readonly metadata: CommandMetadata;
}

/** What every event remembers of the command that caused it. */
export interface CommandMetadata {
  readonly commandId: string;
  /** Type of the command, such as `PlaceOrder`. */
  readonly command: string;
  readonly fingerprint: string;
  readonly actor: string;
  readonly requestId: string;
  /** Absent where it is the request id. */
  readonly correlationId?: string;
  /** Id of the event that caused the command, where a process sent it. */
  readonly causationId?: string;
  readonly traceparent?: string;
  readonly occurredAt: Instant;
  /** When the fact took effect in the world, where that is not when it was recorded. */
  readonly effectiveAt?: Instant;
}

export interface EventMetadata extends CommandMetadata {
  readonly schemaVersion: number;
  readonly subjectKeyId?: string;
  /** SHA-256 over the previous hash of the stream and this event, base64url. */
  readonly hash: string;
}

export interface EncodedEvents {
  readonly events: readonly NewEvent[];
  /** Hash of the last of them. */
  readonly lastHash: string;
}

/** An event as the domain sees it, with where it stands and how it came about. */
export interface DomainEvent extends EventFacts {
  readonly type: string;
  readonly data: unknown;
  readonly stream: string;
  readonly position: number;
  readonly eventId: string;
  readonly metadata: EventMetadata;
}
