import { minuteOf } from '../domain/books/slots.ts';
import type { BookedLine, JournalPage } from '../projections/journal.ts';
import { bodies, type Lists } from './list-bodies.ts';
import type { Moment } from './settled.ts';

/** Which part of the books. */
export interface Part {
  readonly currency?: string | undefined;
  readonly account?: string | undefined;
}

/** And of which time: from inclusive, to exclusive. */
interface Period extends Part {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Where a line stands in the order of time: a smaller place, or a smaller index in the same, is earlier. */
export interface LinePlace {
  /** Minute and stretch of the log. */
  readonly place: string;
  readonly index: number;
}

/** A line with the account it is on. */
export interface JournalEntry extends BookedLine, LinePlace {
  readonly account: string;
  readonly currency: string;
}

/**
 * Lines of a period, latest first: by the minute they took effect in, then by position.
 * @param before only those that are earlier than this one.
 * @throws StoreUnavailable
 */
export async function* journalLines(
  { journal }: { readonly journal: Lists },
  { from, to, account, currency }: Period,
  moment: Moment,
  before?: LinePlace,
): AsyncIterable<JournalEntry> {
  // With the place of the line itself: what is there before the line is still to come.
  const end = before === undefined ? to && `${minuteOf(to)}!` : `${before.place}!`;
  const query = {
    equals: { ...(account !== undefined && { account }), ...(currency !== undefined && { currency }) },
    orderBy: 'place',
    ...(from !== undefined && { from: minuteOf(from) }),
    ...(end !== undefined && { to: end }),
  };
  for await (const pages of samePlace(bodies(journal, query, moment))) {
    for (const line of linesOf(pages)) {
      const isIn = (from === undefined || line.at >= from) && (to === undefined || line.at < to);
      if (isIn && (before === undefined || isEarlier(line, before))) yield line;
    }
  }
}

/** Pages that share a place, such as those of one account in several currencies, together. */
async function* samePlace(found: AsyncIterable<string>): AsyncIterable<readonly JournalPage[]> {
  let pages: JournalPage[] = [];
  for await (const body of found) {
    const page: JournalPage = JSON.parse(body);
    const [last] = pages;
    if (last !== undefined && placeOf(last) !== placeOf(page)) {
      yield pages;
      pages = [];
    }
    pages.push(page);
  }
  if (pages.length > 0) yield pages;
}

/** Latest first. New lines have higher positions than all before them, so a line keeps its index. */
function linesOf(pages: readonly JournalPage[]): readonly JournalEntry[] {
  return pages
    .flatMap((page) => {
      const { account, currency } = page;
      return page.lines.map((line) => ({ ...line, account, currency, place: placeOf(page) }));
    })
    .toSorted((a, b) => a.position - b.position)
    .map((line, index) => ({ ...line, index }))
    .toReversed();
}

function placeOf({ minute, block }: JournalPage): string {
  return `${minute} ${block}`;
}

function isEarlier(one: LinePlace, other: LinePlace): boolean {
  return one.place === other.place ? one.index < other.index : one.place < other.place;
}
