import type { StoreDefect } from '../ports/event-store.ts';

/** Something that is not as it must be, and where: in a stream, in the log, in a read model. */
export interface Defect extends StoreDefect {
  readonly projection?: string;
}

export type Tell = (defect: Defect) => void;
