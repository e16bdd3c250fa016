/** Whatever may stop for a while, or for ever: what belongs to it happens only while it lives and is not paused. */
export interface Liveness {
  isAlive: boolean;
  pausedUntilMs: number;
}

interface Happening {
  readonly atMs: number;
  readonly order: number;
  readonly of: Liveness | undefined;
  readonly happen: () => void;
  isCancelled: boolean;
}

/**
 * Virtual time. Happenings come one by one, in the order of their time and, at one time, in that of their planning; between
 * two of them everything that needs no time to pass goes on to its end. One thread, no real waiting.
 */
export class Timeline {
  readonly #heap: Happening[] = [];
  #nowMs = 0;
  #planned = 0;
  #happened = 0;

  get nowMs(): number {
    return this.#nowMs;
  }

  get happened(): number {
    return this.#happened;
  }

  /** @returns the way to cancel it */
  after(delayMs: number, happen: () => void, of?: Liveness): () => void {
    this.#planned += 1;
    const happening = {
      atMs: this.#nowMs + Math.max(0, delayMs),
      order: this.#planned,
      of,
      happen,
      isCancelled: false,
    };
    push(this.#heap, happening);
    return () => {
      happening.isCancelled = true;
    };
  }

  /** Goes on until `isOver` after a happening, until nothing is planned, or until that much time has passed. */
  run(isOver: () => boolean, durationMs: number): Promise<boolean> {
    const endMs = this.#nowMs + durationMs;
    return new Promise((resolve) => {
      let isEnded = false;
      const turn = () => {
        if (isEnded) return;
        const isNow = isOver();
        isEnded = isNow || !this.#next(endMs);
        if (isEnded) resolve(isNow);
      };
      const round = () => {
        if (isEnded) return;
        for (let turns = 0; turns < turnsPerRound; turns++) setImmediate(turn);
        setImmediate(round);
      };
      setImmediate(round);
    });
  }

  /** Lets the next thing happen, if there is one until then. */
  #next(endMs: number): boolean {
    for (;;) {
      const next = pop(this.#heap);
      if (next !== undefined && (next.isCancelled || next.of?.isAlive === false)) continue;
      if (next === undefined || next.atMs > endMs) {
        if (next !== undefined) push(this.#heap, next);
        this.#nowMs = endMs;
        return false;
      }
      this.#nowMs = next.atMs;
      if (next.of !== undefined && next.of.pausedUntilMs > this.#nowMs) {
        push(this.#heap, { ...next, atMs: next.of.pausedUntilMs });
        continue;
      }
      this.#happened += 1;
      next.happen();
      return true;
    }
  }
}

/**
 * Immediates that are planned together run in one turn of the event loop, and Node hears all settled promises between each
 * two of them. So nothing but a callback is paid for a happening, instead of a look at the sockets.
 */
const turnsPerRound = 256;

function comesFirst(a: Happening, b: Happening): boolean {
  return a.atMs === b.atMs ? a.order < b.order : a.atMs < b.atMs;
}

function push(heap: Happening[], happening: Happening): void {
  let at = heap.length;
  heap.push(happening);
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as Happening;
    if (comesFirst(above, happening)) break;
    heap[at] = above;
    at = parent;
  }
  heap[at] = happening;
}

function pop(heap: Happening[]): Happening | undefined {
  const first = heap[0];
  const last = heap.pop();
  if (first === undefined || last === undefined || heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && comesFirst(heap[child + 1] as Happening, heap[child] as Happening))
      child += 1;
    if (!comesFirst(heap[child] as Happening, last)) break;
    heap[at] = heap[child] as Happening;
    at = child;
  }
  heap[at] = last;
  return first;
}
