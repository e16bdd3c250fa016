import { hash } from 'node:crypto';
import { assert } from '../../../domain/kernel/assert.ts';
import type { NewEvent } from '../../../ports/event-store.ts';

/**
 * An event as the server keeps it. The server compares ids and nothing else, so the id on the wire is made of everything
 * that is stored: then a success always means that what is stored is what was sent (ADR 0014). The id that the ledger
 * knows the event by stands first in the metadata.
 */
export interface WireEvent {
  readonly wireId: string;
  readonly type: string;
  readonly data: string;
  readonly metadata: string;
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Before the members of an object, and before and after any other JSON. */
const lead = '{"eventId":"';
const otherLead = '{"eventIdOf":"';
const otherMiddle = '","value":';
const idLength = 36;
const idEnd = lead.length + idLength;
const otherIdEnd = otherLead.length + idLength;

export function wireEventOf({ eventId, type, data, metadata }: NewEvent): WireEvent {
  assert(uuid.test(eventId), () => `${eventId} is not the id of an event`);
  return {
    wireId: nameBasedId(`${eventId}${type.length}:${type}${data.length}:${data}${metadata}`),
    type,
    data,
    metadata: withLead(eventId, metadata),
  };
}

/** What was stored, told apart again to the byte. Of an event that another program wrote, all of it as it is. */
export function newEventOf({ wireId, type, data, metadata }: WireEvent): NewEvent {
  if (metadata.startsWith(lead) && metadata[idEnd] === '"') {
    const eventId = metadata.slice(lead.length, idEnd);
    const after = metadata[idEnd + 1];
    if (after === ',') return { eventId, type, data, metadata: `{${metadata.slice(idEnd + 2)}` };
    if (after === '}' && metadata.length === idEnd + 2) return { eventId, type, data, metadata: '{}' };
  } else if (metadata.startsWith(otherLead) && metadata.startsWith(otherMiddle, otherIdEnd)) {
    const eventId = metadata.slice(otherLead.length, otherIdEnd);
    return { eventId, type, data, metadata: metadata.slice(otherIdEnd + otherMiddle.length, -1) };
  }
  return { eventId: wireId, type, data, metadata };
}

function withLead(eventId: string, metadata: string): string {
  if (metadata.startsWith('{"')) return `${lead}${eventId}",${metadata.slice(1)}`;
  if (metadata === '{}') return `${lead}${eventId}"}`;
  return `${otherLead}${eventId}${otherMiddle}${metadata}}`;
}

/** A UUID of version 8, which is for ids made by a rule of one's own, of the SHA-256 of a name. */
function nameBasedId(name: string): string {
  const digest = hash('sha256', name, 'hex');
  const variant = '89ab'[Number.parseInt(digest.charAt(16), 16) & 3];
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
