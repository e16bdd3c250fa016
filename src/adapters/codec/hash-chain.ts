import { hash } from 'node:crypto';
import type { RecordedEvent } from '../../ports/event-store.ts';

type Link = Pick<RecordedEvent, 'stream' | 'revision' | 'eventId' | 'type' | 'data'>;

const hashLength = 43;
const suffixLength = ',"hash":"'.length + hashLength + '"}'.length;

/**
 * Chains an event to the one before it in its stream: SHA-256 over the previous hash and everything stored of this
 * event, as the stored text and not as re-made JSON. Line breaks cannot occur in any part, so the parts cannot be
 * shifted against each other.
 * @param metadata JSON text of the metadata without `hash`.
 */
export function chainHash(previous: string, event: Link, metadata: string): string {
  const { stream, revision, eventId, type, data } = event;
  return hash(
    'sha256',
    `${previous}\n${stream}\n${revision}\n${eventId}\n${type}\n${data}\n${metadata}`,
    'base64url',
  );
}

/** Puts the hash into the metadata text, always last, so that it can be taken out again without parsing. */
export function withHash(metadata: string, hashed: string): string {
  return `${metadata.slice(0, -1)},"hash":"${hashed}"}`;
}

/** The hash an event was stored with, and the metadata it was made over; `undefined` when there is no hash. */
export function splitHash(metadata: string): { hash: string; metadata: string } | undefined {
  const suffix = metadata.slice(-suffixLength);
  if (!suffix.startsWith(',"hash":"') || !suffix.endsWith('"}')) return undefined;
  return { hash: suffix.slice(9, 9 + hashLength), metadata: `${metadata.slice(0, -suffixLength)}}` };
}

/** Whether a stored event carries the hash that follows from `previous`; its own hash for the next step. */
export function checkLink(previous: string, event: RecordedEvent): { intact: boolean; hash: string } {
  const split = splitHash(event.metadata);
  if (split === undefined) return { intact: false, hash: '' };
  return { intact: chainHash(previous, event, split.metadata) === split.hash, hash: split.hash };
}
