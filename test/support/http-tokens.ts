import { createHmac, createPrivateKey, createPublicKey, type JsonWebKey, sign } from 'node:crypto';

export interface SigningKey {
  readonly kid: string;
  readonly privateJwk: object;
}

/** Claims and header as a forger writes them: objects, or the very text. */
export interface Forgery {
  readonly header?: object | string;
  readonly claims?: object | string;
}

const lifetimeS = 900;

export function nowS(): number {
  return Math.floor(Date.now() / 1_000);
}

/** What a good token of the ledger's own says. */
export function goodClaims(): Record<string, unknown> {
  const iat = nowS();
  return {
    iss: 'order-ledger',
    aud: 'order-ledger',
    sub: 'customer-1',
    scope: 'orders:write orders:read',
    iat,
    exp: iat + lifetimeS,
  };
}

export function goodHeader({ kid }: SigningKey): Record<string, unknown> {
  return { alg: 'RS256', kid, typ: 'at+jwt' };
}

/** A token with a good signature over whatever it says. */
export function signed(key: SigningKey, { header = {}, claims = {} }: Forgery = {}): string {
  const input = unsignedToken(key, { header, claims });
  const privateKey = createPrivateKey({ key: key.privateJwk as JsonWebKey, format: 'jwk' });
  return `${input}.${sign('RSA-SHA256', Buffer.from(input), privateKey).toString('base64url')}`;
}

/** A token whose signature is the given text. */
export function withSignature(key: SigningKey, signature: string, forgery: Forgery = {}): string {
  return `${unsignedToken(key, forgery)}.${signature}`;
}

/** The classic: HS256 with the public key, which everybody knows, as the secret. */
export function signedWithPublicKey(key: SigningKey, format: 'pem' | 'jwk'): string {
  const publicKey = createPublicKey({ key: key.privateJwk as JsonWebKey, format: 'jwk' });
  const secret =
    format === 'pem'
      ? publicKey.export({ format: 'pem', type: 'spki' })
      : JSON.stringify(publicKey.export({ format: 'jwk' }));
  const input = unsignedToken(key, { header: { alg: 'HS256' } });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}

function unsignedToken(key: SigningKey, { header = {}, claims = {} }: Forgery): string {
  return `${encoded(header, goodHeader(key))}.${encoded(claims, goodClaims())}`;
}

/** `undefined` takes a member out. */
function encoded(part: object | string, good: object): string {
  const text = typeof part === 'string' ? part : JSON.stringify({ ...good, ...part });
  return Buffer.from(text).toString('base64url');
}
