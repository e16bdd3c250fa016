import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { linesOfEntry, type Posting } from '../../src/domain/books/posting.ts';
import { faultsOf, Sums, trialBalancesOf } from '../../src/domain/books/sums.ts';
import { openLedger } from '../../src/main.ts';
import type { DomainEvent } from '../../src/ports/event-codec.ts';
import { environmentOf, useWorkspace } from '../support/process.ts';
import { bodyOf, Client, tokenFor } from '../support/process-client.ts';

/** The published sample order book; it lies beside a checkout, not in it. */
const orderBook = resolve(import.meta.dirname, '../../../shared/data/classicmodels/order-history.ndjson');
const { directory, run, serve } = useWorkspace();

interface HistoryLine {
  readonly fulfilledAt?: string;
  readonly payments: readonly { readonly type: string; readonly amount?: number; readonly at: string }[];
}

interface TrialBalanceItem {
  readonly currency: string;
  readonly difference: number;
  readonly equation: { readonly net: number; readonly earned: number };
  readonly accounts: readonly { readonly code: string; readonly debit: number; readonly credit: number }[];
}

describe.skipIf(!existsSync(orderBook))('the books of the published order book', () => {
  const dataDir = directory();
  let events: readonly DomainEvent[] = [];

  beforeAll(async () => {
    await run(['import', orderBook], { dataDir });
    const ledger = await openLedger(readConfig({ ...environmentOf(dataDir), LOG_LEVEL: 'error' }), {
      documents: 'none',
    });
    events = await ledger.codec.decode(await ledger.store.readAll({ after: 0, countMax: 10_000 }));
    await ledger.close();
  });

  /** What the entries that count give, added up one by one. */
  function sumsOf(counts: (event: DomainEvent) => boolean): Sums {
    const sums = new Sums();
    for (const event of events.filter(counts))
      for (const line of linesOfEntry(entryOf(event))) sums.book(line);
    return sums;
  }

  it('balance at every position', () => {
    const sums = new Sums();
    const wrong: string[] = [];
    let entries = 0;
    for (const event of events) {
      const entry = entryOf(event);
      for (const line of linesOfEntry(entry)) sums.book(line);
      if (entry.length > 0) entries += 1;
      for (const fault of trialBalancesOf(sums).flatMap(faultsOf)) wrong.push(`${event.position}: ${fault}`);
    }

    expect(wrong).toEqual([]);
    expect([events.length, entries]).toEqual([1_915, 957]);
  });

  it('hold what was captured, refunded, disputed and earned by the file itself', async () => {
    const { stdout } = await run(['books', 'accounts', '--ndjson'], { dataDir });
    const accounts = new Map(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { code: string; debit: number; credit: number; balance: number })
        .map((account) => [account.code, account] as const),
    );
    const history = readFileSync(orderBook, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as HistoryLine);
    const total = (type: string, lines = history) =>
      lines
        .flatMap(({ payments }) => payments)
        .filter((payment) => payment.type === type)
        .reduce((sum, { amount = Number.NaN }) => sum + amount, 0);
    const opened = total('chargeback-opened');
    const settled = total('chargeback-won') + total('chargeback-lost');

    expect(accounts.get('2000')?.credit).toBe(total('captured'));
    expect(accounts.get('2100')?.debit ?? 0).toBe(total('refunded'));
    expect(accounts.get('1300')).toMatchObject({ debit: opened, credit: settled, balance: opened - settled });
    expect(accounts.get('4000')?.balance).toBe(
      total(
        'captured',
        history.filter(({ fulfilledAt }) => fulfilledAt !== undefined),
      ),
    );
    expect(accounts.get('9000')).toMatchObject({ debit: total('authorized'), balance: 0 });
    expect([total('captured'), opened - settled]).toEqual([919_576_082, 6_115_878]);
  });

  it('are answered alike by the API, the command line and a plain fold, at positions and times', async () => {
    const service = await serve({ dataDir });
    const client = new Client(service.url, await tokenFor(dataDir, 'operator'));
    const ask = async (query: string) => {
      const answer = await client.get(`/v1/ledger/trial-balance?${query}`);
      return bodyOf<{ readonly items: readonly TrialBalanceItem[] }>(answer).items;
    };
    const positions = events.map(({ position }) => position);
    const chosen = [...positions.filter((_, index) => index % 97 === 0), positions.at(-1) ?? 0];
    for (const position of chosen) {
      const items = await ask(`position=${position}`);
      expect(plain(items)).toEqual(fold(sumsOf((event) => event.position <= position)));
      expect(
        items.every(({ difference, equation }) => difference === 0 && equation.net === equation.earned),
      ).toBe(true);
    }
    const times = [...new Set(events.map(({ at }) => at))].toSorted();
    for (const at of times.filter((_, index) => index % 23 === 0)) {
      expect(plain(await ask(`at=${at}`)), at).toEqual(fold(sumsOf((event) => event.at <= at)));
    }
    await service.kill('SIGTERM');
    const [at = ''] = times.slice(100);
    const told = await run(['books', 'trial-balance', '--at', at, '--json'], { dataDir });
    const { items } = JSON.parse(told.stdout) as { readonly items: readonly TrialBalanceItem[] };
    expect(plain(items)).toEqual(fold(sumsOf((event) => event.at <= at)));
  });
});

function entryOf({ data }: DomainEvent): readonly Posting[] {
  return (data as { readonly postings?: readonly Posting[] }).postings ?? [];
}

function plain(items: readonly TrialBalanceItem[]) {
  return items.flatMap(({ accounts }) => accounts.map(({ code, debit, credit }) => [code, debit, credit]));
}

function fold(sums: Sums) {
  return sums.accounts().map(({ code, debit, credit }) => [code, Number(debit), Number(credit)]);
}
