import { describe, expect, it } from 'vitest';
import { pureFold } from '../../test/support/projection-history.ts';
import type { Posting } from '../domain/books/posting.ts';
import type { DomainEvent } from '../ports/event-codec.ts';
import { type JournalPage, journal } from './journal.ts';

const post = (debit: string, credit: string, amount: number, currency = 'EUR') =>
  ({ debit, credit, amount, currency }) as Posting;

function eventOf(position: number, at: string, ...postings: readonly Posting[]): DomainEvent {
  const facts = { eventId: `event-${position}`, type: 'PaymentCaptured', stream: 'order-1', revision: 0 };
  return { ...facts, data: { postings }, at, position } as unknown as DomainEvent;
}

function pagesOf(...events: readonly DomainEvent[]): ReadonlyMap<string, JournalPage> {
  return new Map([...pureFold(journal, events)].map(([id, body]) => [id, JSON.parse(body) as JournalPage]));
}

const at = '2026-03-01T09:05:31.250Z';
const line = { position: 7, at, eventId: 'event-7', type: 'PaymentCaptured', stream: 'order-1' };

describe('the journal', () => {
  it('has a page for each account an entry touches, with its lines in the order they were posted', () => {
    const pages = pagesOf(eventOf(7, at, post('1100:a', '2000', 100), post('5000', '1100:a', 3)));

    expect([...pages.keys()]).toEqual([
      '1100:a EUR 2026-03-01T09:05 00000000000000',
      '2000 EUR 2026-03-01T09:05 00000000000000',
      '5000 EUR 2026-03-01T09:05 00000000000000',
    ]);
    expect([...pages.values()][0]).toEqual({
      account: '1100:a',
      currency: 'EUR',
      minute: '2026-03-01T09:05',
      block: '00000000000000',
      lines: [
        { ...line, side: 'debit', amount: 100 },
        { ...line, side: 'credit', amount: 3 },
      ],
    });
  });

  it('shares a page among entries of one minute that stand close together, and begins another where they do not', () => {
    const pages = pagesOf(
      eventOf(1, at, post('1000', '4000', 1)),
      eventOf(255, at, post('1000', '4000', 2)),
      eventOf(256, at, post('1000', '4000', 4)),
      eventOf(257, '2026-03-01T09:06:00.000Z', post('1000', '4000', 8)),
    );

    expect(
      [...pages]
        .filter(([id]) => id.startsWith('1000'))
        .map(([id, { lines }]) => [id, lines.map(({ amount }) => amount)]),
    ).toEqual([
      ['1000 EUR 2026-03-01T09:05 00000000000000', [1, 2]],
      ['1000 EUR 2026-03-01T09:05 00000000000001', [4]],
      ['1000 EUR 2026-03-01T09:06 00000000000001', [8]],
    ]);
  });

  it('keeps both lines of a posting that goes back to where it came from', () => {
    const pages = pagesOf(eventOf(1, at, post('1000', '1000', 5)));

    expect([...pages.values()].map(({ lines }) => lines.map(({ side }) => side))).toEqual([
      ['debit', 'credit'],
    ]);
  });

  it('keeps the currencies of one entry apart', () => {
    const pages = pagesOf(eventOf(1, at, post('6000', '1000', 5), post('1000', '6000', 6, 'USD')));

    expect([...pages].map(([id, { lines }]) => [id.slice(0, 8), lines.map(({ amount }) => amount)])).toEqual([
      ['6000 EUR', [5]],
      ['1000 EUR', [5]],
      ['1000 USD', [6]],
      ['6000 USD', [6]],
    ]);
  });

  it('can be listed by account and by time, in one order and without two pages at one place', () => {
    const pages = [
      ...pagesOf(
        eventOf(1, at, post('1000', '4000', 1), post('1000', '4000', 1, 'USD')),
        eventOf(300, at, post('1000', '4000', 1)),
      ).values(),
    ];
    const places = pages.map((page) => journal.fieldsOf(page)['place'] ?? '');

    expect(new Set(places).size).toBe(pages.length);
    expect(places[0]).toBe('2026-03-01T09:05 00000000000000 EUR 1000');
    expect(journal.indexes).toEqual([['account', 'place'], ['place']]);
  });
});
