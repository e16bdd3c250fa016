/** Keys that seal personal data, one per subject. Destroying a key erases what it sealed, in every copy of the log. */
export interface KeyStore {
  /**
   * The key of this subject, made on first use and durable before it is returned.
   * @throws StoreUnavailable
   */
  forSubject(subject: string): Promise<SubjectKey>;

  /**
   * Keys by id; ids of destroyed keys are missing from the answer.
   * @throws StoreUnavailable
   */
  byId(keyIds: readonly string[]): Promise<ReadonlyMap<string, SubjectKey>>;

  /** All keys, ordered by id, for a backup kept apart from the log. */
  all(): AsyncIterable<SubjectKey & { readonly subject: string }>;

  /** Puts back keys of a backup. Keys that are there already stay as they are. */
  restore(keys: readonly (SubjectKey & { readonly subject: string })[]): Promise<void>;

  close(): Promise<void>;
}

export interface SubjectKey {
  readonly keyId: string;
  /** 256 bits for AES-256-GCM. */
  readonly secret: Uint8Array;
}
