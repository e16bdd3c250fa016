/** The only source of randomness. */
export interface Ids {
  /** A random UUID (version 4). */
  uuid(): string;
  /** Uniform in [0, 1): for jitter, never for secrets. */
  fraction(): number;
}
