import { DamagedData, StoreUnavailable } from '../domain/kernel/faults.ts';
import { categoryOf } from '../domain/kernel/log.ts';
import type { DomainEvent, EventCodec } from '../ports/event-codec.ts';
import type { EventStore, RecordedEvent } from '../ports/event-store.ts';
import type { Generation, ReadModel } from '../ports/read-model.ts';
import type { Tell } from './defect.ts';
import { DocumentFold, PoisonEvent } from './document-fold.ts';
import { type AnyProjection, categoriesOf, isAbout } from './projection.ts';
import { RuleCheck } from './rule-check.ts';
import { verifyDocuments } from './verify-documents.ts';

export interface VerifyDependencies {
  readonly store: EventStore;
  readonly codec: EventCodec;
  readonly readModel: ReadModel;
  /** An empty read model to fold everything into once more; thrown away by the caller. */
  readonly scratch: ReadModel;
  readonly projections: readonly AnyProjection[];
  /** Rules a document breaks, for projections whose documents are aggregates. */
  readonly brokenRules: (projection: string, document: object) => readonly string[];
  readonly onProgress?: (progress: {
    readonly events: number;
    readonly position: number;
    readonly head: number;
  }) => void;
}

export interface Verified {
  readonly events: number;
  readonly streams: number;
  readonly refusals: number;
}

const pageSize = 4_000;
const eventsPerCommit = 100_000;
const documentsCachedMax = 40_000;

/**
 * Checks everything that can be checked: the store's own integrity, revisions and hash chain of every stream, every
 * event against its schema, every aggregate against its rules after each append, and every read model against a fresh
 * fold. Tells each defect as it is found and goes on.
 */
export async function verify(needs: VerifyDependencies, tell: Tell): Promise<Verified> {
  const { store } = needs;
  await guarded(tell, async () => {
    for await (const defect of store.audit()) tell(defect);
  });
  const run = new VerifyRun(needs, tell);
  await run.open();
  await guarded(tell, () => run.walk());
  for (const projection of needs.projections) await guarded(tell, () => run.compare(projection));
  await run.close();
  return run.result();
}

/** A store that breaks down while it is examined is itself a finding. */
async function guarded(tell: Tell, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof StoreUnavailable || error instanceof DamagedData)) throw error;
    tell({ problem: error.message });
  }
}

interface Refolding {
  readonly projection: AnyProjection;
  readonly generation: Generation;
  readonly fold: DocumentFold;
  readonly rules: RuleCheck;
  committed: number;
  /** Position of the first event it could not take in: what comes after is not in its documents. */
  poisonedAt?: number;
}

class VerifyRun {
  readonly #needs: VerifyDependencies;
  readonly #tell: Tell;
  readonly #ends = new Map<string, { revision: number; hash: string }>();
  #refolding: readonly Refolding[] = [];
  #position = 0;
  #events = 0;
  #refusals = 0;

  constructor(needs: VerifyDependencies, tell: Tell) {
    this.#needs = needs;
    this.#tell = tell;
  }

  result(): Verified {
    return { events: this.#events, streams: this.#ends.size, refusals: this.#refusals };
  }

  async open(): Promise<void> {
    const { scratch, projections, brokenRules } = this.#needs;
    this.#refolding = await Promise.all(
      projections.map(async (projection) => {
        const generation = await scratch.open(projection, await scratch.startBuild(projection));
        const rules = new RuleCheck((document) => brokenRules(projection.name, document), this.#tell);
        const fold = new DocumentFold(this.#checking(projection, rules), generation, documentsCachedMax);
        return { projection, generation, fold, rules, committed: 0 };
      }),
    );
  }

  async close(): Promise<void> {
    for (const { generation } of this.#refolding) await generation.close();
  }

  /** Reads the log from the beginning to where it ends now. */
  async walk(): Promise<void> {
    const { store, onProgress } = this.#needs;
    const head = await store.head();
    while (this.#position < head) {
      // Not beyond the head, where an append ends: a server that runs meanwhile may be anywhere in its next one.
      const countMax = Math.min(pageSize, head - this.#position);
      const page = await store.readAll({ after: this.#position, countMax });
      const last = page.at(-1);
      if (last === undefined) break;
      this.#checkOrder(page);
      for (const event of page) this.#checkChain(event);
      const events = await this.#decode(page);
      for (const refolding of this.#refolding) await this.#refold(refolding, events);
      this.#position = last.position;
      this.#events += page.length;
      if (this.#position - (this.#refolding[0]?.committed ?? 0) >= eventsPerCommit) await this.#commit();
      onProgress?.({ events: this.#events, position: this.#position, head });
    }
    for (const { rules } of this.#refolding) rules.finish();
    await this.#commit();
  }

  /** Compares what is live of a projection with what the walk has folded, and no further than it got. */
  async compare(projection: AnyProjection): Promise<void> {
    const refolded = this.#refolding.find((each) => each.projection === projection);
    if (refolded === undefined) return;
    const { generation, committed, poisonedAt } = refolded;
    const fresh = { generation, position: Math.min(committed, (poisonedAt ?? Number.POSITIVE_INFINITY) - 1) };
    await verifyDocuments(projection, fresh, this.#needs, this.#tell);
  }

  /** @throws DamagedData: pages of a damaged file may lead back to each other, and would be read for ever. */
  #checkOrder(page: readonly RecordedEvent[]): void {
    let last = this.#position;
    for (const { position } of page) {
      if (position <= last)
        throw new DamagedData(`position ${position} comes after position ${last}; restore a backup`);
      last = position;
    }
  }

  #checkChain(event: RecordedEvent): void {
    const { stream, revision, position, type } = event;
    const end = this.#ends.get(stream) ?? { revision: -1, hash: '' };
    if (revision !== end.revision + 1) {
      this.#tell({
        stream,
        revision: end.revision + 1,
        position,
        problem: `expected revision ${end.revision + 1}, found ${revision}`,
      });
    }
    const { intact, hash } = this.#needs.codec.check(end.hash, event);
    if (!intact)
      this.#tell({
        stream,
        revision,
        position,
        problem: `the hash of ${type} does not match: it or the event before it was altered`,
      });
    this.#ends.set(stream, { revision, hash });
    if (type === 'CommandRefused') this.#refusals += 1;
  }

  /** Decodes what can be decoded, and tells the rest. */
  async #decode(page: readonly RecordedEvent[]): Promise<readonly DomainEvent[]> {
    const categories = categoriesOf(this.#needs.projections);
    const relevant = page.filter(({ stream }) => categories.has(categoryOf(stream)));
    const events = await this.#needs.codec.decode(relevant).catch(() => this.#decodeOneByOne(relevant));
    return events.filter((event) => this.#isSound(event));
  }

  async #decodeOneByOne(page: readonly RecordedEvent[]): Promise<readonly DomainEvent[]> {
    const decoded: DomainEvent[] = [];
    for (const event of page) {
      try {
        decoded.push(...(await this.#needs.codec.decode([event])));
      } catch (error) {
        const { stream, revision, position } = event;
        this.#tell({ stream, revision, position, problem: `cannot be decoded: ${(error as Error).message}` });
      }
    }
    return decoded;
  }

  #isSound(event: DomainEvent): boolean {
    const complaint = this.#needs.codec.complaint(event);
    if (complaint === undefined) return true;
    const { stream, revision, position, type } = event;
    this.#tell({
      stream,
      revision,
      position,
      problem: `${type} does not have the shape of its version: ${complaint}`,
    });
    return false;
  }

  async #refold(refolding: Refolding, events: readonly DomainEvent[]): Promise<void> {
    if (refolding.poisonedAt !== undefined) return;
    const own = events.filter(({ stream }) => isAbout(refolding.projection, stream));
    try {
      await refolding.fold.apply(own);
    } catch (error) {
      if (!(error instanceof PoisonEvent)) throw error;
      refolding.poisonedAt = error.event.position;
      const event = own.find(({ position }) => position === error.event.position);
      this.#tell({
        projection: refolding.projection.name,
        ...(event && { stream: event.stream, revision: event.revision, position: event.position }),
        problem: `${error.event.type} cannot be folded: ${error.message}`,
      });
    }
  }

  /** The projection, with what each event leaves handed to the check of its rules. */
  #checking(projection: AnyProjection, rules: RuleCheck): AnyProjection {
    return {
      ...projection,
      when: (document: never, event: never) => {
        const next = projection.when(document, event);
        rules.after(event as DomainEvent, next);
        return next;
      },
    };
  }

  async #commit(): Promise<void> {
    for (const refolding of this.#refolding) {
      const { fold, generation, committed } = refolding;
      if (committed < this.#position)
        await generation.commit({ from: committed, to: this.#position, ...fold.take() });
      refolding.committed = this.#position;
    }
  }
}
