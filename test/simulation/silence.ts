import { projections } from '../../src/projections/registry.ts';
import { documentsOf, eventsOf, judgeProvider } from './ending.ts';
import { type Outside, startMs } from './outside.ts';

/** What is read of the to-do lists. */
interface Listed {
  readonly due?: string;
  readonly webhook?: unknown;
}

/** Work that is due later than this is for another day: a hold expires after seven. */
const soonMs = 4_000_000;
/** A report that its order will not have is tried after as long as it has waited, but after five minutes at the latest. */
const retryMsMax = 300_000;
const retryMsMore = 30_000;

/** So many looks are taken while nothing but a report of the provider can be missing. */
const reportsLeftMax = 600;

/** Sees when nothing will happen any more: all projections have everything, and no process has anything to do soon. */
export class Silence {
  readonly #outside: Outside;
  readonly #asksProvider: boolean;
  readonly #checks: number;
  readonly #read = new Map<string, Listed>();
  #head = -1;
  #changedMs = 0;
  #quiet = 0;

  /** @param checks so often in a row it has to be quiet */
  constructor(outside: Outside, asksProvider: boolean, checks: number) {
    this.#outside = outside;
    this.#asksProvider = asksProvider;
    this.#checks = checks;
  }

  /** Looks around; true once it has been quiet a few times in a row. @param nowMs of the timeline */
  async look(nowMs: number): Promise<boolean> {
    const head = await this.#outside.store.head();
    const isSame = head === this.#head;
    if (!isSame) this.#changedMs = nowMs;
    this.#head = head;
    this.#quiet = isSame && (await this.#isQuiet(nowMs)) ? this.#quiet + 1 : 0;
    if (this.#quiet < this.#checks) return false;
    // What the provider still has to report is not to be seen but by what is missing.
    // It sends what is not taken again, but not for ever.
    if (!this.#asksProvider || this.#quiet >= this.#checks + reportsLeftMax) return true;
    return (await judgeProvider(this.#outside, await eventsOf(this.#outside))).length === 0;
  }

  async #isQuiet(nowMs: number): Promise<boolean> {
    const records = await this.#outside.readModel.projections();
    const upToDate = records.filter(({ active }) => active?.position === this.#head);
    if (upToDate.length < projections.length) return false;
    for (const list of ['payment-work', 'webhook-inbox'])
      for (const body of (await documentsOf(this.#outside, list)).values())
        if (this.#isDueSoon(this.#listed(body), nowMs)) return false;
    return true;
  }

  /** A report that its order will not have is for a human, who is not played: it is left once it was tried for the last time. */
  #isDueSoon({ due, webhook }: Listed, nowMs: number): boolean {
    if (due === undefined) return false;
    const dueMs = Date.parse(due) - startMs;
    if (webhook === undefined) return dueMs - nowMs < soonMs;
    const waitedMs = Math.max(0, this.#changedMs - dueMs);
    return nowMs < this.#changedMs + Math.min(waitedMs, retryMsMax) + retryMsMore;
  }

  #listed(body: string): Listed {
    const known = this.#read.get(body);
    if (known !== undefined) return known;
    const { due, webhook } = JSON.parse(body) as Listed;
    const listed = { ...(due !== undefined && { due }), webhook };
    this.#read.set(body, listed);
    return listed;
  }
}
