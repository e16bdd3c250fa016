import { DamagedData } from '../../../domain/kernel/faults.ts';
import { isStreamName } from '../../../domain/kernel/log.ts';
import type { RecordedEvent } from '../../../ports/event-store.ts';
import { readReplyFrom, type SentEvent } from './read-reply.ts';
import { newEventOf } from './wire-event.ts';

/** Whether the ledger wrote it: what the server writes into a stream of ours has a type that begins with `$`. */
export function isOurs({ stream, type }: SentEvent, prefix: string): boolean {
  return !type.startsWith('$') && stream.startsWith(prefix) && isStreamName(stream.slice(prefix.length));
}

/** Older servers, before 22.10, do not know positions where they read a stream; they say −1, as an unsigned number. */
export function isUnplaced({ position }: SentEvent): boolean {
  return position >= 2 ** 63;
}

/** @throws DamagedData where a number is too large. */
export function recorded(sent: SentEvent, prefix: string): RecordedEvent {
  const { eventId, type, data, metadata } = newEventOf(sent);
  const stream = sent.stream.slice(prefix.length);
  const revision = safe(sent.revision, sent);
  return { eventId, type, data, metadata, stream, revision, position: safe(sent.position, sent) };
}

/** @throws DamagedData beyond 2^53 − 1, where numbers have gaps: see ADR 0002. */
export function safe(number: number, { stream, type }: Pick<SentEvent, 'stream' | 'type'>): number {
  if (Number.isSafeInteger(number)) return number;
  throw new DamagedData(
    `${type} in ${stream} has the position or revision ${number}, which is more than can be told apart. ` +
      'The log of this server is too large for the ledger: move it to a new one with `ledger export` and `ledger restore`.',
  );
}

/** The event in a message of a read, if there is one. @throws DamagedData when it is no message. */
export function eventIn(bytes: Buffer): SentEvent | undefined {
  try {
    const reply = readReplyFrom(bytes);
    return typeof reply === 'object' ? reply : undefined;
  } catch (error) {
    throw new DamagedData(
      `EventStoreDB sent what is no event: ${error instanceof Error ? error.message : error}`,
    );
  }
}
