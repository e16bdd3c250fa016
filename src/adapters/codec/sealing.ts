import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { DamagedData } from '../../domain/kernel/faults.ts';
import type { SubjectKey } from '../../ports/key-store.ts';

/** A sealed field as it is stored: AES-256-GCM, nonce ‖ ciphertext ‖ tag in base64url. */
export interface Sealed {
  readonly $sealed: string;
}

const nonceLength = 12;
const tagLength = 16;

/** Seals a text. `context` ties it to its place, so that it cannot be moved to another event or field. */
export function seal(text: string, key: SubjectKey, context: string): Sealed {
  const nonce = randomBytes(nonceLength);
  const cipher = createCipheriv('aes-256-gcm', imported(key), nonce).setAAD(Buffer.from(context));
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return { $sealed: sealed.toString('base64url') };
}

/** Opens what `seal` made. @throws DamagedData when the text, the key or the context is not the one it was sealed with. */
export function unseal({ $sealed }: Sealed, key: SubjectKey, context: string): string {
  const sealed = Buffer.from($sealed, 'base64url');
  try {
    // Without a length said, shorter tags would do, and those can be guessed.
    const decipher = createDecipheriv('aes-256-gcm', imported(key), sealed.subarray(0, nonceLength), {
      authTagLength: tagLength,
    })
      .setAAD(Buffer.from(context))
      .setAuthTag(sealed.subarray(-tagLength));
    const body = sealed.subarray(nonceLength, -tagLength);
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
  } catch (cause) {
    throw new DamagedData(`sealed field of ${context} cannot be opened`, { cause });
  }
}

export function isSealed(value: unknown): value is Sealed {
  return (
    typeof value === 'object' && value !== null && '$sealed' in value && typeof value.$sealed === 'string'
  );
}

/** Bytes would be taken for a key anew each time, which takes three times as long as opening a field. */
const keyObjects = new WeakMap<SubjectKey, KeyObject>();

function imported(key: SubjectKey): KeyObject {
  const known = keyObjects.get(key);
  if (known !== undefined) return known;
  const made = createSecretKey(key.secret);
  keyObjects.set(key, made);
  return made;
}
