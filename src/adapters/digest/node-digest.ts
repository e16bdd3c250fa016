import { hash } from 'node:crypto';
import type { Digest } from '../../ports/digest.ts';

/** Digests by the platform's one-shot `hash`, which beats `createHash` on short texts. */
export const nodeDigest: Digest = {
  uuid5,
  sha256: (text) => hash('sha256', text, 'base64url'),
};

const scratch = Buffer.alloc(16 + 1024);
const variants = '89ab';

function uuid5(namespace: string, name: string): string {
  const hex = hash('sha1', input(namespace, name), 'hex');
  const variant = variants[Number.parseInt(hex.charAt(16), 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The 16 bytes of the namespace, then the name; in a shared buffer, because this runs several times a command. */
function input(namespace: string, name: string): Uint8Array {
  const buffer = name.length * 3 > scratch.length - 16 ? Buffer.alloc(16 + name.length * 3) : scratch;
  let at = 0;
  for (let index = 0; index < 36; index += 2) {
    if (namespace.charCodeAt(index) === 45) index++;
    buffer[at++] = (nibble(namespace.charCodeAt(index)) << 4) | nibble(namespace.charCodeAt(index + 1));
  }
  return buffer.subarray(0, 16 + buffer.write(name, 16));
}

function nibble(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
