import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { moneyOf } from '../../src/domain/kernel/money.ts';
import { useWorkspace } from '../support/process.ts';
import { bodyOf, Client, tokenFor } from '../support/process-client.ts';
import { fileIn, reportOf } from './support/settlement-file.ts';
import { gateway, type SettlementLedger, settlementLedger } from './support/settlement-ledger.ts';

const { directory, run, serve } = useWorkspace();

interface TrialBalance {
  readonly items: readonly {
    readonly currency: string;
    readonly difference: number;
    readonly accounts: readonly { readonly code: string; readonly balance: number }[];
  }[];
}

describe('a settlement file with a break of each of six kinds', () => {
  let dataDir: string;
  let ledger: SettlementLedger;
  let path: string;
  const reconcile = (...more: readonly string[]) =>
    run(['reconcile', path, '--gateway', gateway, ...more], { dataDir });

  beforeAll(async () => {
    dataDir = directory();
    ledger = await settlementLedger(dataDir);
    await ledger.paid(1, 10_000, { reference: 'ch_1', fee: 300, day: '2026-01-05' });
    await ledger.paid(2, 5_000, { reference: 'ch_2', fee: 150, day: '2026-01-06' });
    await ledger.paid(3, 8_000, { reference: 'ch_3', fee: 240, day: '2026-01-06' });
    await ledger.paid(4, 6_000, { reference: 'ch_4', fee: 180, day: '2026-01-07' });
    await ledger.paid(5, 4_000, { reference: 'ch_5', fee: 120, day: '2026-01-07' });
    await ledger.paid(6, 3_000, { reference: 'ch_6', fee: 90, day: '2026-01-08' });
    await ledger.paid(7, 7_000, { reference: 'ch_7', fee: 210, day: '2026-01-08' });
    await ledger.send(6, '2026-01-09', { type: 'RefundPayment', reason: 'broken' });
    path = fileIn(dataDir, [
      'bt_1,capture,ch_1,100.00,3.00,97.00,EUR,2026-01-05,po_1,agrees',
      'bt_3,capture,ch_3,80.00,2.40,77.60,EUR,2026-01-06,po_1,agrees',
      'bt_3b,capture,ch_3,80.00,2.40,77.60,EUR,2026-01-06,po_1,"a duplicate, as it were"',
      'bt_4,capture,ch_4,55.00,1.80,53.20,EUR,2026-01-08,po_1,another amount',
      'bt_5,capture,ch_5,40.00,1.70,38.30,EUR,2026-01-08,po_1,another fee',
      'bt_6,capture,ch_6,30.00,0.90,29.10,EUR,2026-01-08,po_1,agrees',
      `bt_6r,refund,payment/${ledger.idOf(6)}/refund/3,-30.00,0,-30.00,EUR,2026-01-09,po_1,not yet confirmed`,
      'bt_7,capture,ch_7,70.00,2.10,67.90,USD,2026-01-09,,another currency',
      'bt_f,fee,2026-01,0,9.00,-9.00,EUR,2026-01-12,po_1,a month of service',
      'bt_p,payout,,-333.80,0,-333.80,EUR,2026-01-14,po_1,the sum of its rows',
    ]);
  });

  afterAll(() => ledger.close());

  it('is found to have exactly those six, and changes nothing', async () => {
    const before = await ledger.head();

    const finished = await reconcile('--json');

    expect(finished).toMatchObject({ code: 1, stderr: '' });
    const { matched, breaks, bookings, file, applied, suspense } = reportOf(finished);
    expect(breaks.map(({ kind, line, status }) => [kind, line, status])).toEqual([
      ['duplicate', 4, 'open'],
      ['amount', 5, 'open'],
      ['fee', 6, 'open'],
      ['timing', 8, 'open'],
      ['currency', 9, 'open'],
      ['missing', undefined, 'open'],
    ]);
    expect(bookings.map(({ reference, status }) => [reference, status])).toEqual([
      ['2026-01', 'proposed'],
      ['po_1', 'proposed'],
    ]);
    expect({ matched, ...file, applied, suspense }).toMatchObject({
      matched: 7,
      rows: 10,
      badRows: [],
      applied: undefined,
      suspense: {},
    });
    expect(await ledger.head()).toBe(before);
  });

  it('says so to people too, with a table of breaks and what to do', async () => {
    const { code, stdout } = await reconcile();

    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^10 rows of settlement\.csv from 2026-01-05 to 2026-01-14, 7 matched .* 6 breaks\n/,
    );
    expect(stdout).toMatch(
      /^amount +5 +\S+\/capture\/1 +55\.00 EUR in the file, 60\.00 EUR in the books +debit 1900, credit 1100:stripe: 5\.00 EUR \(proposed\)$/m,
    );
    expect(stdout).toMatch(/run it again with --apply/);
  });

  it('is explained by suspense once that is applied, and the provider’s account is what the file says', async () => {
    const finished = await reconcile('--apply', '--json');

    expect(finished).toMatchObject({ code: 0 });
    const { breaks, applied, suspense } = reportOf(finished);
    expect(applied).toEqual({ booked: 9, reversed: 0, refused: [] });
    expect(breaks).toHaveLength(6);
    expect(breaks.map(({ status }) => status)).toEqual(Array(6).fill('explained'));
    const open = { EUR: 0, USD: 0 };
    for (const { kind, differences } of breaks) {
      if (kind === 'fee') continue;
      for (const { amount, currency } of differences) open[currency as 'EUR' | 'USD'] -= amount;
    }
    // Missing 48.50, twice −77.60, amount 5.00, timing 30.00, currency 67.90 out of one and into the other.
    expect(open).toEqual({ EUR: 4_850 - 7_760 + 500 + 3_000 + 6_790, USD: -6_790 });
    expect(suspense).toEqual({ EUR: String(open.EUR), USD: String(open.USD) });
    expect(await ledger.balanceOf('1900')).toEqual(open);
    // All rows of the file in EUR add up to nothing, because the payout is their sum.
    expect(await ledger.balanceOf('1100:stripe')).toEqual({ USD: 6_790 });
    expect(await ledger.balanceOf('1000')).toEqual({ EUR: 33_380 });
  });

  it('is in the trial balance, which is still one', async () => {
    const service = await serve({ dataDir });
    const client = new Client(service.url, await tokenFor(dataDir, 'operator'));
    const { items } = bodyOf<TrialBalance>(await client.get('/v1/ledger/trial-balance'));
    await service.kill('SIGTERM');

    const balances = items.map(({ currency, difference, accounts }) => [
      currency,
      difference,
      accounts.find(({ code }) => code === '1900')?.balance,
    ]);
    expect(balances).toEqual([
      ['EUR', 0, 7_380],
      ['USD', 0, -6_790],
    ]);
  });

  it('changes nothing when it is applied again, also out of another file with the same in it', async () => {
    const before = await ledger.head();
    const first = reportOf(await reconcile('--json'));
    const [top = '', ...rows] = readFileSync(path, 'utf8').trimEnd().split('\r\n');
    const other = join(dataDir, 'other.csv');
    writeFileSync(other, [top, ...rows.toReversed().map((row) => `x${row}`)].join('\n'));

    const again = await reconcile('--apply', '--json');
    const copied = await run(['reconcile', other, '--gateway', gateway, '--apply', '--json'], { dataDir });

    for (const finished of [again, copied]) {
      expect(finished.code).toBe(0);
      expect(reportOf(finished).applied).toEqual({ booked: 0, reversed: 0, refused: [] });
    }
    expect(reportOf(copied).file.sha256).not.toBe(first.file.sha256);
    expect(await ledger.head()).toBe(before);
    expect(reportOf(again).breaks).toEqual(first.breaks);
    const entries = first.breaks.flatMap((each) => each.entries);
    expect(entries.map(({ status }) => status)).toEqual(Array(7).fill('booked'));
    expect(new Set(entries.map(({ entryId }) => entryId)).size).toBe(7);
  });
});

describe('a break that is gone', () => {
  it('is taken out of suspense again', async () => {
    const dataDir = directory();
    const ledger = await settlementLedger(dataDir);
    await ledger.paid(1, 10_000, { reference: 'ch_1', fee: 300, day: '2026-01-05' });
    await ledger.send(1, '2026-01-06', { type: 'RefundPayment', reason: 'broken' });
    const path = fileIn(dataDir, [
      'bt_1,capture,ch_1,100.00,3.00,97.00,EUR,2026-01-05,,',
      `bt_2,refund,${ledger.idOf(1)},-100.00,0,-100.00,EUR,2026-01-07,,`,
    ]);
    const apply = () => run(['reconcile', path, '--gateway', gateway, '--apply', '--json'], { dataDir });
    expect(reportOf(await apply()).suspense).toEqual({ EUR: '10000' });

    const answer = { kind: 'approved', amount: moneyOf(10_000, 'EUR'), reference: 're_1' } as const;
    await ledger.send(1, '2026-01-08', { type: 'RecordAnswer', operation: 'refund', call: 3, answer });
    const confirmed = await apply();

    expect(confirmed).toMatchObject({ code: 0 });
    expect(reportOf(confirmed)).toMatchObject({
      matched: 2,
      breaks: [],
      outlived: [],
      applied: { booked: 0, reversed: 1, refused: [] },
      suspense: { EUR: '0' },
    });
    expect(await ledger.balanceOf('1100:stripe')).toEqual({ EUR: -300 });
    const before = await ledger.head();
    expect(reportOf(await apply()).applied).toEqual({ booked: 0, reversed: 0, refused: [] });
    expect(await ledger.head()).toBe(before);
    await ledger.close();
  });
});
