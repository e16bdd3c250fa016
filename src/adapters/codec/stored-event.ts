import type { ActorId } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { CommandMetadata, DomainEvent, EventMetadata } from '../../ports/event-codec.ts';
import type { RecordedEvent } from '../../ports/event-store.ts';

/** What folding an event takes from its metadata: written first, in this order, so that reading it is one look. */
export interface MetadataHead {
  readonly schemaVersion: number;
  readonly occurredAt: Instant;
  readonly actor: ActorId;
  readonly effectiveAt: Instant | undefined;
  readonly subjectKeyId: string | undefined;
}

const head =
  /^\{"schemaVersion":(\d{1,9}),"occurredAt":"([^"\\]*)","actor":"([^"\\]*)"(?:,"effectiveAt":"([^"\\]*)")?(?:,"subjectKeyId":"([^"\\]*)")?,"commandId":/;

/** Metadata as it is stored, still without its hash. */
export function metadataText(
  schemaVersion: number,
  { occurredAt, actor, effectiveAt, commandId, ...rest }: CommandMetadata,
  subjectKeyId: string | undefined,
): string {
  // Members that are undefined are left out.
  return JSON.stringify({
    schemaVersion,
    occurredAt,
    actor,
    effectiveAt,
    subjectKeyId,
    commandId,
    ...rest,
  });
}

/**
 * An event as the domain sees it. Its metadata is parsed when somebody looks at it: folding millions of events needs
 * the head alone, and parsing all of it would cost as much as parsing the data.
 */
export class StoredEvent implements DomainEvent {
  readonly type: string;
  readonly data: unknown;
  readonly at: Instant;
  readonly revision: number;
  readonly actor: ActorId;
  readonly stream: string;
  readonly position: number;
  readonly eventId: string;
  readonly #text: string;
  #metadata: EventMetadata | undefined;

  constructor(event: RecordedEvent, data: unknown, { effectiveAt, occurredAt, actor }: MetadataHead) {
    this.type = event.type;
    this.data = data;
    this.at = effectiveAt ?? occurredAt;
    this.revision = event.revision;
    this.actor = actor;
    this.stream = event.stream;
    this.position = event.position;
    this.eventId = event.eventId;
    this.#text = event.metadata;
  }

  get metadata(): EventMetadata {
    this.#metadata ??= JSON.parse(this.#text) as EventMetadata;
    return this.#metadata;
  }
}

/** The head of stored metadata; of text that another writer laid out differently, too. */
export function headOf(metadata: string): MetadataHead {
  const found = head.exec(metadata);
  if (found === null) {
    const { schemaVersion, occurredAt, actor, effectiveAt, subjectKeyId } = JSON.parse(
      metadata,
    ) as EventMetadata;
    return { schemaVersion, occurredAt, actor: actor as ActorId, effectiveAt, subjectKeyId };
  }
  const [, schemaVersion, occurredAt, actor, effectiveAt, subjectKeyId] = found;
  return {
    schemaVersion: Number(schemaVersion),
    occurredAt: occurredAt as Instant,
    actor: actor as ActorId,
    effectiveAt: effectiveAt as Instant | undefined,
    subjectKeyId,
  };
}
