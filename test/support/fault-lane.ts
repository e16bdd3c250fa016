import type { Socket } from 'node:net';

/** What happens to a chunk on its way: passed on after a while, kept until the fault heals, lost, or cut in half. */
export type Fate =
  | { readonly kind: 'pass'; readonly afterMs: number }
  | { readonly kind: 'hold' }
  | { readonly kind: 'lose' }
  | { readonly kind: 'cut' };

/** Tells the fate of the next chunk of so many bytes in this direction. */
export type FateOf = (bytes: number) => Fate;

interface Parcel {
  /** Absent for the end of the stream. */
  readonly chunk?: Buffer;
  /** When it may go, by the monotonic clock; infinite while it is held. */
  dueMs: number;
}

const waitingBytesMax = 1_048_576;

/**
 * One direction of a connection. Chunks arrive in order whatever happens to them. Once one was lost nothing follows
 * it: no network delivers a stream with a hole in it.
 */
export class FaultLane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #fateOf: FateOf;
  readonly #cutOff: () => void;
  readonly #waiting: Parcel[] = [];
  #waitingBytes = 0;
  #lost = false;
  #timer: NodeJS.Timeout | undefined;

  /** @param cutOff ends the whole connection at once, by RST. */
  constructor(from: Socket, to: Socket, fateOf: FateOf, cutOff: () => void) {
    this.#from = from;
    this.#to = to;
    this.#fateOf = fateOf;
    this.#cutOff = cutOff;
    from.on('data', (chunk: Buffer) => this.#take(chunk));
    from.on('end', () => this.#takeEnd());
    to.on('drain', () => this.#deliver());
  }

  get hasLost(): boolean {
    return this.#lost;
  }

  get isHolding(): boolean {
    return this.#waiting.some(({ dueMs }) => dueMs === Number.POSITIVE_INFINITY);
  }

  /** What was held may go now. */
  release(): void {
    for (const parcel of this.#waiting) parcel.dueMs = Math.min(parcel.dueMs, performance.now());
    this.#deliver();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
  }

  #take(chunk: Buffer): void {
    if (this.#lost) return;
    const fate = this.#fateOf(chunk.length);
    if (fate.kind === 'pass') this.#queue({ chunk, dueMs: this.#dueMs(fate.afterMs) });
    else if (fate.kind === 'hold') this.#queue({ chunk, dueMs: Number.POSITIVE_INFINITY });
    else this.#lost = true;
    if (fate.kind === 'cut')
      this.#to.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => this.#cutOff());
  }

  /** Where nothing arrives, the end of the stream does not either. */
  #takeEnd(): void {
    if (this.#lost) return;
    const { kind } = this.#fateOf(0);
    if (kind === 'lose') this.#lost = true;
    else this.#queue({ dueMs: kind === 'hold' ? Number.POSITIVE_INFINITY : this.#dueMs(0) });
  }

  /** Never before what is waiting already. */
  #dueMs(afterMs: number): number {
    return Math.max(performance.now() + afterMs, this.#waiting.at(-1)?.dueMs ?? 0);
  }

  #queue(parcel: Parcel): void {
    this.#waiting.push(parcel);
    this.#waitingBytes += parcel.chunk?.length ?? 0;
    this.#deliver();
    if (this.#waitingBytes > waitingBytesMax) this.#from.pause();
  }

  #deliver(): void {
    clearTimeout(this.#timer);
    while (!this.#to.writableNeedDrain) {
      const [next] = this.#waiting;
      if (next === undefined) break;
      const earlyMs = next.dueMs - performance.now();
      if (earlyMs > 0) {
        if (Number.isFinite(earlyMs)) this.#timer = setTimeout(() => this.#deliver(), earlyMs);
        break;
      }
      this.#waiting.shift();
      this.#waitingBytes -= next.chunk?.length ?? 0;
      if (next.chunk === undefined) this.#to.end();
      else if (this.#to.writable) this.#to.write(next.chunk);
    }
    if (this.#waitingBytes <= waitingBytesMax && this.#from.isPaused()) this.#from.resume();
  }
}
