/** Hashes. Deterministic: the same text gives the same answer for ever, in every process. */
export interface Digest {
  /** UUID version 5 of `name` in `namespace` (RFC 9562 §5.5). `namespace` is a canonical UUID. */
  uuid5(namespace: string, name: string): string;
  /** SHA-256 of the UTF-8 bytes, base64url without padding: 43 characters. */
  sha256(text: string): string;
}
