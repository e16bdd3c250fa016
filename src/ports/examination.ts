import type { ProjectionShape } from './read-model.ts';

/**
 * Looks at a store from outside, for an operator: what runs there, and what of it is not as this process needs it.
 * Changes nothing there, and makes nothing that is missing.
 */
export interface Examiner {
  /** How the store is reached, by its URL alone; absent where nothing is sent over a network. */
  readonly transport?: (url: string) => Transport;
  /** Loads what asking takes: it is not to be counted against the time of a server. Absent where that is nothing. */
  readonly load?: () => Promise<unknown>;
  /** @throws StoreUnavailable when it cannot be reached or does not let this process in. */
  readonly examine: (url: string, needs: ExaminationNeeds) => Promise<Examination>;
}

export interface Transport {
  /** Names or addresses, without ports. */
  readonly hosts: readonly string[];
  /** Whether what is sent is encrypted, for a server whose certificate is checked. */
  readonly isEncrypted: boolean;
  /** Whether this process says who it is. */
  readonly isAuthenticated: boolean;
}

export interface ExaminationNeeds {
  /** Whether this process writes there, and not only reads. */
  readonly writes: boolean;
  /** What is kept there, for a read model; empty for other stores. */
  readonly shapes: readonly ProjectionShape[];
  /** Everything ends by then, connections too. */
  readonly timeoutMs: number;
}

export interface Examination {
  /** `MongoDB`, `SQLite`. */
  readonly server: string;
  readonly version?: string;
  /** Nothing is there yet; it is made when the ledger starts. */
  readonly isAbsent?: true;
  /** How long one small question took, in ms. */
  readonly latencyMs?: number;
  /** How far the clock there is ahead of the one here, in ms, where it can be told. */
  readonly clockAheadMs?: number;
  readonly findings: readonly Finding[];
}

/** Something an operator should know of, and how to mend it. */
export interface Finding {
  /** A defect has to be mended: something does not work, or will not. A warning is a risk that may be taken. */
  readonly severity: 'defect' | 'warning';
  readonly what: string;
  readonly remedy: string;
}
