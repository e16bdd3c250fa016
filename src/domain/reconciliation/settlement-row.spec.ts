import { describe, expect, it } from 'vitest';
import { type Column, daysApart, daysBefore, readRow } from './settlement-row.ts';

const good: Readonly<Record<Column, string>> = {
  line: 'bt_1',
  type: 'capture',
  reference: 'ch_1',
  gross: '100.00',
  fee: '3.20',
  net: '96.80',
  currency: 'EUR',
  date: '2026-01-05',
  payout: 'po_1',
};

describe('a row of a settlement file', () => {
  it('is read to the minor unit', () => {
    expect(readRow(2, good)).toEqual({
      line: 2,
      id: 'bt_1',
      type: 'capture',
      reference: 'ch_1',
      gross: 10_000,
      fee: 320,
      net: 9_680,
      currency: 'EUR',
      day: '2026-01-05',
      payout: 'po_1',
    });
  });

  it.each([
    ['yen have no cents', { currency: 'JPY', gross: '435', fee: '0', net: '435' }, 435],
    ['dinars have three digits', { currency: 'KWD', gross: '0.435', fee: '0', net: '0.435' }, 435],
    ['what a double would make 434', { gross: '4.35', fee: '0.00', net: '4.35' }, 435],
    ['a refund takes away', { type: 'refund', gross: '-4.35', fee: '0', net: '-4.35' }, -435],
    ['a fee given back', { gross: '4.35', fee: '-0.10', net: '4.45' }, 435],
    ['minus nothing is nothing', { type: 'fee', gross: '-0.00', fee: '1', net: '-1.00' }, 0],
    ['spaces around a cell', { gross: ' 100.00 ' }, 10_000],
  ])('is exact: %s', (_what, more, gross) => {
    expect(readRow(2, { ...good, ...more })).toMatchObject({ gross });
  });

  it('of a payout is named by its payout, or by its reference', () => {
    const payout = { ...good, type: 'payout', gross: '-96.80', fee: '0', net: '-96.80' };
    expect(readRow(2, { ...payout, reference: '' })).toMatchObject({ reference: 'po_1', payout: 'po_1' });
    expect(readRow(2, { ...payout, payout: '' })).toMatchObject({ reference: 'ch_1' });
    expect(readRow(2, { ...payout, payout: '', reference: '' })).toMatchObject({
      problem: expect.stringContaining('payout: must be'),
    });
  });

  it.each(['capture', 'refund', 'dispute', 'dispute_won'])(
    'of a %s has an amount, on the side it moves',
    (type) => {
      const leaves = type === 'refund' || type === 'dispute';
      const amount = (gross: string) => readRow(2, { ...good, type, gross, fee: '0', net: gross });
      expect(amount(leaves ? '-1.00' : '1.00')).toMatchObject({ gross: leaves ? -100 : 100 });
      for (const wrong of ['0', leaves ? '1.00' : '-1.00'])
        expect(amount(wrong)).toMatchObject({ problem: expect.stringMatching(`^gross: of a ${type} is `) });
    },
  );

  it('may be as large as differences of two still are exact', () => {
    const most = { gross: '10000000000000.00', fee: '0', net: '10000000000000.00' };
    expect(readRow(2, { ...good, ...most })).toMatchObject({ gross: 10 ** 15 });
  });

  it('need not say which payout paid it out, but then says nothing else there', () => {
    expect(readRow(2, { ...good, payout: '' })).not.toHaveProperty('payout');
    expect(readRow(2, { ...good, payout: undefined } as never)).not.toHaveProperty('payout');
    expect(readRow(2, { ...good, payout: 'a\u0007' })).toMatchObject({
      problem: 'payout: must be at most 200 printable characters',
    });
  });

  it('may say the time, and is about the day', () => {
    expect(readRow(2, { ...good, date: '2026-01-05T23:59:59Z' })).toMatchObject({ day: '2026-01-05' });
  });

  it.each<[Partial<Record<Column, string>>, RegExp]>([
    [{ type: 'Capture' }, /^type: must be one of capture, refund/],
    [{ line: '' }, /^line: /],
    [{ reference: '' }, /^reference: /],
    [{ reference: 'x'.repeat(201) }, /^reference: /],
    [{ reference: 'a\tb' }, /^reference: /],
    [{ payout: 'x'.repeat(201) }, /^payout: /],
    [{ currency: 'eur' }, /^currency: /],
    [{ currency: 'XXX' }, /^currency: /],
    [{ gross: '100.001' }, /^gross: must be an exact amount in EUR/],
    [{ gross: '1,00' }, /^gross: /],
    [{ gross: '1e2' }, /^gross: /],
    [{ gross: '+100.00' }, /^gross: /],
    [{ gross: '' }, /^gross: /],
    [{ gross: '10000000000000.01' }, /^gross: .*1000000000000000 minor units/],
    [{ fee: 'free' }, /^fee: /],
    [{ net: '96.8O' }, /^net: must be an exact/],
    [{ net: '96.81' }, /^net: must be gross − fee/],
    [{ gross: '-100.00', net: '-103.20' }, /^gross: of a capture is more than 0/],
    [{ type: 'refund' }, /^gross: of a refund is less than 0/],
    [{ type: 'dispute' }, /^gross: of a dispute is less than 0/],
    [{ type: 'dispute_won', gross: '-1', fee: '0', net: '-1' }, /^gross: of a dispute_won/],
    [{ type: 'fee' }, /^gross: of a fee is 0/],
    [{ type: 'payout', gross: '0', fee: '0', net: '0' }, /^gross: of a payout is not 0/],
    [{ date: '05.01.2026' }, /^date: /],
    [{ date: '2026-02-30' }, /^date: /],
    [{ date: '' }, /^date: /],
  ])('cannot be used with %j', (more, problem) => {
    expect(readRow(7, { ...good, ...more })).toMatchObject({
      line: 7,
      problem: expect.stringMatching(problem),
    });
  });

  it('that cannot be used still says what it may be about', () => {
    expect(readRow(7, { ...good, gross: '?' })).toMatchObject({ reference: 'ch_1', payout: 'po_1' });
  });
});

describe('days', () => {
  it('are counted over the ends of months and years', () => {
    expect(daysApart('2025-12-31', '2026-01-01')).toBe(1);
    expect(daysApart('2024-03-01', '2024-02-28')).toBe(2);
    expect(daysBefore('2026-03-01', 2)).toBe('2026-02-27');
  });
});
