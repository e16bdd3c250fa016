import { idOf } from '../domain/kernel/log.ts';
import { RecentMap } from '../domain/kernel/recent-map.ts';
import type { DomainEvent } from '../ports/event-codec.ts';
import type { DocumentWrite, Generation } from '../ports/read-model.ts';
import type { AnyProjection } from './projection.ts';

interface Held {
  document: object | undefined;
  /** Position of the last event in it. */
  position: number;
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
  readonly #clean: RecentMap<string, Held>;
  #changed = new Map<string, Held>();

  /** @param cleanMax documents kept in memory beyond the changed ones. */
  constructor(projection: AnyProjection, generation: Pick<Generation, 'load'>, cleanMax: number) {
    this.#projection = projection;
    this.#generation = generation;
    this.#clean = new RecentMap(cleanMax);
  }

  /** Documents changed since the last `take`. */
  get changedCount(): number {
    return this.#changed.size;
  }

  /** @throws PoisonEvent at the first event that cannot be folded; StoreUnavailable. */
  async apply(events: readonly DomainEvent[]): Promise<void> {
    const missing = new Set<string>();
    for (const event of events) {
      for (const id of this.#keysOf(event)) {
        if (!startsDocument(this.#projection, event) && this.#find(id) === undefined) missing.add(id);
      }
    }
    await this.#load(missing);
    for (const event of events) {
      try {
        this.#foldOne(event);
      } catch (cause) {
        throw new PoisonEvent(event, cause);
      }
    }
  }

  /** The changes since the last time, to be committed; they count as written from now on. */
  take(): { readonly writes: readonly DocumentWrite[]; readonly deletes: readonly string[] } {
    const writes: DocumentWrite[] = [];
    const deletes: string[] = [];
    for (const [id, held] of this.#changed) {
      const { document, position } = held;
      if (document === undefined) deletes.push(id);
      else
        writes.push({
          id,
          body: JSON.stringify(document),
          position,
          fields: this.#projection.fieldsOf(document as never),
        });
      this.#clean.set(id, held);
    }
    this.#changed = new Map();
    return { writes, deletes };
  }

  #foldOne(event: DomainEvent): void {
    for (const id of this.#keysOf(event)) {
      const held = this.#find(id);
      if (held !== undefined && held.position >= event.position) continue;
      const document = this.#projection.when(held?.document as never, event as never);
      if (document === held?.document && held !== undefined) continue;
      this.#changed.set(id, { document, position: event.position });
    }
  }

  #keysOf(event: DomainEvent): readonly string[] {
    const { keys } = this.#projection;
    return keys === 'stream' ? [idOf(event.stream)] : keys(event as never);
  }

  #find(id: string): Held | undefined {
    return this.#changed.get(id) ?? this.#clean.get(id);
  }

  async #load(missing: ReadonlySet<string>): Promise<void> {
    if (missing.size === 0) return;
    const found = await this.#generation.load([...missing]);
    for (const id of missing) {
      const stored = found.get(id);
      const document = stored === undefined ? undefined : (JSON.parse(stored.body) as object);
      this.#clean.set(id, { document, position: stored?.position ?? 0 });
    }
  }
}

/** The first event of a stream finds no document under the stream's id: there is nothing to load. */
function startsDocument({ keys }: AnyProjection, { revision }: DomainEvent): boolean {
  return keys === 'stream' && revision === 0;
}
