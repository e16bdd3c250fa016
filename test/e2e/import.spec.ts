import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Finished } from '../support/ledger-child.ts';
import { useWorkspace } from '../support/process.ts';
import { bodyOf, Client, tokenFor } from '../support/process-client.ts';
import { onFiles } from '../support/test-servers.ts';
import { openDatabaseFile } from './support/damage.ts';
import { allOrders, type OrderRow, type StatsBody } from './support/queries.ts';

const fixture = resolve(import.meta.dirname, 'fixtures/history.ndjson');
/** The published sample order book; it lies beside a checkout, not in it. */
const orderBook = resolve(import.meta.dirname, '../../../shared/data/classicmodels/order-history.ndjson');

const { directory, run, serve } = useWorkspace();

interface Report {
  readonly imported: number;
  readonly unchanged: number;
  readonly refused: readonly { readonly line: number; readonly reason: string }[];
  readonly events: number;
}

function reportOf({ stdout }: Finished): Report {
  return JSON.parse(stdout) as Report;
}

async function readAll(dataDir: string) {
  const service = await serve({ dataDir });
  const client = new Client(service.url, await tokenFor(dataDir, 'operator'));
  const orders = await allOrders(client);
  const stats = bodyOf<StatsBody>(await client.get('/v1/stats'));
  await service.kill('SIGTERM');
  return { orders, stats };
}

function countBy(orders: readonly OrderRow[], of: (order: OrderRow) => string | undefined) {
  const counts: Record<string, number> = {};
  for (const order of orders) counts[of(order) ?? ''] = (counts[of(order) ?? ''] ?? 0) + 1;
  return counts;
}

describe('ledger import', () => {
  it('records every order of a file with the state its facts lead to', async () => {
    const dataDir = directory();

    const imported = await run(['import', fixture], { dataDir });

    expect(imported).toMatchObject({ code: 0 });
    expect(imported.stdout).toBe('5 orders imported, 0 were there already, 0 refused; 26 new events\n');
    const { orders, stats } = await readAll(dataDir);
    expect(Object.fromEntries(orders.map(({ externalId, status }) => [externalId, status]))).toEqual({
      'f-1': 'completed',
      'f-2': 'pending',
      'f-3': 'cancelled',
      'f-4': 'completed',
      'f-5': 'paid',
    });
    expect(stats.imported).toContainEqual({
      sourceStatus: 'On Hold',
      currency: 'EUR',
      count: 1,
      total: { amount: 3_999, currency: 'EUR' },
    });
  });

  it('says on standard error how far it is, and ends at all orders', async () => {
    const { stderr } = await run(['import', fixture], { dataDir: directory() });

    expect(stderr).toMatch(/^import █{28} 100 % {2}5 orders /);
  });

  it('changes nothing when the same file is imported again', async () => {
    const dataDir = directory();
    await run(['import', fixture], { dataDir });

    const again = await run(['import', fixture, '--json'], { dataDir });

    expect(again.code).toBe(0);
    expect(reportOf(again)).toEqual({ imported: 0, unchanged: 5, refused: [], events: 0 });
  });

  it('reports broken lines with number and reason, imports all others and exits 1', async () => {
    const dataDir = directory();
    const file = join(dataDir, 'broken.ndjson');
    const [first = '', second = '', third = '', ...others] = readFileSync(fixture, 'utf8')
      .trimEnd()
      .split('\n');
    const overdrawn = third.replace('"f-3"', '"f-6"').replace('"type":"authorized"', '"type":"captured"');
    writeFileSync(file, [first, '{"externalId": "f-7",', second, overdrawn, third, ...others].join('\n'));

    const imported = await run(['import', file, '--json'], { dataDir });

    expect(imported.code).toBe(1);
    const { refused, ...counts } = reportOf(imported);
    expect(counts).toEqual({ imported: 5, unchanged: 0, events: 26 });
    expect(refused.map(({ line }) => line)).toEqual([2, 4]);
    expect(imported.stderr).toMatch(/^line 2: the line must be JSON/m);
    expect(imported.stderr).toMatch(/^line 4: CapturePayment at 2024-01-03T10:00:00/m);
  });

  it('refuses an order whose facts are not those it was imported with', async () => {
    const dataDir = directory();
    const file = join(dataDir, 'other.ndjson');
    await run(['import', fixture], { dataDir });
    writeFileSync(
      file,
      readFileSync(fixture, 'utf8').replace('"quantity":3', '"quantity":4').replaceAll('1350', '1800'),
    );

    const imported = await run(['import', file, '--json'], { dataDir });

    expect(imported.code).toBe(1);
    expect(reportOf(imported)).toMatchObject({
      imported: 0,
      unchanged: 4,
      events: 0,
      refused: [{ line: 1 }],
    });
    expect(imported.stderr).toContain(
      'line 1: PlaceOrder at 2024-01-02T09:00:00.000Z: this order was imported before',
    );
  });

  it('records nothing in a dry run, and finds the same broken lines', async () => {
    const dataDir = directory();
    const file = join(dataDir, 'broken.ndjson');
    writeFileSync(file, `${readFileSync(fixture, 'utf8')}{"externalId":"f-9"}\n`);

    const rehearsed = await run(['import', file, '--dry-run'], { dataDir });

    expect(rehearsed.code).toBe(1);
    expect(rehearsed.stdout).toMatch(/^5 orders would be imported, .*1 refused; 0 new events$/m);
    expect(rehearsed.stderr).toMatch(/^line 6: /m);
    expect(existsSync(join(dataDir, 'ledger.db'))).toBe(false);
  });

  if (onFiles) {
    it('ends with exit 3, the cause and the next step when the log cannot be written', async () => {
      const dataDir = directory();
      await run(['import', fixture], { dataDir });
      const more = join(dataDir, 'more.ndjson');
      writeFileSync(more, readFileSync(fixture, 'utf8').replaceAll('"f-', '"g-'));
      const other = openDatabaseFile(join(dataDir, 'ledger.db'));
      other.exec('BEGIN IMMEDIATE');

      const imported = await run(['import', more], { dataDir });
      other.close();

      expect(imported.code).toBe(3);
      expect(imported.stderr).toMatch(/event store: .*locked/);
      expect(imported.stderr).toContain('try again');
      expect(imported.stdout).toBe('');
    });
  }

  it('names a file that cannot be read, before it opens anything', async () => {
    const dataDir = directory();

    const missing = await run(['import', 'nowhere.ndjson'], { dataDir });
    const folder = await run(['import', dataDir], { dataDir });

    expect(missing).toMatchObject({ code: 2 });
    expect(missing.stderr).toContain('There is no file nowhere.ndjson.');
    expect(folder).toMatchObject({ code: 2 });
    expect(folder.stderr).toContain(`${dataDir} is not a file`);
    expect(existsSync(join(dataDir, 'ledger.db'))).toBe(false);
  });
});

// On servers it is the same again, and takes a minute of a stand-in.
if (onFiles)
  describe.skipIf(!existsSync(orderBook))('the published order book', () => {
    it('has after its import exactly the orders, units and totals it is known to have', async () => {
      const dataDir = directory();

      const imported = await run(['import', orderBook, '--json'], { dataDir });

      expect(imported.code).toBe(0);
      expect(reportOf(imported)).toMatchObject({ imported: 326, unchanged: 0, refused: [] });
      const { orders, stats } = await readAll(dataDir);
      expect(orders).toHaveLength(326);
      expect(sumOf(orders.map(({ total }) => total.amount))).toBe(960_419_061);
      expect(sumOf(orders.map(({ units }) => units))).toBe(105_516);
      expect(countBy(orders, ({ status }) => status)).toEqual({
        completed: 310,
        paid: 6,
        cancelled: 6,
        pending: 4,
      });
      expect(
        Object.fromEntries(
          stats.imported.map(({ sourceStatus, count, total }) => [sourceStatus, [count, total.amount]]),
        ),
      ).toEqual({
        Shipped: [303, 886_509_464],
        Resolved: [4, 13_423_588],
        Cancelled: [6, 23_885_418],
        'On Hold': [4, 16_957_561],
        Disputed: [3, 6_115_878],
        'In Process': [6, 13_527_152],
      });
      expect(sumOf(stats.orders.map(({ total }) => total.amount))).toBe(960_419_061);
    });

    it('changes nothing the second time, and verifies', async () => {
      const dataDir = directory();
      await run(['import', orderBook], { dataDir });

      const again = await run(['import', orderBook, '--json'], { dataDir });
      const verified = await run(['verify'], { dataDir });

      expect(again.code).toBe(0);
      expect(reportOf(again)).toEqual({ imported: 0, unchanged: 326, refused: [], events: 0 });
      expect(verified).toMatchObject({ code: 0 });
    });
  });

function sumOf(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => sum + amount, 0);
}
