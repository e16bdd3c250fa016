import { type JournalLine, linesOfEntry } from '../domain/books/posting.ts';
import { blockOf, blockSize, dayOf, minuteOf, spanSize } from '../domain/books/slots.ts';
import { type AccountSum, Sums } from '../domain/books/sums.ts';
import type { Clock } from '../ports/clock.ts';
import type { EventCodec } from '../ports/event-codec.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { Balances } from '../projections/balances.ts';
import { bodies, type Lists } from './list-bodies.ts';
import { postingsIn } from './order-books.ts';
import { type JournalEntry, journalLines, type Part } from './read-lines.ts';
import { Moment, settled } from './settled.ts';

/** What the books are read from. */
export interface Books {
  readonly balances: Lists;
  readonly journal: Lists;
  readonly store: Pick<EventStore, 'readAll'>;
  readonly codec: Pick<EventCodec, 'decode'>;
  readonly clock: Clock;
  /** How long an answer may take to become one of a single position. */
  readonly waitMsMax: number;
}

/** Sums, and the position they hold for. */
export interface SumsAsOf {
  readonly sums: Sums;
  readonly asOf: number;
}

/** The books as they are now. @throws StoreUnavailable */
export async function sumsNow({ balances }: Pick<Books, 'balances'>, part: Part): Promise<SumsAsOf> {
  const sums = new Sums();
  const moment = new Moment();
  for await (const each of slots(balances, part, 'all ', 'all!', moment)) addAll(sums, each, part);
  return { sums, asOf: moment.asOf };
}

/**
 * The books with everything that took effect before an instant, or before and at it; to the millisecond: whole days,
 * whole minutes of that day, and line by line what is left.
 * @throws StoreUnavailable
 */
export function sumsUntil(books: Books, part: Part, at: string, inclusive: boolean): Promise<SumsAsOf> {
  return settled(books, async (moment) => {
    const sums = await readSumsUntil(books, part, at, inclusive, moment);
    return { sums: sums(), asOf: moment.asOf };
  });
}

/**
 * For a reader of more than that: answers how to get the sums once everything has been read, because only then it is
 * known which lines of the last minute came too late to count.
 */
export async function readSumsUntil(
  books: Books,
  part: Part,
  at: string,
  inclusive: boolean,
  moment: Moment,
): Promise<() => Sums> {
  const [day, minute] = [dayOf(at), minuteOf(at)];
  const sums = new Sums();
  const periods = [
    ['day ', `day ${day}`],
    [`minute ${day}`, `minute ${minute}`],
  ] as const;
  for (const [from, to] of periods) {
    for await (const each of slots(books.balances, part, from, to, moment)) {
      moment.holds(each.position);
      addAll(sums, each, part);
    }
  }
  const rest: JournalEntry[] = [];
  const thisMinute = { ...part, from: `${minute}:00`, to: `${minute}:60` };
  for await (const line of journalLines(books, thisMinute, moment)) {
    if (line.at < at || (inclusive && line.at === at)) rest.push(line);
  }
  return () => {
    for (const line of rest) if (line.position <= moment.asOf) sums.book(line);
    return sums;
  };
}

/**
 * The books as the log up to a position gives them: whole spans and blocks, as far as the projection has come, and
 * everything after them from the log itself. @throws StoreUnavailable, UnreadableEvent
 */
export async function sumsAtPosition(books: Books, part: Part, position: number): Promise<Sums> {
  const moment = new Moment();
  moment.reached((await sumsNow(books, part)).asOf);
  const whole = Math.min(position, moment.asOf) + 1;
  const [span, block] = [blockOf(whole, spanSize), blockOf(whole, blockSize)];
  const sums = new Sums();
  const stretches = [
    ['span ', `span ${span}`],
    [`block ${blockOf(Number(span) * spanSize, blockSize)}`, `block ${block}`],
  ] as const;
  for (const [from, to] of stretches) {
    for await (const each of slots(books.balances, part, from, to, moment)) addAll(sums, each, part);
  }
  await addFromLog(books, part, sums, Math.max(0, Number(block) * blockSize - 1), position);
  return sums;
}

/** Adds the entries after one position up to another, inclusive. */
async function addFromLog(
  { store, codec }: Books,
  part: Part,
  sums: Sums,
  after: number,
  upTo: number,
): Promise<void> {
  for (let from = after; from < upTo; ) {
    const page = await store.readAll({ after: from, countMax: logPage });
    const last = page.at(-1);
    if (last === undefined) return;
    const wanted = page.filter(({ position, stream }) => position <= upTo && mayBook(stream));
    for (const { data } of await codec.decode(wanted)) {
      for (const line of linesOfEntry(postingsIn(data))) if (isIn(part, line)) sums.book(line);
    }
    from = last.position;
  }
}

const logPage = 1_000;

function mayBook(stream: string): boolean {
  return stream.startsWith('order-') || stream.startsWith('books-');
}

function isIn({ currency, account }: Part, line: JournalLine): boolean {
  return (currency ?? line.currency) === line.currency && (account ?? line.account) === line.account;
}

/** Documents of the slots from `from`, inclusive, to `to`, exclusive. */
async function* slots(
  balances: Lists,
  { currency }: Part,
  from: string,
  to: string,
  moment: Moment,
): AsyncIterable<Balances> {
  const equals = currency === undefined ? {} : { currency };
  for await (const body of bodies(balances, { equals, orderBy: 'slot', from, to }, moment)) {
    yield JSON.parse(body);
  }
}

function addAll(sums: Sums, document: Balances, { account }: Part): void {
  for (const sum of sumsIn(document)) if (account === undefined || sum.code === account) sums.add(sum);
}

function sumsIn({ currency, accounts }: Balances): readonly AccountSum[] {
  return accounts.map(({ code, debit, credit, entries }) => ({
    code,
    currency,
    debit: BigInt(debit),
    credit: BigInt(credit),
    entries,
  }));
}
