import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { highest, type LeaseDocument, type ProjectionState, type StateDocument } from './state.ts';
import type { StateFields, States } from './state-collection.ts';

/** How a lease knows that time passes. Intervals only: no two machines have to agree on what time it is. */
export interface LeaseTiming {
  monotonicMs(): number;
  /** Calls it again and again until the answer is called. */
  every(periodMs: number, call: () => void): () => void;
}

export const systemTiming: LeaseTiming = {
  monotonicMs: () => performance.now(),
  every: (periodMs, call) => {
    const timer = setInterval(call, periodMs);
    // A lease alone is no reason to live.
    timer.unref();
    return () => clearInterval(timer);
  },
};

/** What is held, and what is written down with it. */
export interface LeasePlace<Held extends LeaseDocument> {
  /** Begins the id of each of its documents, which goes on with their number. */
  readonly key: string;
  readonly projection: string;
  /**
   * Names whoever holds it here. What it left behind, because the store was away when it gave it back or when it took it,
   * it takes again at once: nobody else has to be waited for. Absent where several here may want to hold it.
   */
  readonly holder?: string;
  readonly documents: (state: ProjectionState) => readonly Held[];
  /** What the next holder begins with. */
  readonly begin: (state: ProjectionState) => Omit<Held, '_id' | 'number' | 'beat' | 'released' | 'holder'>;
  /** Whether there is anything to be held. */
  readonly exists: (state: ProjectionState) => boolean;
}

const beatMs = 2_000;
/** Younger than this, a lease is held without asking: nobody else can think its holder dead yet. */
const sureMsMax = 4_000;
/** A lease whose holder has not been seen to live for this long is taken over. */
export const takeoverMs = 6_000;
/** Whoever waits looks no more often. */
const lookMsMin = 200;

interface Held {
  readonly id: string;
  readonly number: number;
  readonly stopBeating: () => void;
}

/**
 * Something that one process holds at a time. Each holder has a document of its own, numbered; the highest number holds
 * the lease, and taking it over is the insertion of the next one, which exactly one of several does. A holder shows
 * that it lives by counting up in its document; the others watch the count by their own clocks. The number is the
 * fencing token: a holder that was paused finds its document gone, or a higher one, before it goes on writing.
 */
export class Lease<Document extends LeaseDocument> {
  readonly #state: States;
  readonly #place: LeasePlace<Document>;
  readonly #timing: LeaseTiming;
  #held: Held | undefined;
  #beat = 0;
  /** When the last write that succeeded was sent. */
  #livedMs = 0;
  #watched: { readonly number: number; readonly beat: number; readonly sinceMs: number } | undefined;
  #lookedMs = Number.NEGATIVE_INFINITY;
  #claiming: Promise<boolean> | undefined;
  /** Writes to the own document, one after the other. */
  #writing: Promise<unknown> = Promise.resolve();

  constructor(state: States, place: LeasePlace<Document>, timing: LeaseTiming) {
    this.#state = state;
    this.#place = place;
    this.#timing = timing;
  }

  get number(): number | undefined {
    return this.#held?.number;
  }

  /** Whether it is held now; takes it where it is free or its holder seems dead. @throws StoreUnavailable */
  async claim(): Promise<boolean> {
    // One that is just being taken is held once everything about it is known.
    if (this.#held !== undefined && this.#claiming === undefined) return this.holds();
    this.#claiming ??= this.#tryToTake().finally(() => {
      this.#claiming = undefined;
    });
    return this.#claiming;
  }

  /** Whether it is held, without taking it. @throws StoreUnavailable */
  async holds(): Promise<boolean> {
    return this.#held !== undefined && (this.#isSure() || (await this.verify()));
  }

  /** Asks the store whether it is still held, and if so shows that its holder lives. @throws StoreUnavailable */
  async verify(): Promise<boolean> {
    return this.write({}, {});
  }

  /**
   * Changes the own document where it has the fields of `where`, which also shows that the holder lives. False when it
   * has not, or is gone because another holds the lease. @throws StoreUnavailable
   */
  write(where: StateFields, changes: StateFields): Promise<boolean> {
    const writing = this.#writing.then(() => this.#write(where, changes));
    this.#writing = writing.catch(() => {});
    return writing;
  }

  /** Whether this holder is the last one there is, of a state that was read after its last write. */
  isLastIn(state: ProjectionState): boolean {
    return highest(this.#place.documents(state))?.number === this.#held?.number;
  }

  /** Gives it back, so that whoever waits need not wait longer. A store that is away finds out by itself. */
  async release(): Promise<void> {
    if (this.#held === undefined) return;
    this.#held.stopBeating();
    try {
      await this.write({}, { released: true });
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
    }
    this.#held = undefined;
  }

  async #tryToTake(): Promise<boolean> {
    const nowMs = this.#timing.monotonicMs();
    if (nowMs - this.#lookedMs < lookMsMin) return false;
    this.#lookedMs = nowMs;
    const state = await this.#state.read(this.#place.projection);
    if (!this.#place.exists(state)) return false;
    const holder = highest(this.#place.documents(state));
    const isFree =
      holder === undefined || holder.released || this.#isLeftBehind(holder) || this.#seemsDead(holder, nowMs);
    return isFree && (await this.#take(state));
  }

  #isSure(): boolean {
    return this.#timing.monotonicMs() - this.#livedMs < sureMsMax;
  }

  /** It is not held here now, or it would not be asked for. */
  #isLeftBehind({ holder }: LeaseDocument): boolean {
    return holder !== undefined && holder === this.#place.holder;
  }

  #seemsDead({ number, beat }: LeaseDocument, nowMs: number): boolean {
    if (this.#watched?.number !== number || this.#watched.beat !== beat) {
      this.#watched = { number, beat, sinceMs: nowMs };
      return false;
    }
    return nowMs - this.#watched.sinceMs >= takeoverMs;
  }

  async #take(before: ProjectionState): Promise<boolean> {
    const { key, documents, begin, holder } = this.#place;
    const number = (highest(documents(before))?.number ?? 0) + 1;
    const id = `${key}#${number}`;
    const begun = begin(before);
    this.#livedMs = this.#timing.monotonicMs();
    this.#watched = undefined;
    const named = holder === undefined ? {} : { holder };
    const document = { ...begun, _id: id, number, beat: 0, released: false, ...named };
    // The members of a lease and those of its kind make a document of that kind.
    if (!(await this.#state.insert(document as unknown as StateDocument))) return false;
    this.#beat = 0;
    this.#held = { id, number, stopBeating: this.#timing.every(beatMs, () => void this.#showLife()) };
    try {
      return await this.#settleIn(id, number, begun);
    } catch (error) {
      // Nobody is to wait for a holder that does not know whether it is one.
      await this.release();
      throw error;
    }
  }

  /** What the one before has done until now is known only now: from here on it finds that it is not the last. */
  async #settleIn(id: string, number: number, begun: object): Promise<boolean> {
    const { projection, documents, begin, exists } = this.#place;
    const state = await this.#state.read(projection);
    if (!this.isLastIn(state) || !exists(state)) {
      this.#lose();
      await this.#state.remove([id]);
      return false;
    }
    const past = documents(state).filter((each) => each.number < number);
    if (!(await this.write({}, differing(begun, begin(state))))) return false;
    await this.#state.remove(past.map(({ _id }) => _id));
    return true;
  }

  async #write(where: StateFields, changes: StateFields): Promise<boolean> {
    const held = this.#held;
    if (held === undefined) return false;
    const sentMs = this.#timing.monotonicMs();
    this.#beat += 1;
    const matched = await this.#state.update(held.id, where, { ...changes, beat: this.#beat });
    if (matched) {
      this.#livedMs = sentMs;
      return true;
    }
    // Either the fields are not what was thought, or there is no such document: the next claim has to find out.
    if (Object.keys(where).length === 0) this.#lose();
    else this.#livedMs = Number.NEGATIVE_INFINITY;
    return false;
  }

  async #showLife(): Promise<void> {
    try {
      await this.verify();
    } catch {
      // The lease grows older; the next beat may succeed.
    }
  }

  #lose(): void {
    this.#held?.stopBeating();
    this.#held = undefined;
  }
}

function differing(before: object, now: object): StateFields {
  const known = new Map(Object.entries(before));
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => known.get(name) !== value));
}
