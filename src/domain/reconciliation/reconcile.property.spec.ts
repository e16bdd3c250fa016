import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  bookedFrom,
  breaksIn,
  gainOf,
  movement,
  reconciled,
  row,
  rowOf,
} from '../../../test/support/settlement-builders.ts';
import type { Currency } from '../kernel/currency.ts';
import { isExplained } from './break.ts';
import { effectOf } from './compare.ts';
import type { Movement } from './movement.ts';
import type { SettlementRow } from './settlement-row.ts';

const plants = ['none', 'missing', 'duplicate', 'amount', 'fee', 'timing', 'currency'] as const;

/** One movement, and what is made wrong about it in the file. */
const item = fc.record({
  type: fc.constantFrom('capture', 'refund', 'dispute', 'dispute_won'),
  amount: fc.integer({ min: 2, max: 10 ** 9 }),
  fee: fc.option(fc.integer({ min: 0, max: 10_000 }), { nil: undefined }),
  currency: fc.constantFrom<Currency>('EUR', 'JPY', 'KWD'),
  day: fc.integer({ min: 1, max: 25 }),
  daysLate: fc.integer({ min: 0, max: 3 }),
  payout: fc.integer({ min: 1, max: 3 }),
  plant: fc.constantFrom(...plants),
  by: fc.integer({ min: 1, max: 1_000 }),
});
type Item = typeof item extends fc.Arbitrary<infer Value> ? Value : never;

/** A ledger, the file a provider would send of it, and the breaks that were planted. */
interface World {
  readonly movements: readonly Movement[];
  readonly rows: readonly SettlementRow[];
  readonly planted: readonly string[];
}

function worldOf(
  items: readonly Item[],
  strangers: readonly number[],
  payoutsShort: readonly number[],
): World {
  const movements = items.map(movementOf);
  const planted: string[] = [];
  const rows = items.flatMap((each, index) => plant(each, movements[index] as Movement, planted));
  for (const [index, amount] of strangers.entries()) {
    planted.push(`unknown capture/stranger-${index}`);
    rows.push(row(`stranger-${index}`, amount, { payout: 'EUR-1' }));
  }
  return { movements, rows: [...rows, ...payoutsOf(rows, payoutsShort, planted)], planted };
}

const day = (number: number) => `2026-01-${String(number).padStart(2, '0')}`;

function movementOf({ type, amount, fee, currency, day: on }: Item, index: number): Movement {
  const gross = type === 'refund' || type === 'dispute' ? -amount : amount;
  return movement(`ref-${index}`, gross, { type, fee, currency, day: day(on) });
}

function plant(
  { plant: kind, by, daysLate, payout, day: on }: Item,
  original: Movement,
  planted: string[],
): readonly SettlementRow[] {
  const { id, gross, currency, type, names } = original;
  const good = rowOf(original, { payout: `${currency}-${payout}`, day: day(on + daysLate) });
  const isFeeKnown = original.fee !== undefined;
  if (kind === 'none' || (kind === 'fee' && !isFeeKnown)) return [good];
  planted.push(kind === 'duplicate' ? `duplicate ${type}/${names[0]}#2` : `${kind} ${id}`);
  switch (kind) {
    case 'missing':
      return [];
    case 'duplicate':
      return [good, good];
    case 'amount':
      return [rowOf(original, { ...good, gross: gross + Math.sign(gross) * by })];
    case 'fee':
      return [rowOf(original, { ...good, fee: good.fee + by })];
    case 'timing':
      return [{ ...good, day: day(on + 4) }];
    case 'currency':
      return [{ ...good, currency: currency === 'EUR' ? 'JPY' : 'EUR', payout: 'none' }];
  }
}

/** A payout for all rows that name it, some of them short. */
function payoutsOf(
  rows: readonly SettlementRow[],
  payoutsShort: readonly number[],
  planted: string[],
): readonly SettlementRow[] {
  const named = [...Map.groupBy(rows, ({ payout }) => payout ?? 'none')].filter(([id]) => id !== 'none');
  return named.flatMap(([id, same], index) => {
    const sum = same.reduce((total, { net }) => total + net, 0);
    const paid = sum - (payoutsShort[index] ?? 0);
    if (paid === 0) return [];
    if (paid !== sum) planted.push(`amount payout/${id}/lines`);
    const { currency = 'EUR' } = same[0] ?? {};
    return [row(id, -paid, { type: 'payout', payout: id, currency, day: day(28) })];
  });
}

const world = fc
  .record({
    items: fc.array(item, { maxLength: 25 }),
    strangers: fc.array(fc.integer({ min: 1, max: 10 ** 6 }), { maxLength: 2 }),
    payoutsShort: fc.array(fc.constantFrom(0, 0, 5, -7), { maxLength: 9 }),
  })
  .map(({ items, strangers, payoutsShort }) => worldOf(items, strangers, payoutsShort));

const runs = { seed: 20_260_105, numRuns: 2_000 } as const;

it('finds exactly the breaks that were planted, wherever the rows stand', () => {
  fc.assert(
    fc.property(world, fc.integer(), ({ movements, rows, planted }, turn) => {
      const turned = rows.map((_, index) => rows.at((index + turn) % rows.length) as SettlementRow);
      expect(breaksIn(reconciled(turned, movements)).toSorted()).toEqual(planted.toSorted());
    }),
    runs,
  );
});

it('brings the provider’s account to what the file says, and explains the difference in suspense', () => {
  fc.assert(
    fc.property(world, ({ movements, rows }) => {
      const result = reconciled(rows, movements);
      const books = sumBy(movements.map((each) => [each.currency, effectOf(each)]));
      const file = sumBy(rows.map(({ currency, net }) => [currency, net]));
      const gain = gainOf('1100:stripe', result);
      const leftOfPayouts = sumBy(
        result.breaks
          .filter(({ subject }) => subject.startsWith('payout/'))
          .flatMap(({ differences }) => differences.map((each) => [each.currency, each.amount])),
      );
      const open = sumBy(
        result.breaks
          .filter(({ kind }) => kind !== 'fee')
          .flatMap(({ differences }) => differences.map((each) => [each.currency, -each.amount])),
      );
      for (const currency of ['EUR', 'JPY', 'KWD'] as const) {
        const after = (books[currency] ?? 0) + (gain[currency] ?? 0);
        expect(after).toBe((file[currency] ?? 0) + (leftOfPayouts[currency] ?? 0));
        expect(gainOf('1900', result)[currency] ?? 0).toBe(open[currency] ?? 0);
      }
    }),
    runs,
  );
});

it('proposes for every break what it says the difference is', () => {
  fc.assert(
    fc.property(world, ({ movements, rows }) => {
      const result = reconciled(rows, movements);
      for (const each of result.breaks) {
        const said = sumBy(each.differences.map(({ currency, amount }) => [currency, amount]));
        expect(gainOf('1100:stripe', { ...result, breaks: [each], bookings: [] })).toEqual(said);
      }
    }),
    runs,
  );
});

it('proposes nothing a second time, and finds every break explained that has money in it', () => {
  fc.assert(
    fc.property(world, ({ movements, rows }) => {
      const first = reconciled(rows, movements);
      const again = reconciled(rows, movements, { entries: bookedFrom(first) });
      expect(again.outlived).toEqual([]);
      expect(breaksIn(again)).toEqual(breaksIn(first));
      expect(again.breaks.filter((each) => !isExplained(each)).map(({ kind }) => kind)).toEqual(
        first.breaks.filter(({ differences }) => differences.length === 0).map(({ kind }) => kind),
      );
      expect(again.bookings.filter(({ status }) => status === 'proposed')).toEqual([]);
    }),
    runs,
  );
});

function sumBy(amounts: readonly (readonly [Currency, number])[]): Partial<Record<Currency, number>> {
  const sums: Partial<Record<Currency, number>> = {};
  for (const [currency, amount] of amounts) sums[currency] = (sums[currency] ?? 0) + amount;
  return sums;
}
