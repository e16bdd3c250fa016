import { createHmac, timingSafeEqual } from 'node:crypto';
import { InvalidWebhook } from '../../domain/kernel/faults.ts';
import type { Instant } from '../../domain/kernel/instant.ts';

/** The header that a signature comes in. */
export const signatureHeader = 'gateway-signature';

/** How far the time of a signature may be from now, either way. */
const toleranceS = 300;
const charactersMax = 4_096;
/** While a secret is being changed a provider signs with both. */
const signaturesMax = 10;

/**
 * Signs the bytes of a body: `t=<unix seconds>,v1=<HMAC-SHA-256 of "<t>.<body>" in hex>`.
 * @param atS when, in seconds since 1970
 */
export function signWebhook(secret: string, body: string | Uint8Array, atS: number): string {
  return `t=${atS},v1=${signatureOf(secret, String(atS), body).toString('hex')}`;
}

/**
 * Checks that a body came as it was signed, with this secret and within the last minutes. One signature that matches is
 * enough. The time is looked at last: only who can sign learns about it.
 * @param body the bytes as they came
 * @throws InvalidWebhook saying what is wrong, and nothing of the secret
 */
export function checkSignature(
  header: string | undefined,
  body: Uint8Array,
  secret: string,
  now: Instant,
): void {
  const { time, signatures } = partsOf(header);
  const expected = signatureOf(secret, time, body);
  // All are compared, so that it cannot be told by the time taken which one matched.
  const matching = signatures.filter((each) => timingSafeEqual(Buffer.from(each, 'hex'), expected));
  if (matching.length === 0) throw new InvalidWebhook('no signature matches the body and the secret');
  const ageS = Math.floor(Date.parse(now) / 1_000) - Number(time);
  if (Math.abs(ageS) > toleranceS) {
    const what = ageS > 0 ? `signed ${ageS} s ago` : `signed ${-ageS} s in the future`;
    throw new InvalidWebhook(`${what}; at most ${toleranceS} s are allowed`);
  }
}

interface Parts {
  /** The text that was signed, digits only. */
  readonly time: string;
  /** Of 32 bytes each, in hex. */
  readonly signatures: readonly string[];
}

/** Parts of other names belong to schemes yet to come and are passed over. */
function partsOf(header: string | undefined): Parts {
  if (header === undefined || header.trim() === '') throw new InvalidWebhook('there is no signature');
  if (header.length > charactersMax) throw new InvalidWebhook('the signature is too long');
  const parts = header.split(',').map((part) => {
    const at = part.indexOf('=');
    return { name: part.slice(0, Math.max(0, at)).trim(), value: part.slice(at + 1).trim() };
  });
  const times = parts.filter(({ name }) => name === 't').map(({ value }) => value);
  const [time = ''] = times;
  if (times.length !== 1 || !/^\d{1,12}$/.test(time)) {
    throw new InvalidWebhook('the signature needs one t=<seconds since 1970>');
  }
  const signatures = parts.filter(({ name }) => name === 'v1').map(({ value }) => value);
  if (signatures.length === 0 || signatures.length > signaturesMax) {
    throw new InvalidWebhook(`the signature needs 1 to ${signaturesMax} of v1=<HMAC-SHA-256 in hex>`);
  }
  return { time, signatures: signatures.filter((each) => /^[0-9a-f]{64}$/i.test(each)) };
}

function signatureOf(secret: string, time: string, body: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${time}.`).update(body).digest();
}
