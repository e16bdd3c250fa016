import type { DomainEvent } from '../ports/event-codec.ts';
import type { Tell } from './defect.ts';

/** Where an event stands, and which command it belongs to. */
type Place = Pick<DomainEvent, 'stream' | 'revision' | 'position'> & {
  readonly metadata: Pick<DomainEvent['metadata'], 'commandId'>;
};

/**
 * Checks the rules of documents as each append leaves them. Within one append a rule may be on its way: cancelling a
 * paid order gives its hold back in the event before the one that cancels it. The events of one append are neighbours
 * in the log and carry one command id.
 */
export class RuleCheck {
  readonly #brokenRules: (document: object) => readonly string[];
  readonly #tell: Tell;
  #last: { readonly place: Place; readonly document: object } | undefined;

  constructor(brokenRules: (document: object) => readonly string[], tell: Tell) {
    this.#brokenRules = brokenRules;
    this.#tell = tell;
  }

  /** Takes in the document that one more event of the log has left; `undefined` where there is none. */
  after(place: Place, document: object | undefined): void {
    if (this.#last !== undefined && !isSameAppend(this.#last.place, place)) this.finish();
    this.#last = document === undefined ? undefined : { place, document };
  }

  /** Checks what the last event left: no more of its append will come. */
  finish(): void {
    if (this.#last === undefined) return;
    const { place, document } = this.#last;
    const { stream, revision, position } = place;
    for (const rule of this.#brokenRules(document)) {
      this.#tell({ stream, revision, position, problem: `breaks the rule: ${rule}` });
    }
    this.#last = undefined;
  }
}

function isSameAppend(one: Place, next: Place): boolean {
  return one.stream === next.stream && one.metadata.commandId === next.metadata.commandId;
}
