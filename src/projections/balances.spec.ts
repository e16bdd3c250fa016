import { describe, expect, it } from 'vitest';
import { pureFold } from '../../test/support/projection-history.ts';
import type { Posting } from '../domain/books/posting.ts';
import { amountMax } from '../domain/kernel/money.ts';
import type { DomainEvent } from '../ports/event-codec.ts';
import { type Balances, balances } from './balances.ts';

const post = (debit: string, credit: string, amount: number, currency = 'EUR') =>
  ({ debit, credit, amount, currency }) as Posting;

function eventOf(
  position: number,
  at: string,
  postings: readonly Posting[],
  stream = 'order-1',
): DomainEvent {
  return { type: 'Any', data: { postings }, at, position, stream } as unknown as DomainEvent;
}

const captured = eventOf(7, '2026-03-01T09:05:00.000Z', [
  post('1100:a', '2000', 100),
  post('5000', '1100:a', 3),
]);

function documentsOf(...events: readonly DomainEvent[]): ReadonlyMap<string, Balances> {
  return new Map([...pureFold(balances, events)].map(([id, body]) => [id, JSON.parse(body) as Balances]));
}

describe('the balances', () => {
  it('sum an entry up ever, by its day, its minute, and where it stands in the log', () => {
    const documents = documentsOf(captured);

    expect([...documents.keys()]).toEqual([
      'EUR all',
      'EUR day 2026-03-01',
      'EUR minute 2026-03-01T09:05',
      'EUR block 00000000000000',
      'EUR span 00000000000000',
    ]);
    for (const [id, document] of documents) {
      expect(document).toEqual({
        currency: 'EUR',
        slot: id.slice(4),
        position: 7,
        accounts: [
          { code: '1100:a', debit: '100', credit: '3', entries: 2 },
          { code: '2000', debit: '0', credit: '100', entries: 1 },
          { code: '5000', debit: '3', credit: '0', entries: 1 },
        ],
      });
    }
  });

  it('take an entry by when it took effect, and a block by where it was recorded', () => {
    const later = eventOf(8_192, '2026-02-28T23:59:59.999Z', [post('2000', '4000', 40)], 'books-EUR');

    const documents = documentsOf(captured, later);

    expect(documents.get('EUR day 2026-02-28')?.accounts.map(({ code }) => code)).toEqual(['2000', '4000']);
    expect(documents.get('EUR block 00000000000001')?.accounts).toHaveLength(2);
    expect(documents.get('EUR all')).toMatchObject({ position: 8_192 });
    expect(documents.get('EUR all')?.accounts.find(({ code }) => code === '2000')).toEqual({
      code: '2000',
      debit: '40',
      credit: '100',
      entries: 2,
    });
  });

  it('keep currencies apart, also within one entry', () => {
    const both = eventOf(1, '2026-03-01T09:05:00.000Z', [
      post('1100:a', '6000', 100),
      post('6000', '2000', 110, 'USD'),
    ]);

    const documents = documentsOf(both);

    expect(documents.get('EUR all')?.accounts.map(({ code, debit }) => [code, debit])).toEqual([
      ['1100:a', '100'],
      ['6000', '0'],
    ]);
    expect(documents.get('USD all')?.accounts.map(({ code, debit }) => [code, debit])).toEqual([
      ['6000', '110'],
      ['2000', '0'],
    ]);
    expect(documents.size).toBe(10);
  });

  it('count beyond what a double can, to the last unit', () => {
    const events = Array.from({ length: 2_000 }, (_, index) =>
      eventOf(index + 1, '2026-03-01T09:05:00.000Z', [post('1000', '3000', amountMax)]),
    );

    expect(documentsOf(...events).get('EUR all')?.accounts[0]).toEqual({
      code: '1000',
      debit: String(2_000n * BigInt(amountMax)),
      credit: '0',
      entries: 2_000,
    });
  });

  it('have nothing to do with what moves no money, and with other streams', () => {
    const noted = { ...captured, data: {} };
    const empty = { ...captured, data: { postings: [] } };

    expect(documentsOf(noted, empty, { ...captured, stream: 'stock-1' }).size).toBe(0);
    expect(balances.when(undefined, captured as never)).toBeUndefined();
  });
});
