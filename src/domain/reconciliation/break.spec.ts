import { describe, expect, it } from 'vitest';
import { movement, reconciled, row, rowOf } from '../../../test/support/settlement-builders.ts';
import { formatSigned, isExplained, propose } from './break.ts';
import { orderNameIn } from './movement.ts';
import { differenceReference, isDifferenceReference, readDifferenceReference } from './proposal.ts';
import { differenceOf } from './reconcile.ts';

const capture = movement('ch_1', 1_000, { fee: 30 });
const told = (...given: Parameters<typeof reconciled>) =>
  reconciled(...given).breaks.map(({ kind, detail, differences }) => ({
    kind,
    detail,
    differences: differences.map(({ amount, currency }) => `${amount} ${currency}`),
  }));

describe('a break tells people what is there and what is not, and the balance by how much it is wrong', () => {
  it.each([
    ['missing', [], [capture], '9.70 EUR in the books on 2026-01-05, nothing in the file', ['-970 EUR']],
    [
      'unknown',
      [row('ch_9', 400, { fee: 10 })],
      [],
      '3.90 EUR in the file, nothing in the books',
      ['390 EUR'],
    ],
    [
      'amount',
      [rowOf(capture, { gross: 950 })],
      [capture],
      '9.50 EUR in the file, 10.00 EUR in the books',
      ['-50 EUR'],
    ],
    [
      'fee',
      [rowOf(capture, { fee: 45 })],
      [capture],
      'fee 0.45 EUR in the file, 0.30 EUR in the books',
      ['-15 EUR'],
    ],
    [
      'currency',
      [rowOf(capture, { currency: 'USD' })],
      [capture],
      '10.00 USD in the file, 10.00 EUR in the books',
      ['-970 EUR', '970 USD'],
    ],
    [
      'timing',
      [rowOf(capture)],
      [{ ...capture, isSettled: false }],
      'in the file, and not yet confirmed to the books',
      ['970 EUR'],
    ],
    [
      'timing',
      [rowOf(capture, { day: '2026-01-09' })],
      [capture],
      '2026-01-09 in the file, 2026-01-05 in the books: 4 days apart',
      [],
    ],
  ] as const)('%s', (kind, rows, movements, detail, differences) => {
    expect(told(rows, movements)).toEqual([{ kind, detail, differences }]);
  });

  it('duplicate', () => {
    expect(told([rowOf(capture), rowOf(capture)], [capture])).toEqual([
      { kind: 'duplicate', detail: '9.70 EUR in the file once more', differences: ['970 EUR'] },
    ]);
  });

  it('in the order of the file, and then what is only in the books', () => {
    const missing = [movement('ch_7', 1), movement('ch_8', 2)];
    const rows = [row('ch_9', 400), rowOf(capture, { gross: 950 }), rowOf(capture), row('ch_10', 5)];
    const found = reconciled(rows, [...missing, movement('ch_1', 1_000, { fee: 30 })]).breaks;
    expect(found.map(({ kind, line }) => [kind, line])).toEqual([
      ['unknown', 2],
      ['duplicate', 3],
      ['unknown', 5],
      ['missing', undefined],
      ['missing', undefined],
    ]);
  });

  it('summed up by currency, exact beyond what a number holds', () => {
    const rows = [row('ch_8', 400), row('ch_9', -150), row('ch_10', 7, { currency: 'USD' })];
    expect(differenceOf(reconciled(rows, []).breaks)).toEqual(
      new Map([
        ['EUR', 250n],
        ['USD', 7n],
      ]),
    );
    expect(differenceOf([])).toEqual(new Map());
  });
});

describe('an entry that is proposed', () => {
  it('says what it is about, in words and for reconciliation itself', () => {
    const entriesOf = (...given: Parameters<typeof reconciled>) =>
      reconciled(...given).breaks.flatMap(({ entries }) => entries);
    expect(entriesOf([rowOf(capture, { fee: 45 })], [capture])).toMatchObject([
      {
        memo: 'Reconciliation with stripe: another fee in the settlement file',
        reference: 'reconcile:stripe:fee:order-of-ch_1/capture/1',
      },
    ]);
    expect(entriesOf([], [capture])).toMatchObject([
      {
        memo: 'Reconciliation with stripe: in the books, not in the settlement file',
        reference: 'reconcile:stripe:missing:order-of-ch_1/capture/1',
      },
    ]);
  });

  it('is a booking where the file is the first to tell: a payout, a fee of its own, a fee that was not told', () => {
    const untold = movement('ch_1', 1_000, { fee: undefined });
    const { bookings, breaks } = reconciled(
      [
        row('po_1', -500, { type: 'payout', fee: 25 }),
        row('fee_1', 0, { type: 'fee', fee: 12, day: '2026-01-07' }),
        rowOf(untold, { fee: 30, day: '2026-01-06' }),
      ],
      [untold],
    );
    expect(breaks.filter(({ kind }) => kind !== 'amount')).toEqual([]);
    expect(
      bookings.map(({ memo, reference, day, postings }) => [memo, reference, day, postings.length]),
    ).toEqual([
      ['Fee of stripe, as settled', 'reconcile:stripe:settled-fee:order-of-ch_1/capture/1', '2026-01-06', 1],
      ['Payout of stripe', 'po_1', '2026-01-05', 2],
      ['Fee of stripe, as settled', 'fee_1', '2026-01-07', 1],
    ]);
    const free = reconciled([rowOf(untold, { fee: 0 }), row('po_2', -500, { type: 'payout' })], [untold]);
    expect(free.bookings.map(({ postings }) => postings.length)).toEqual([1]);
  });

  it('is proposed, booked or taken back, as the books have it', () => {
    const draft = { currency: 'EUR', postings: [], memo: 'm', reference: 'r' } as const;
    const entryId = '["r","EUR",[]]';
    const statusWith = (...entries: readonly object[]) =>
      propose(draft, {
        gateway: 'stripe',
        entries: new Map(entries.map((entry) => [entryId, { entryId, currency: 'EUR', ...entry }])),
        entryIdOf: (text) => text,
      }).status;
    expect(statusWith()).toBe('proposed');
    expect(statusWith({})).toBe('booked');
    expect(statusWith({ reversedBy: 'other' })).toBe('reversed');
  });

  it('explains a break together with every other that it takes', () => {
    const [found] = reconciled([rowOf(capture, { currency: 'USD' })], [capture]).breaks;
    const [first, second] = found?.entries ?? [];
    if (found === undefined || first === undefined || second === undefined) throw new Error('no entries');
    const isExplainedBy = (...statuses: readonly ('proposed' | 'booked' | 'reversed')[]) =>
      isExplained({ ...found, entries: statuses.map((status) => ({ ...first, status })) });
    expect([
      isExplainedBy('booked', 'proposed'),
      isExplainedBy('booked', 'reversed'),
      isExplainedBy(),
    ]).toEqual([false, true, false]);
  });
});

describe('the reference of such an entry', () => {
  const reference = differenceReference('stripe', 'missing', 'a:b/capture/1');

  it('is read back by reconciliation with that provider alone', () => {
    expect(readDifferenceReference('stripe', reference)).toEqual({
      kind: 'missing',
      subject: 'a:b/capture/1',
    });
    for (const other of [undefined, 'po_1', 'reconcile:other:missing:a', `x${reference}`])
      expect(readDifferenceReference('stripe', other)).toBeUndefined();
  });

  it('is told from any other', () => {
    expect([reference, 'reconcile:other:fee:a'].every(isDifferenceReference)).toBe(true);
    expect([undefined, 'po_1', 'x reconcile:'].some(isDifferenceReference)).toBe(false);
  });
});

it.each([
  [0, '0.00 EUR'],
  [435, '4.35 EUR'],
  [-435, '-4.35 EUR'],
])('%i is written %s', (amount, text) => {
  expect(formatSigned(amount, 'EUR')).toBe(text);
});

it.each([
  ['shop-77/capture/1', 'shop-77'],
  ['shop-77/dispute_won/123456789', 'shop-77'],
  ['a/refund/2/dispute/1', 'a/refund/2'],
  ['shop-77/capture/1 ', 'shop-77/capture/1 '],
  ['shop-77/capture/x', 'shop-77/capture/x'],
  ['shop-77', 'shop-77'],
])('what is called %j is about the order %j', (name, order) => {
  expect(orderNameIn(name)).toBe(order);
});
