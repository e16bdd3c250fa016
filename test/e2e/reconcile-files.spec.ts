import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useWorkspace } from '../support/process.ts';
import { fileIn, reportOf } from './support/settlement-file.ts';
import { gateway, settlementLedger } from './support/settlement-ledger.ts';

const { directory, run } = useWorkspace();

describe('the file of a provider that reports to the caller', () => {
  it('names orders, and tells the fees', async () => {
    const dataDir = directory();
    const ledger = await settlementLedger(dataDir);
    await ledger.paidElsewhere(1, 10_000, '2026-01-05');
    await ledger.paidElsewhere(2, 5_000, '2026-01-05');
    await ledger.send(2, '2026-01-06', { type: 'RefundPayment', amount: 2_000, reason: 'broken' });
    await ledger.send(2, '2026-01-06', { type: 'RefundPayment', amount: 1_000, reason: 'broken' });
    const path = fileIn(dataDir, [
      `1,capture,${ledger.idOf(1)},100.00,3.00,97.00,EUR,2026-01-05,po_1,`,
      '2,capture,shop-2,50.00,1.50,48.50,EUR,2026-01-05,po_1,',
      '3,refund,shop-2/refund/2,-10.00,0,-10.00,EUR,2026-01-06,po_1,',
      `4,refund,${ledger.idOf(2)}/refund/1,-20.00,0,-20.00,EUR,2026-01-06,po_1,`,
      '5,payout,po_1,-115.50,0,-115.50,EUR,2026-01-14,po_1,',
    ]);

    const finished = await run(['reconcile', path, '--apply', '--json'], { dataDir });

    expect(finished).toMatchObject({ code: 0 });
    expect(reportOf(finished)).toMatchObject({ matched: 5, breaks: [], applied: { booked: 3 } });
    expect(await ledger.balanceOf('5000')).toEqual({ EUR: 450 });
    expect(await ledger.balanceOf('1100:external')).toEqual({});
    await ledger.close();
  });
});

describe('a file of a provider that no order was paid through', () => {
  it('is looked at, and never booked: it is misspelt, or of somebody else', async () => {
    const dataDir = directory();
    const ledger = await settlementLedger(dataDir);
    await ledger.paid(1, 10_000, { reference: 'ch_1', fee: 300, day: '2026-01-05' });
    const path = fileIn(dataDir, ['bt_1,capture,ch_1,100.00,3.00,97.00,EUR,2026-01-05,,']);
    const before = await ledger.head();
    const reconcile = (...more: readonly string[]) =>
      run(['reconcile', path, '--gateway', 'strype', ...more], { dataDir });

    expect((await reconcile()).code).toBe(1);
    const refused = await reconcile('--apply');

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('No order was ever paid through strype, so nothing is booked');
    expect(refused.stderr).toContain('The books know: stripe.');
    expect(await ledger.head()).toBe(before);
    await ledger.close();
  });
});

describe('a file with bad rows', () => {
  it('has each reported with its line; the others are reconciled', async () => {
    const dataDir = directory();
    const ledger = await settlementLedger(dataDir);
    await ledger.paid(1, 10_000, { reference: 'ch_1', fee: 300, day: '2026-01-05' });
    await ledger.close();
    const path = fileIn(dataDir, [
      'bt_0,capture,ch_0,100.001,3.00,97.00,EUR,2026-01-05,po_1,',
      'bt_1,capture,ch_1,100.00,3.00,97.00,EUR,2026-01-05,po_1,',
      'bt_2,capture,ch_2,1.00',
      'bt_3,capture,"ch_3"x,100.00,3.00,97.00,EUR,2026-01-05,po_1,',
    ]);

    const { code, stderr, stdout } = await run(['reconcile', path, '--gateway', gateway], { dataDir });

    expect(code).toBe(1);
    expect(stderr).toMatch(/^line 2: gross: must be an exact amount in EUR/m);
    expect(stderr).toMatch(/^line 4: has 4 fields, and there are 10 columns$/m);
    expect(stderr).toMatch(/^line 5: something follows the end of a quoted field/m);
    expect(stdout).toMatch(/^1 rows of settlement\.csv .* 1 matched with the books of stripe; 0 breaks$/m);
  });

  it.each([
    [['reconcile', 'nowhere.csv'], /There is no file nowhere\.csv/],
    [['reconcile', 'settlement.csv', '--gateway', 'No Such'], /--gateway takes/],
    [
      ['reconcile', 'settlement.csv', '--tolerance-days', '61'],
      /--tolerance-days takes a whole number from 0 to 60/,
    ],
    [['reconcile', 'settlement.csv', '--tolerance-days', '1.5'], /--tolerance-days takes/],
    [['reconcile', 'semicolons.csv'], /lacks line, type, reference/],
    [['reconcile', 'empty.csv'], /is empty/],
  ])('is not taken for one it is not: %j', async (args, complaint) => {
    const dataDir = directory();
    fileIn(dataDir, []);
    writeFileSync(join(dataDir, 'semicolons.csv'), 'line;type;reference\n');
    writeFileSync(join(dataDir, 'empty.csv'), '');

    expect(await run(args, { dataDir })).toMatchObject({ code: 2, stderr: expect.stringMatching(complaint) });
  });
});
