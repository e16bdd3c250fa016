import { describe, expect, it } from 'vitest';
import {
  bookedFrom,
  breaksIn,
  gainOf,
  movement,
  reconciled,
  row,
  rowOf,
} from '../../../test/support/settlement-builders.ts';
import { isExplained } from './break.ts';

const capture = movement('ch_1', 1_000, { fee: 30 });
const postingsOf = (result: ReturnType<typeof reconciled>) =>
  result.breaks.flatMap(({ entries }) => entries.flatMap(({ postings }) => postings));

describe('a settlement file that agrees with the books', () => {
  it('has no breaks, and nothing to book', () => {
    const refund = movement('re_1', -400, { type: 'refund' });
    expect(reconciled([rowOf(capture), rowOf(refund)], [capture, refund])).toEqual({
      matched: 2,
      breaks: [],
      bookings: [],
      outlived: [],
      notDue: 0,
    });
  });

  it('may use any name of a movement', () => {
    const named = { ...capture, names: ['ch_1', 'order-1/capture/1', 'order-1'] };
    for (const name of named.names)
      expect(reconciled([rowOf(named, { reference: name })], [named]).breaks).toEqual([]);
  });

  it('may name movements of one order alike: those that agree in amount belong together', () => {
    const twice = [
      movement('one', 700, { names: ['order-1'] }),
      movement('two', 300, { names: ['order-1'] }),
    ];
    const rows = twice.toReversed().map((each) => rowOf(each));
    expect(reconciled(rows, twice)).toMatchObject({ matched: 2, breaks: [] });
  });

  it('is about types: a refund is no capture of the same name', () => {
    const refund = movement('ch_1', -400, { type: 'refund' });
    expect(breaksIn(reconciled([rowOf(refund)], [capture]))).toEqual([
      'unknown refund/ch_1',
      'missing order-of-ch_1/capture/1',
    ]);
  });
});

describe('the six kinds of breaks', () => {
  it('missing: what the books have beyond the file goes to suspense, fees taken off', () => {
    const result = reconciled([], [capture]);
    expect(breaksIn(result)).toEqual(['missing order-of-ch_1/capture/1']);
    expect(postingsOf(result)).toEqual([
      { debit: '1900', credit: '1100:stripe', amount: 970, currency: 'EUR' },
    ]);
  });

  it('missing: a refund too, the other way round', () => {
    expect(postingsOf(reconciled([], [movement('re_1', -400, { type: 'refund' })]))).toEqual([
      { debit: '1100:stripe', credit: '1900', amount: 400, currency: 'EUR' },
    ]);
  });

  it('duplicate: what the file has once more', () => {
    const result = reconciled([rowOf(capture), rowOf(capture), rowOf(capture)], [capture]);
    expect(breaksIn(result)).toEqual(['duplicate capture/ch_1#2', 'duplicate capture/ch_1#3']);
    expect(gainOf('1900', result)).toEqual({ EUR: -1_940 });
  });

  it('amount: the difference', () => {
    const result = reconciled([rowOf(capture, { gross: 950 })], [capture]);
    expect(breaksIn(result)).toEqual(['amount order-of-ch_1/capture/1']);
    expect(result.breaks[0]?.detail).toBe('9.50 EUR in the file, 10.00 EUR in the books');
    expect(postingsOf(result)).toEqual([
      { debit: '1900', credit: '1100:stripe', amount: 50, currency: 'EUR' },
    ]);
  });

  it('fee: a cost, whoever was wrong about it, and never suspense', () => {
    const more = reconciled([rowOf(capture, { fee: 45 })], [capture]);
    expect(breaksIn(more)).toEqual(['fee order-of-ch_1/capture/1']);
    expect(postingsOf(more)).toEqual([{ debit: '5000', credit: '1100:stripe', amount: 15, currency: 'EUR' }]);
    expect(postingsOf(reconciled([rowOf(capture, { fee: 10 })], [capture]))).toEqual([
      { debit: '1100:stripe', credit: '5000', amount: 20, currency: 'EUR' },
    ]);
    const dispute = movement('dp_1', -500, { type: 'dispute', fee: 1_500 });
    expect(postingsOf(reconciled([rowOf(dispute, { fee: 2_000 })], [dispute]))).toEqual([
      { debit: '5100', credit: '1100:stripe', amount: 500, currency: 'EUR' },
    ]);
  });

  it('amount and fee may both differ', () => {
    const result = reconciled([rowOf(capture, { gross: 1_100, fee: 33 })], [capture]);
    expect(breaksIn(result)).toEqual(['amount order-of-ch_1/capture/1', 'fee order-of-ch_1/capture/1']);
    expect(gainOf('1100:stripe', result)).toEqual({ EUR: 97 });
  });

  it('timing: too many days apart, where no money differs and no entry can explain it', () => {
    expect(reconciled([rowOf(capture, { day: '2026-01-08' })], [capture]).breaks).toEqual([]);
    const result = reconciled([rowOf(capture, { day: '2026-01-09' })], [capture]);
    expect(breaksIn(result)).toEqual(['timing order-of-ch_1/capture/1']);
    expect(postingsOf(result)).toEqual([]);
    expect(result.breaks.some(isExplained)).toBe(false);
  });

  it('timing: settled in the file, and not yet confirmed to the books', () => {
    const asked = movement('re_1', -400, { type: 'refund', isSettled: false });
    const result = reconciled([rowOf(asked)], [asked]);
    expect(breaksIn(result)).toEqual(['timing order-of-re_1/refund/1']);
    expect(gainOf('1100:stripe', result)).toEqual({ EUR: -400 });
    expect(reconciled([], [asked]).breaks).toEqual([]);
  });

  it('currency: one out, the other in, each in its own books', () => {
    const result = reconciled([rowOf(capture, { currency: 'USD' })], [capture]);
    expect(breaksIn(result)).toEqual(['currency order-of-ch_1/capture/1']);
    expect(result.breaks[0]?.entries.map(({ currency }) => currency)).toEqual(['EUR', 'USD']);
    expect(gainOf('1900', result)).toEqual({ EUR: 970, USD: -970 });
  });

  it('and unknown: what only the file has', () => {
    const result = reconciled([row('ch_9', 500, { fee: 10 })], []);
    expect(breaksIn(result)).toEqual(['unknown capture/ch_9']);
    expect(gainOf('1100:stripe', result)).toEqual({ EUR: 490 });
  });
});

describe('what need not be in the file', () => {
  const on = (day: string) => ({ ...capture, day });

  it.each([
    ['2025-12-31', [], 0],
    ['2026-01-01', ['missing order-of-ch_1/capture/1'], 0],
    ['2026-01-28', ['missing order-of-ch_1/capture/1'], 0],
    ['2026-01-29', [], 1],
    ['2026-01-31', [], 1],
    ['2026-02-01', [], 0],
  ])('a movement of %s, in a file for January', (day, breaks, notDue) => {
    const result = reconciled([], [on(day)]);
    expect(breaksIn(result)).toEqual(breaks);
    expect(result.notDue).toBe(notDue);
  });

  it('what a row is about that could not be read', () => {
    const badRows = [{ line: 9, problem: 'gross: what', reference: 'ch_1' }];
    expect(reconciled([], [capture], { badRows }).breaks).toEqual([]);
  });
});

describe('what was booked before', () => {
  it('explains the same break, also out of another file', () => {
    const result = reconciled([], [capture]);
    const again = reconciled([row('ch_9', 5)], [capture], {
      entries: bookedFrom(result),
      from: '2026-01-02',
    });
    expect(again.breaks.map((each) => [each.kind, isExplained(each)])).toEqual([
      ['unknown', false],
      ['missing', true],
    ]);
  });

  it('is undone when the break is gone: the movement has come with a later file', () => {
    const entries = bookedFrom(reconciled([], [capture]));
    const later = reconciled([rowOf(capture)], [capture], { entries });
    expect(later.breaks).toEqual([]);
    expect(later.outlived).toEqual([...entries.values()]);
  });

  it('is undone when the books have learnt what the file knew', () => {
    const entries = bookedFrom(reconciled([rowOf(capture)], []));
    expect(reconciled([rowOf(capture)], [capture], { entries }).outlived).toEqual([...entries.values()]);
  });

  it('makes room for another difference of the same movement', () => {
    const entries = bookedFrom(reconciled([rowOf(capture, { gross: 950 })], [capture]));
    const corrected = reconciled([rowOf(capture, { gross: 960 })], [capture], { entries });
    expect(corrected.outlived).toEqual([...entries.values()]);
    expect(corrected.breaks.map(isExplained)).toEqual([false]);
  });

  it('stays where the file says nothing of it, where it is of another provider, and where it is undone', () => {
    const entries = bookedFrom(reconciled([], [capture]));
    expect(reconciled([row('ch_9', 5)], [], { entries }).outlived).toEqual([]);
    expect(reconciled([rowOf(capture)], [capture], { entries, gateway: 'adyen' }).outlived).toEqual([]);
    const undone = new Map([...entries].map(([id, entry]) => [id, { ...entry, reversedBy: 'somebody' }]));
    expect(reconciled([rowOf(capture)], [capture], { entries: undone }).outlived).toEqual([]);
  });

  it('is not proposed again after it was undone', () => {
    const entries = bookedFrom(reconciled([], [capture]));
    const undone = new Map([...entries].map(([id, entry]) => [id, { ...entry, reversedBy: 'somebody' }]));
    const again = reconciled([], [capture], { entries: undone });
    expect(again.breaks[0]?.entries).toMatchObject([{ status: 'reversed' }]);
  });
});
