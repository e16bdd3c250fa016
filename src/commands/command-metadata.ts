import type { Instant } from '../domain/kernel/instant.ts';
import type { CommandMetadata } from '../ports/event-codec.ts';
import type { CommandEnvelope } from './command.ts';

/** What the events of a command will remember of it. */
export function metadataOf(
  envelope: CommandEnvelope<{ readonly type: string }, never>,
  occurredAt: Instant,
): CommandMetadata {
  const { commandId, command, fingerprint, actor, requestId, effectiveAt } = envelope;
  const { correlationId, causationId, traceparent } = envelope;
  return {
    commandId,
    command: command.type,
    fingerprint,
    actor,
    requestId,
    ...(correlationId !== undefined && { correlationId }),
    ...(causationId !== undefined && { causationId }),
    ...(traceparent !== undefined && { traceparent }),
    occurredAt,
    ...(effectiveAt !== undefined && effectiveAt !== occurredAt && { effectiveAt }),
  };
}
