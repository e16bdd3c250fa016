import type { Answer } from './client.ts';
import type { Command, Sale } from './sale.ts';

/** A command and the first answer it got. */
export interface Entry {
  readonly sale: Sale;
  readonly command: Command;
  readonly answer: Answer;
}

/**
 * Everything the ledger has committed itself to. What it accepted it must know for ever; what it refused for a reason
 * of the domain it must go on refusing; of everything else nothing may be found.
 */
export class Journal {
  readonly accepted: Entry[] = [];
  /** Refusals that belong to an order: they are in its history. */
  readonly refused: Entry[] = [];
  /** Keys of requests that must have left no trace. */
  readonly traceless = new Set<string>();
  /** The newest position anybody was told. */
  position = 0;
  /** When the server was dead for certain. */
  killedAt = '';

  accept(entry: Entry): void {
    this.accepted.push(entry);
    this.position = Math.max(this.position, entry.answer.position);
  }
}
