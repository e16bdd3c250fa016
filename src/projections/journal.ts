import type { Side } from '../domain/books/chart.ts';
import { blockOf, minuteOf } from '../domain/books/slots.ts';
import { type BookedEvent, booksScope, postingsIn } from './books-events.ts';
import type { Projection } from './projection.ts';

/**
 * The lines of one account in one currency that took effect in one minute and stand in one short stretch of the log: a
 * document of its own where little happens, some hundreds of lines where much does.
 */
export interface JournalPage {
  readonly account: string;
  readonly currency: string;
  readonly minute: string;
  /** Digits of equal length. */
  readonly block: string;
  /** In the order of the log. Lines are only ever added at the end, so a line keeps its index. */
  readonly lines: readonly BookedLine[];
}

export interface BookedLine {
  readonly position: number;
  /** When it took effect. */
  readonly at: string;
  readonly eventId: string;
  readonly type: string;
  readonly stream: string;
  readonly side: Side;
  readonly amount: number;
}

/** Positions whose lines may share a document. */
const pageSpan = 256;

export const journal: Projection<JournalPage, BookedEvent> = {
  ...booksScope,
  name: 'journal',
  version: 1,
  fields: ['account', 'currency', 'place'],
  indexes: [['account', 'place'], ['place']],
  keys: (event) => {
    const postings = postingsIn(event);
    if (postings.length === 0) return noKeys;
    const where = `${minuteOf(event.at)} ${blockOf(event.position, pageSpan)}`;
    const ids = new Set<string>();
    for (const { debit, credit, currency } of postings) {
      ids.add(`${debit} ${currency} ${where}`);
      ids.add(`${credit} ${currency} ${where}`);
    }
    return [...ids];
  },
  blank: (id) => {
    const [account = '', currency = '', minute = '', block = ''] = id.split(' ');
    return { account, currency, minute, block, lines: [] };
  },
  when: (page, event) => page && { ...page, lines: [...page.lines, ...linesFor(page, event)] },
  fieldsOf: ({ account, currency, minute, block }) => ({
    account,
    currency,
    // No two documents have the same place.
    place: `${minute} ${block} ${currency} ${account}`,
  }),
};

const noKeys: readonly string[] = [];

function linesFor({ account, currency }: JournalPage, event: BookedEvent): readonly BookedLine[] {
  const { position, at, eventId, type, stream } = event;
  const lines: BookedLine[] = [];
  const add = (side: Side, amount: number) =>
    lines.push({ position, at, eventId, type, stream, side, amount });
  for (const posting of postingsIn(event)) {
    if (posting.currency !== currency) continue;
    if (posting.debit === account) add('debit', posting.amount);
    if (posting.credit === account) add('credit', posting.amount);
  }
  return lines;
}
