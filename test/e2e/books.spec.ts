import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useWorkspace } from '../support/process.ts';
import { onFiles } from '../support/test-servers.ts';

const fixture = resolve(import.meta.dirname, 'fixtures/history.ndjson');
const { directory, run } = useWorkspace();

const dataDir = directory();
beforeAll(async () => {
  await run(['import', fixture], { dataDir });
});

const books = (...args: readonly string[]) => run(['books', ...args], { dataDir });
const rowsOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);

describe('ledger books', () => {
  it('shows the accounts to people in decimals, and says as of which position', async () => {
    const { code, stdout, stderr } = await books('accounts');

    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^CODE +NAME +KIND +CURRENCY +DEBIT +CREDIT +BALANCE +ENTRIES$/m);
    expect(stdout).toMatch(/^4000 +sales +revenue +EUR +0\.00 +13\.50 +13\.50 +1$/m);
    expect(stdout).toMatch(/^as of position \d+; the log ends at \d+$/m);
  });

  it('writes the same as rows for spreadsheets and for programs, with nothing else among them', async () => {
    const csv = await books('accounts', '--csv');
    const ndjson = await books('accounts', '--ndjson');
    const json = await books('accounts', '--json');

    const { items } = JSON.parse(json.stdout) as { readonly items: readonly Record<string, unknown>[] };
    const [header = '', ...lines] = csv.stdout.trimEnd().split('\r\n');
    expect(csv.stdout.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(lines).toEqual(
      items.map((item) =>
        header
          .split(',')
          .map((name) => item[name])
          .join(','),
      ),
    );
    expect(rowsOf(ndjson.stdout)).toEqual(items.map(({ normal: _, ...item }) => item));
    expect(csv.stderr).toMatch(/^as of position \d+; the log ends at \d+\n$/);
  });

  it('balances, now, at a time and at every position', async () => {
    const now = await books('trial-balance');
    const then = await books(
      'trial-balance',
      '--at',
      '2024-01-05T11:00:00Z',
      '--currency',
      'USD',
      '--ndjson',
    );
    const early = await books('trial-balance', '--position', '0', '--json');

    expect(now.code).toBe(0);
    expect(now.stdout).toMatch(
      /^EUR {2}assets 17\.00 − liabilities 3\.50 = equity 0\.00 \+ revenue 13\.50 − /m,
    );
    expect(rowsOf(then.stdout).map(({ code, balance }) => [code, balance])).toEqual([
      ['1100:external', 7_500],
      ['2000', -7_500],
      ['9000', 0],
      ['9100', 0],
    ]);
    expect(JSON.parse(early.stdout)).toEqual({ asOf: 0, items: [] });
  });

  it('opens, moves and closes an account, oldest first', async () => {
    const statement = await books(
      'statement',
      '2000',
      '--currency',
      'EUR',
      '--from',
      '2024-01-05T00:00:00Z',
      '--ndjson',
    );

    expect(
      rowsOf(statement.stdout).map(({ type, side, amount, balance }) => [type, side, amount, balance]),
    ).toEqual([
      ['opening balance', undefined, undefined, 0],
      ['PaymentCaptured', 'credit', 450, 450],
      ['RefundRequested', 'debit', 100, 350],
      ['closing balance', undefined, undefined, 350],
    ]);
  });

  it('lists the entries of an account, newest first', async () => {
    const { stdout } = await books('entries', '1100:external', '--ndjson');
    const times = rowsOf(stdout).map(({ at }) => String(at));

    expect(times.length).toBeGreaterThan(3);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it('shows the books of one order, on accounts of its own', async () => {
    const entries = rowsOf((await books('entries', '2000', '--ndjson')).stdout);
    const id = String(entries.find(({ type }) => type === 'RefundRequested')?.['stream']).replace(
      'order-',
      '',
    );

    const { code, stdout } = await books('order', id);
    const then = await books('order', id, '--at', '2024-01-06T23:00:00Z', '--json');

    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^2000:${id} +customer_deposits +1\\.00 +4\\.50 +3\\.50$`, 'm'));
    expect(stdout).toMatch(new RegExp(`RefundSettled +2100:${id} +debit +EUR +1\\.00$`, 'm'));
    const { accounts } = JSON.parse(then.stdout) as { accounts: { code: string; balance: number }[] };
    expect(accounts.find(({ code: each }) => each === '2000')?.balance).toBe(450);
    expect(
      (
        await books(
          'order',
          id.replace(/^./, (digit) => (digit === '0' ? '1' : '0')),
        )
      ).code,
    ).toBe(1);
  });

  it.each([
    [['nonsense'], 'The books do not answer nonsense'],
    [['accounts', 'x'], 'accounts takes no name'],
    [['entries'], 'Name the account'],
    [['entries', '7777'], '7777 is not in the chart of accounts'],
    [['statement', '2000'], 'The account has several currencies'],
    [['order', 'x'], 'An order id is a UUID'],
    [['accounts', '--at', 'today'], '--at must be a time in UTC'],
    [['accounts', '--at', '2024-01-01T00:00:00Z', '--position', '1'], 'Give --at or --position, not both'],
    [['accounts', '--from', '2024-01-01T00:00:00Z'], '--from means nothing to accounts'],
    [['accounts', '--currency', 'euro'], '--currency must be an ISO 4217 code'],
    [['trial-balance', '--position', '999999'], 'must not be beyond'],
    [['accounts', '--csv', '--json'], 'Choose one of --csv, --ndjson and --json'],
  ])('asked %j is told what to do instead, with exit code 2', async (args, told) => {
    const { code, stdout, stderr } = await books(...args);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(told);
  });

  it('says no where nothing was ever booked', async () => {
    const { code, stderr } = await books('statement', '5400');

    expect(code).toBe(1);
    expect(stderr).toContain('Nothing was ever booked on 5400');
  });

  if (onFiles) {
    it('makes nothing where there is no ledger', async () => {
      const empty = directory();

      const { code } = await run(['books', 'accounts'], { dataDir: empty });

      expect(code).toBe(3);
      expect(existsSync(join(empty, 'ledger.db'))).toBe(false);
    });
  }
});
