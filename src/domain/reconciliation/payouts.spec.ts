import { describe, expect, it } from 'vitest';
import {
  breaksIn,
  gainOf,
  movement,
  reconciled,
  row,
  rowOf,
} from '../../../test/support/settlement-builders.ts';

const capture = movement('ch_1', 1_000, { fee: 30 });

describe('what only the provider can tell', () => {
  const payoutRow = row('po_1', -970, { type: 'payout', payout: 'po_1', day: '2026-01-07' });

  it('is booked and no break: a payout, on its day and under its id', () => {
    const result = reconciled([rowOf(capture, { payout: 'po_1' }), payoutRow], [capture]);
    expect(result.breaks).toEqual([]);
    expect(result.bookings).toMatchObject([
      {
        postings: [{ debit: '1000', credit: '1100:stripe', amount: 970, currency: 'EUR' }],
        reference: 'po_1',
        day: '2026-01-07',
        status: 'proposed',
      },
    ]);
  });

  it('a payout that takes money from the bank, and one that costs a fee', () => {
    const result = reconciled(
      [
        row('po_2', 300, { type: 'payout', payout: 'po_2' }),
        row('po_3', -200, { type: 'payout', payout: 'po_3', fee: 1 }),
      ],
      [],
    );
    expect(result.bookings.map(({ postings }) => postings)).toEqual([
      [{ debit: '1100:stripe', credit: '1000', amount: 300, currency: 'EUR' }],
      [
        { debit: '1000', credit: '1100:stripe', amount: 200, currency: 'EUR' },
        { debit: '5000', credit: '1100:stripe', amount: 1, currency: 'EUR' },
      ],
    ]);
  });

  it('a fee of its own, and one that the ledger was not told', () => {
    const unsaid = { ...capture, fee: undefined };
    const result = reconciled(
      [rowOf(unsaid, { fee: 31 }), row('monthly', 0, { type: 'fee', fee: 900 })],
      [unsaid],
    );
    expect(result.breaks).toEqual([]);
    expect(gainOf('5000', result)).toEqual({ EUR: 931 });
  });

  it('is matched once the books have it', () => {
    const booked = movement('po_1', -970, { type: 'payout', id: 'entry/1' });
    const rows = [rowOf(capture, { payout: 'po_1' }), payoutRow];
    expect(reconciled(rows, [capture, booked])).toMatchObject({ matched: 2, breaks: [], bookings: [] });
    const other = { ...booked, gross: -900 };
    expect(breaksIn(reconciled(rows, [capture, other]))).toEqual(['amount entry/1']);
  });

  it('twice is a duplicate', () => {
    const result = reconciled([payoutRow, payoutRow], []);
    expect(breaksIn(result)).toEqual(['duplicate payout/po_1#2']);
    expect(result.bookings).toHaveLength(1);
  });

  it('a payout is the sum of its rows, fees taken off; the rest is in suspense', () => {
    const refund = movement('re_1', -400, { type: 'refund' });
    const rows = [rowOf(capture, { payout: 'po_1' }), rowOf(refund, { payout: 'po_1' })];
    const short = row('po_1', -560, { type: 'payout', payout: 'po_1' });
    const result = reconciled([...rows, short], [capture, refund]);
    expect(breaksIn(result)).toEqual(['amount payout/po_1/lines']);
    expect(result.breaks[0]?.entries[0]?.postings).toEqual([
      { debit: '1900', credit: '1100:stripe', amount: 10, currency: 'EUR' },
    ]);
    const exact = row('po_1', -570, { type: 'payout', payout: 'po_1' });
    expect(reconciled([...rows, exact], [capture, refund]).breaks).toEqual([]);
  });

  it('is not compared where a row of it could not be read', () => {
    const short = row('po_1', -560, { type: 'payout', payout: 'po_1' });
    const badRows = [{ line: 9, problem: 'gross: what', payout: 'po_1' }];
    expect(reconciled([rowOf(capture, { payout: 'po_1' }), short], [capture], { badRows }).breaks).toEqual(
      [],
    );
  });
});
