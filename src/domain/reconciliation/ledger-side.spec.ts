import { describe, expect, it } from 'vitest';
import { entries, idOfEntry, posting } from '../../../test/support/books-builders.ts';
import { instantOf } from '../../../test/support/given.ts';
import { eur, given, ids, was } from '../../../test/support/order-builders.ts';
import { gateway, provider } from '../../../test/support/order-calls.ts';
import { providerHistories } from '../../../test/support/order-provider-histories.ts';
import type { BooksEvent } from '../books/decide-entries.ts';
import { externalId } from '../kernel/ids.ts';
import type { OrderEvent } from '../order/decision.ts';
import { LedgerSide } from './ledger-side.ts';

interface About {
  readonly gateway?: string;
  readonly names?: readonly string[];
  readonly from?: string;
  readonly to?: string;
}

/** What the ledger knows after an order, of which the books are kept as ever, and after entries. */
function sideOf(
  orderEvents: readonly OrderEvent[],
  booksEvents: readonly BooksEvent[] = [],
  about: About = {},
): LedgerSide {
  const scope = { gateway: 'external', names: [], from: '2026-01-01', to: '2026-01-31', ...about };
  const side = new LedgerSide(scope);
  const take = (stream: string, events: readonly (OrderEvent | BooksEvent)[]) => {
    for (const [revision, event] of events.entries()) side.take(event, { stream, at: instantOf(revision) });
  };
  take(`order-${ids.order}`, given(...orderEvents).events);
  take('books-EUR', booksEvents);
  return side;
}

const movementsIn = ({ movements }: LedgerSide) =>
  [...movements.values()].map(({ id, gross, fee, isSettled }) => [
    id.replace(ids.order, 'order'),
    gross,
    fee,
    isSettled,
  ]);

/** The event with more in it. */
function detailed(event: OrderEvent, data: object): OrderEvent {
  return { ...event, data: { ...event.data, ...data } } as OrderEvent;
}

const paid = [was.placed(), was.authorized(100), was.captured(100), was.paid()];

describe('what the ledger knows of a provider it does not ask', () => {
  it('is what has moved money there, under the names of the order', () => {
    const side = sideOf([...paid, ...was.refunded(30), was.disputed(20), was.won(5), was.won(15)]);

    expect(movementsIn(side)).toEqual([
      ['order/capture/1', 100, undefined, true],
      ['order/refund/1', -30, undefined, true],
      ['order/dispute/1', -20, undefined, true],
      ['order/dispute_won/1', 5, undefined, true],
      ['order/dispute_won/2', 15, undefined, true],
    ]);
    expect(side.movements.get(`${ids.order}/refund/1`)).toEqual({
      type: 'refund',
      id: `${ids.order}/refund/1`,
      names: [`${ids.order}/refund/1`, ids.order],
      gross: -30,
      fee: undefined,
      currency: 'EUR',
      day: '2026-01-05',
      isSettled: true,
    });
  });

  it('may be named as the caller named the order', () => {
    const placed = detailed(was.placed(), { externalId: externalId.parse('shop/17') });
    const names = ['shop/17'];
    const [capture] = sideOf([placed, ...paid.slice(1)], [], { names }).movements.values();
    expect(capture?.names).toEqual([`${ids.order}/capture/1`, ids.order, 'shop/17/capture/1', 'shop/17']);
  });

  it('keeps the fee of a dispute apart, where it was told one', () => {
    const side = sideOf([...paid, detailed(was.disputed(20), { fee: eur(15) })]);
    expect(movementsIn(side)[1]).toEqual(['order/dispute/1', -20, 15, true]);
  });

  it('is nothing where a dispute is lost: the money had left before', () => {
    expect(movementsIn(sideOf([...paid, was.disputed(20), was.lost(20)]))).toHaveLength(2);
  });

  it('leaves out what is from before there were books', () => {
    const side = new LedgerSide({ gateway: 'external', names: [], from: '2026-01-01', to: '2026-01-31' });
    const unbooked: OrderEvent = was.captured(100);
    side.take(unbooked, { stream: `order-${ids.order}`, at: instantOf(2) });
    expect(movementsIn(side)).toEqual([]);
  });
});

describe('what the ledger knows of a provider it asks', () => {
  const there = { gateway };

  it('is named by the provider, and by the key it was asked under', () => {
    const captured = detailed(provider.captured(2), {
      fee: eur(3),
      provider: { gateway, call: 2, reference: 'ch_1' },
    });
    const history = [...providerHistories['held by a provider, its capture under way'], captured];
    const side = sideOf(history, [], there);
    expect(movementsIn(side)).toEqual([['order/capture/1', 100, 3, true]]);
    expect([...side.movements.values()][0]?.names.slice(0, 2)).toEqual([
      'ch_1',
      `payment/${ids.order}/capture/2`,
    ]);
  });

  it('is not what another provider has moved', () => {
    expect(movementsIn(sideOf(providerHistories['paid through a provider'], []))).toEqual([]);
    expect(movementsIn(sideOf(paid, [], there))).toEqual([]);
  });

  it('has a refund before it is confirmed, and no longer where it failed', () => {
    const asked = providerHistories['paid through a provider, a refund under way'];
    expect(movementsIn(sideOf(asked, [], there)).at(-1)).toEqual(['order/refund/1', -60, undefined, false]);
    const done = providerHistories['paid through a provider and refunded'];
    expect(movementsIn(sideOf(done, [], there)).at(-1)).toEqual(['order/refund/1', -60, undefined, true]);
    const failed = providerHistories['paid through a provider, its refund credited'];
    expect(movementsIn(sideOf(failed, [], there)).map(([id]) => id)).toEqual(['order/capture/1']);
  });
});

describe('what the ledger knows from entries', () => {
  const payout = [posting('1000', '1100:external', 95), posting('5000', '1100:external', 5)];

  it('is payouts and fees, under their references', () => {
    const side = sideOf(
      [],
      [
        entries.opened,
        entries.posted(1, payout, 'po_1'),
        entries.posted(2, [posting('5000', '1100:external', 9)], 'monthly'),
        entries.posted(3, [posting('3000', '1100:external')]),
        entries.posted(4, [posting('1000', '1100:stripe')]),
      ],
    );
    expect([...side.movements.values()]).toMatchObject([
      { type: 'payout', names: ['po_1', idOfEntry(1)], gross: -95, fee: 5 },
      { type: 'fee', names: ['monthly', idOfEntry(2)], gross: 0, fee: 9 },
    ]);
  });

  it('is not what explains a difference, nor what was undone', () => {
    const difference = 'reconcile:external:missing:order/capture/1';
    const side = sideOf(
      [],
      [
        entries.opened,
        entries.posted(1, [posting('1900', '1100:external')], difference),
        entries.posted(2, payout, 'po_1'),
        entries.reversed(
          3,
          2,
          payout.map(({ debit, credit, ...rest }) => ({ debit: credit, credit: debit, ...rest })),
        ),
      ],
    );
    expect(movementsIn(side)).toEqual([]);
    expect([...side.entries.values()]).toMatchObject([
      { entryId: idOfEntry(1), reference: difference },
      { entryId: idOfEntry(2), reversedBy: idOfEntry(3) },
      { entryId: idOfEntry(3) },
    ]);
  });

  it('is the balance of suspense', () => {
    const side = sideOf(
      [],
      [
        entries.opened,
        entries.posted(1, [posting('1900', '1100:external', 70)]),
        entries.posted(2, [posting('1100:stripe', '1900', 30), posting('5400', '1900', 5)]),
      ],
    );
    expect([...side.suspense]).toEqual([['EUR', 35n]]);
  });
});

describe('what is kept in memory', () => {
  it('is what the file names, and what falls into its time', () => {
    const later = { from: '2026-02-01', to: '2026-02-28' };
    expect(movementsIn(sideOf(paid, [], later))).toEqual([]);
    expect(movementsIn(sideOf(paid, [], { ...later, names: [ids.order] }))).toHaveLength(1);
    expect(movementsIn(sideOf(paid, [], { from: '2026-01-05', to: '2026-01-05' }))).toHaveLength(1);
  });
});
