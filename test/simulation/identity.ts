import { hash } from 'node:crypto';

/**
 * What a request is to be known by, as IDEMPOTENCY says it, written down a second time: who calls, where, and the key make
 * the command; the canonical body makes its fingerprint. Nothing here is the product's.
 */
export function commandIdOf(actor: string, path: string, key: string): string {
  return uuid5('d3ff23d8-6f5f-4b43-9d1f-5b3f0c7a9a31', `${actor}|POST ${path}|${key}`);
}

/** The id of the order that a command places. */
export function placedIdOf(commandId: string): string {
  return uuid5('0c1f6a52-8a0e-4a53-8c1e-6f1fd6a2b1c4', commandId);
}

export function fingerprintOf(path: string, body: unknown): string {
  return hash('sha256', `v1 POST ${path}\n${sorted(body)}`, 'base64url');
}

/** UUID of version 5 (RFC 9562, 5.5). */
function uuid5(namespace: string, name: string): string {
  const space = Buffer.from(namespace.replaceAll('-', ''), 'hex');
  const bytes = hash('sha1', Buffer.concat([space, Buffer.from(name)]), 'buffer').subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** JSON with the members of every object in order. Steps hold no text or number that canonical JSON would write otherwise. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
