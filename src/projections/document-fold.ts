import { idOf } from '../domain/kernel/log.ts';
import { RecentMap } from '../domain/kernel/recent-map.ts';
import type { DomainEvent } from '../ports/event-codec.ts';
import type { DocumentWrite, Generation } from '../ports/read-model.ts';
import type { AnyProjection } from './projection.ts';

/** A document with changes that are not written yet. */
interface Changed {
  readonly document: object | undefined;
  /** Position of the last event in it. */
  readonly position: number;
  /** Whether the event that starts it is among the changes. */
  readonly isNew: boolean;
}

/** A document as it was written: text, which costs the garbage collector next to nothing (docs/adr/0004). */
interface Written {
  readonly body: string | undefined;
  readonly position: number;
}

/** The event a projection could not take in, and why. Everything before it has been folded. */
export class PoisonEvent extends Error {
  override readonly name = 'PoisonEvent';
  readonly event: Pick<DomainEvent, 'position' | 'type'>;

  constructor(event: Pick<DomainEvent, 'position' | 'type'>, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.event = event;
  }
}

/**
 * Folds events into the documents of one generation, in memory: each document is loaded at most once, changed by every
 * event that touches it, and written once when the changes are taken. Events a document already holds are skipped, so
 * that a store without transactions may deliver them again.
 */
export class DocumentFold {
  readonly #projection: AnyProjection;
  readonly #generation: Pick<Generation, 'load'>;
  readonly #written: RecentMap<string, Written>;
  #changed = new Map<string, Changed>();

  /** @param writtenMax documents kept in memory beyond the changed ones. */
  constructor(projection: AnyProjection, generation: Pick<Generation, 'load'>, writtenMax: number) {
    this.#projection = projection;
    this.#generation = generation;
    this.#written = new RecentMap(writtenMax);
  }

  /** Documents changed since the last `take`. */
  get changedCount(): number {
    return this.#changed.size;
  }

  /** @throws PoisonEvent at the first event that cannot be folded; StoreUnavailable. */
  async apply(events: readonly DomainEvent[]): Promise<void> {
    const touched = events.map((event) => this.#keysOf(event));
    await this.#load(this.#missing(events, touched));
    for (const [index, event] of events.entries()) {
      try {
        for (const id of touched[index] as readonly string[]) this.#foldOne(id, event);
      } catch (cause) {
        throw new PoisonEvent(event, cause);
      }
    }
  }

  /** The changes since the last time, to be committed; they count as written from now on. */
  take(): { readonly writes: readonly DocumentWrite[]; readonly deletes: readonly string[] } {
    const writes: DocumentWrite[] = [];
    const deletes: string[] = [];
    for (const [id, { document, position, isNew }] of this.#changed) {
      const body = document === undefined ? undefined : JSON.stringify(document);
      if (body === undefined) deletes.push(id);
      else writes.push({ id, body, position, fields: this.#projection.fieldsOf(document as never), isNew });
      this.#written.set(id, { body, position });
    }
    this.#changed = new Map();
    return { writes, deletes };
  }

  #foldOne(id: string, event: DomainEvent): void {
    const before = this.#changed.get(id) ?? this.#parsed(id);
    if (before !== undefined && before.position >= event.position) return;
    const start = before?.document ?? this.#projection.blank?.(id);
    const document = this.#projection.when(start as never, event as never);
    if (document === before?.document) {
      // Remembered, so that the next event does not look for a document that most of these streams never have.
      if (before === undefined) this.#written.set(id, { body: undefined, position: event.position });
      return;
    }
    const isNew = before?.isNew ?? startsDocument(this.#projection, event);
    this.#changed.set(id, { document, position: event.position, isNew });
  }

  #keysOf(event: DomainEvent): readonly string[] {
    const { keys } = this.#projection;
    return keys === 'stream' ? [idOf(event.stream)] : keys(event as never);
  }

  /** Documents the events touch that are neither in memory nor started by one of them. */
  #missing(events: readonly DomainEvent[], touched: readonly (readonly string[])[]): ReadonlySet<string> {
    const missing = new Set<string>();
    const started = new Set<string>();
    for (const [index, event] of events.entries()) {
      const starts = startsDocument(this.#projection, event);
      for (const id of touched[index] as readonly string[]) {
        if (starts) started.add(id);
        else if (!started.has(id) && !this.#holds(id)) missing.add(id);
      }
    }
    return missing;
  }

  #holds(id: string): boolean {
    return this.#changed.has(id) || this.#written.get(id) !== undefined;
  }

  #parsed(id: string): Changed | undefined {
    const written = this.#written.get(id);
    if (written === undefined) return undefined;
    const { body, position } = written;
    const document = body === undefined ? undefined : JSON.parse(body);
    return { document, position, isNew: false };
  }

  async #load(missing: ReadonlySet<string>): Promise<void> {
    if (missing.size === 0) return;
    const found = await this.#generation.load([...missing]);
    for (const id of missing) {
      const stored = found.get(id);
      this.#written.set(id, { body: stored?.body, position: stored?.position ?? 0 });
    }
  }
}

/** The first event of a stream finds no document under the stream's id: there is nothing to load. */
function startsDocument({ keys }: AnyProjection, { revision }: DomainEvent): boolean {
  return keys === 'stream' && revision === 0;
}
