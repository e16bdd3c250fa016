import { describe, expect, it } from 'vitest';
import { histories } from '../../test/support/order-histories.ts';
import { recorded } from '../../test/support/projection-history.ts';
import type { Posting } from '../domain/books/posting.ts';
import { orderAggregate } from '../domain/order/aggregate.ts';
import { book } from '../domain/order/booking.ts';
import type { OrderEvent, Unbooked } from '../domain/order/decision.ts';
import { brokenInvariants } from '../domain/order/invariants.ts';
import type { Order } from '../domain/order/state.ts';
import { brokenBookRules, type OrderBooks, orderBooks } from './order-books.ts';
import type { Recorded } from './projection.ts';

const post = (debit: string, credit: string, amount: number, currency = 'EUR') =>
  ({ debit, credit, amount, currency }) as Posting;

/** The events with the postings the rules give them, as they are recorded; each an append of its own. */
function booked(events: readonly OrderEvent[]): readonly Recorded<OrderEvent>[] {
  let order: Order | undefined;
  return recorded(events).map((event) => {
    const complete = order === undefined ? event : book(order, event as unknown as Unbooked<OrderEvent>);
    order = orderAggregate.evolve(order, complete, event);
    return { ...event, ...complete } as Recorded<OrderEvent>;
  });
}

function fold(events: readonly Recorded<OrderEvent>[]): OrderBooks {
  return events.reduce<OrderBooks | undefined>(
    (books, event) => orderBooks.when(books, event),
    undefined,
  ) as OrderBooks;
}

/** What is told after each event that leaves the order itself as it must be: the others are in the middle of an append. */
function told(events: readonly Recorded<OrderEvent>[]): readonly string[] {
  return events
    .map((_, index) => fold(events.slice(0, index + 1)))
    .filter(({ order }) => order === undefined || brokenInvariants(order).length === 0)
    .flatMap(brokenBookRules);
}

/** The events with other postings in the one of this type. */
function withPostings(events: readonly Recorded<OrderEvent>[], type: string, postings: readonly Posting[]) {
  return events.map((event) =>
    event.type === type ? ({ ...event, data: { ...event.data, postings } } as Recorded<OrderEvent>) : event,
  );
}

const all = Object.entries(histories).filter(([name]) => !/nothing$|refusal/.test(name));
const handedOver = booked(histories.completed);

describe('the books of an order', () => {
  it.each(all)('are right after every event of an order that is %s', (_name, events) => {
    expect(told(booked(events))).toEqual([]);
  });

  it('hold what the order holds', () => {
    expect(all.length).toBeGreaterThan(20);
    expect(new Map(fold(handedOver).balances)).toEqual(
      new Map([
        ['9000', 0],
        ['9100', 0],
        ['1100:external', 100],
        ['2000', 0],
        ['4000', -100],
      ]),
    );
  });
});

describe('an entry that is not what the rules give', () => {
  it.each([
    ['has another amount', [post('9100', '9000', 100), post('1100:external', '2000', 99)]],
    ['is on another account', [post('9100', '9000', 100), post('1100:external', '4000', 100)]],
    ['is in another currency', [post('9100', '9000', 100), post('1100:external', '2000', 100, 'USD')]],
    ['is of another provider', [post('9100', '9000', 100), post('1100:other', '2000', 100)]],
    ['lacks a posting', [post('1100:external', '2000', 100)]],
    [
      'has one too many',
      [post('9100', '9000', 100), post('1100:external', '2000', 100), post('5000', '1000', 1)],
    ],
    ['has its sides swapped', [post('9000', '9100', 100), post('1100:external', '2000', 100)]],
    ['is missing', []],
  ])('because it %s is found, once', (_why, postings) => {
    const broken = withPostings(handedOver, 'PaymentCaptured', postings).map((event) => ({
      ...event,
      metadata: { ...event.metadata, schemaVersion: 2 },
    }));

    const faults = told(broken);

    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(
      /^I1 the entry of PaymentCaptured is what the rules give: 9100\/9000 100 EUR, 1100:external\/2000 100 EUR, not /,
    );
  });

  it('is found in the middle of an append, and told with its end', () => {
    const [placed, authorized, ...rest] = withPostings(handedOver, 'PaymentAuthorized', [
      post('9000', '9100', 1),
    ]);
    const [next] = rest;
    const one = { ...authorized, metadata: { ...authorized?.metadata, commandId: 'one' } };
    const two = { ...next, metadata: { ...next?.metadata, commandId: 'one' } };

    const books = fold([placed, one, two] as readonly Recorded<OrderEvent>[]);

    expect(brokenBookRules(books)).toEqual([expect.stringContaining('I1 the entry of PaymentAuthorized')]);
  });

  it('is found on an event that moves no money', () => {
    const [placed, ...rest] = handedOver;
    const noted = {
      ...placed,
      type: 'OrderNoteAdded',
      data: { note: 'x', addedBy: 'clerk', postings: [post('1000', '4000', 1)] },
    };
    const events = [placed, noted, ...rest] as unknown as readonly Recorded<OrderEvent>[];

    expect(told(events)[0]).toContain(
      'I1 the entry of OrderNoteAdded is what the rules give: nothing, not 1000/4000 1',
    );
  });
});

describe('an order of which an account says something else', () => {
  const sound = fold(handedOver);
  const paid = fold(booked(histories.paid));
  const with_ = (books: OrderBooks, code: string, balance: number): OrderBooks => ({
    ...books,
    balances: [...books.balances.filter(([each]) => each !== code), [code, balance]],
  });

  it.each([
    ['9000', 1, 'I4 9000 is what is held: 1 in the books, 0 in the order'],
    ['9100', 1, 'I4 9100 is what is held: -1 in the books, 0 in the order'],
    ['2100', -7, 'I6 2100 is what is being refunded: 7 in the books, 0 in the order'],
    ['1300', 7, 'I6 1300 is what is disputed: 7 in the books, 0 in the order'],
    ['2400', -7, 'I6 2400 is what is owed as credit: 7 in the books, 0 in the order'],
  ])('is found by account %s', (code, balance, rule) => {
    expect(brokenBookRules(with_(sound, code, balance))).toEqual([rule]);
  });

  it('is found by its deposits, before and after it is over', () => {
    expect(brokenBookRules(paid)).toEqual([]);
    expect(brokenBookRules(with_(paid, '2000', -99))).toEqual([
      'I6 2000 is what was captured and neither earned nor given back: 99 in the books, 100 in the order',
    ]);
    expect(brokenBookRules(with_(sound, '2000', -1))).toHaveLength(2);
  });
});

describe('an order from before there were books', () => {
  const old = withPostings(withPostings(handedOver, 'PaymentAuthorized', []), 'PaymentCaptured', []);

  it('is passed over, also where later events are booked', () => {
    expect(told(old)).toEqual([]);
    expect(fold(old).apart).toBe('unbooked');
    expect(fold(handedOver).apart).toBeUndefined();
  });
});

it('leaves an event that cannot be folded to the read model of orders', () => {
  const [placed] = handedOver;
  const twice = [placed, { ...placed, revision: 1, position: 2 }] as readonly Recorded<OrderEvent>[];
  expect(told(twice)).toEqual([]);
});
