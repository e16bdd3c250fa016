import type { webcrypto } from 'node:crypto';

/** Public keys that access tokens are verified with, in the form of JSON Web Keys (RFC 7517). */
export interface TokenKeys {
  /**
   * The key a token names. Answers `undefined` when there is no such key; rotation is noticed within a minute.
   * @throws StoreUnavailable when keys cannot be had at all.
   */
  find(keyId: string | undefined): Promise<VerificationKey | undefined>;

  /** The keys to publish, where they are the ledger's own. */
  published?(): Promise<{ readonly keys: readonly object[] }>;
}

/** A public RSA key that can be handed to a JWS library: opaque here. */
export type VerificationKey = webcrypto.CryptoKey;
