import { beginning, streamNamePattern } from '../../../domain/kernel/log.ts';
import type { LogPage, RecordedEvent, StreamPage } from '../../../ports/event-store.ts';
import { isInvalidPlace, readFault } from './call-faults.ts';
import type { Connection } from './connection.ts';
import { followingLeader } from './follow-leader.ts';
import type { LogProgress } from './log-progress.ts';
import { eventIn, isOurs, isUnplaced, recorded, safe } from './our-event.ts';
import type { SentEvent } from './read-reply.ts';
import {
  type Direction,
  type LogPlace,
  logRequest,
  type StreamFilter,
  streamRequest,
} from './read-request.ts';

/** Events that are looked through at a time where what is sought has to be found by hand. */
const searchPage = 1_000;
/** A read that takes so long for so few events goes through much of what others have written. */
const slowMs = 200;
const fewEvents = 10;

/**
 * Reads events that are ours: in streams with the prefix, with names that are ours, and not of the server itself. What
 * the server leaves out it does not send, and what it sends is looked at all the same.
 */
export class LogReader {
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #progress: LogProgress;
  readonly filter: StreamFilter;
  #isSlow = false;
  #hasLooked = false;

  constructor(connection: Connection, prefix: string, progress: LogProgress) {
    this.#connection = connection;
    this.#prefix = prefix;
    this.#progress = progress;
    this.filter = prefix === '' ? { regex: streamNamePattern } : { prefixes: [prefix] };
  }

  async readStream(
    stream: string,
    { from = 0, direction = 'forwards', countMax }: StreamPage,
  ): Promise<readonly RecordedEvent[]> {
    if (countMax < 1) return [];
    const request = streamRequest(this.#prefix + stream, { from, direction, count: countMax });
    const sent = await this.#sent(request, `stream ${stream}`);
    if (!sent.some(isUnplaced)) return this.#ours(sent);
    // Where the server does not say it, the end of the log is never before where they are.
    const head = await this.head();
    return this.#ours(sent.map((event) => (isUnplaced(event) ? { ...event, position: head } : event)));
  }

  async readAll(page: LogPage): Promise<readonly RecordedEvent[]> {
    if (page.countMax < 1) return [];
    return 'after' in page
      ? this.#after(page.after, page.countMax)
      : this.#before(page.before, page.countMax);
  }

  /** Position of the last event of ours, `beginning` when there is none. */
  async head(): Promise<number> {
    const { tail } = this.#progress;
    const end = await this.#endIfSlow();
    if (this.#isSlow && tail > beginning) {
      const news = await this.#oursInTime(tail, 'forwards', searchPage);
      if (news.length < searchPage) {
        this.#progress.leftOut(end);
        return this.#progress.highest;
      }
    }
    const [last] = await this.#oursInTime('end', 'backwards', 1);
    this.#progress.leftOut(end);
    return last?.position ?? beginning;
  }

  /** Position of the last event of anybody. */
  async end(): Promise<number> {
    const [last] = await this.#log('end', { direction: 'backwards', count: 1 });
    return last === undefined ? beginning : safe(last.position, last);
  }

  /** An event that comes next after `tail`, of all that a subscription with our filter tells of. */
  notice(event: SentEvent): void {
    if (isOurs(event, this.#prefix)) this.#progress.see(safe(event.position, event));
    else this.#progress.leftOut(safe(event.position, event));
  }

  /** A page of all that the server holds of some streams, its own events about them included; see `audit.ts`. */
  async page(after: number, count: number, filter: StreamFilter): Promise<readonly SentEvent[]> {
    const { filteredReads } = await this.#abilities();
    const from = after === beginning ? 'start' : after;
    const sent = await this.#log(from, {
      direction: 'forwards',
      count: count + 1,
      ...(filteredReads && { filter }),
    });
    return sent.filter(({ position }) => position > after).slice(0, count);
  }

  async #after(after: number, countMax: number): Promise<readonly RecordedEvent[]> {
    // Whoever waits for what comes next need not go through what others wrote since, again and again.
    const waits = this.#isSlow && after === this.#progress.highest;
    const place = waits ? this.#progress.tail : after;
    const end = waits ? await this.end() : beginning;
    try {
      // From a position on is with the event there, which is one more than is wanted.
      const from = place === beginning ? 'start' : place;
      const events = await this.#oursInTime(from, 'forwards', countMax + 1);
      if (events.length <= countMax) this.#progress.leftOut(end);
      return events.filter(({ position }) => position > after).slice(0, countMax);
    } catch (error) {
      if (!isInvalidPlace(error)) throw error;
      return this.#afterAnywhere(after, countMax);
    }
  }

  /** Where no event begins at `after`: one may begin right behind it, or else it has to be searched for. */
  async #afterAnywhere(after: number, countMax: number): Promise<readonly RecordedEvent[]> {
    try {
      return (await this.#oursFrom(after + 1, 'forwards', countMax)).slice(0, countMax);
    } catch (error) {
      if (!isInvalidPlace(error)) throw error;
    }
    const known = await this.#lastUpTo(after);
    return known === undefined ? this.#from('start', after, countMax) : this.#from(known, after, countMax);
  }

  async #from(from: LogPlace, after: number, countMax: number): Promise<readonly RecordedEvent[]> {
    const events = await this.#oursFrom(from, 'forwards', countMax + 1);
    return events.filter(({ position }) => position > after).slice(0, countMax);
  }

  /** Backwards is without the event at the place; the place need not be where one begins. */
  async #before(before: number, countMax: number): Promise<readonly RecordedEvent[]> {
    if (before <= beginning) return [];
    const last = await this.#lastUpTo(before - 1);
    if (last === undefined) return [];
    const at = await this.#from(last, last - 1, 1);
    return countMax === 1 ? at : [...at, ...(await this.#oursFrom(last, 'backwards', countMax - 1))];
  }

  /** Position of the last event of ours at or before a place, at which none need begin. */
  async #lastUpTo(position: number): Promise<number | undefined> {
    const newest = await this.head();
    if (newest <= position) return newest === beginning ? undefined : newest;
    try {
      return (await this.#oursFrom(position + 1, 'backwards', 1))[0]?.position;
    } catch (error) {
      if (!isInvalidPlace(error)) throw error;
    }
    try {
      const [next] = await this.#oursFrom(position, 'forwards', 1);
      if (next?.position === position) return position;
      return (await this.#oursFrom(position, 'backwards', 1))[0]?.position;
    } catch (error) {
      if (!isInvalidPlace(error)) throw error;
    }
    return this.#searchedUpTo(position, newest);
  }

  async #searchedUpTo(position: number, newest: number): Promise<number | undefined> {
    for (let from = newest; ; ) {
      const events = await this.#oursFrom(from, 'backwards', searchPage);
      const found = events.find((event) => event.position <= position);
      const last = events.at(-1);
      if (found !== undefined || last === undefined) return found?.position;
      from = last.position;
    }
  }

  /** The end of the log where it may be worth knowing that nothing of ours lies before it. */
  async #endIfSlow(): Promise<number> {
    if (this.#hasLooked && !this.#isSlow) return beginning;
    const end = await this.end();
    this.#hasLooked = true;
    return end;
  }

  async #oursInTime(place: LogPlace, direction: Direction, count: number): Promise<readonly RecordedEvent[]> {
    const startedMs = performance.now();
    const events = await this.#oursFrom(place, direction, count);
    if (events.length < fewEvents && performance.now() - startedMs > slowMs) this.#isSlow = true;
    return events;
  }

  /** Up to `count` events of ours; fewer only where the log ends. */
  async #oursFrom(place: LogPlace, direction: Direction, count: number): Promise<readonly RecordedEvent[]> {
    const { filteredReads } = await this.#abilities();
    const events: RecordedEvent[] = [];
    for (let from = place; ; ) {
      const missing = count - events.length + (from !== place && direction === 'forwards' ? 1 : 0);
      const size = filteredReads ? missing : Math.max(missing, searchPage);
      const sent = await this.#log(from, {
        direction,
        count: size,
        ...(filteredReads && { filter: this.filter }),
      });
      const ours = this.#ours(sent);
      if (events.length === 0 && ours.length >= count)
        return ours.length === count ? ours : ours.slice(0, count);
      events.push(...(from === place ? ours : ours.filter(({ position }) => position !== from)));
      const last = sent.at(-1);
      if (events.length >= count || sent.length < size || last === undefined) return events.slice(0, count);
      // Something was left out here that the server has counted: there may be more of ours behind it.
      from = safe(last.position, last);
    }
  }

  async #log(
    place: LogPlace,
    options: { readonly direction: Direction; readonly count: number; readonly filter?: StreamFilter },
  ): Promise<readonly SentEvent[]> {
    return this.#sent(logRequest(place, options), 'the log of all streams', true);
  }

  async #sent(request: Buffer, what: string, patient = false): Promise<readonly SentEvent[]> {
    const sent: SentEvent[] = [];
    const take = (bytes: Buffer) => {
      const event = eventIn(bytes);
      if (event !== undefined) sent.push(event);
    };
    try {
      await followingLeader(() => this.#connection.read(request, take, patient));
    } catch (error) {
      throw readFault(error, what);
    }
    return sent;
  }

  async #abilities() {
    try {
      return await this.#connection.abilities();
    } catch (error) {
      throw readFault(error, 'the log of all streams');
    }
  }

  #ours(sent: readonly SentEvent[]): readonly RecordedEvent[] {
    const events: RecordedEvent[] = [];
    for (const each of sent) {
      if (!isOurs(each, this.#prefix)) continue;
      const event = recorded(each, this.#prefix);
      this.#progress.see(event.position);
      events.push(event);
    }
    return events;
  }
}
