import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Account,
  type BooksService,
  itemsOf,
  type Line,
  orders,
  startBooksService,
  total,
} from '../support/books-service.ts';

interface Balance {
  readonly currency: string;
  readonly difference: number;
  readonly equation: { readonly net: number; readonly earned: number; readonly memorandum: number };
  readonly accounts: readonly Account[];
}

let world: BooksService;
let read: BooksService['read'];
let account: BooksService['account'];

beforeAll(async () => {
  world = await startBooksService();
  ({ read, account } = world);
});
afterAll(() => world.service.stop());

describe('the accounts', () => {
  test('hold what the orders moved, each balance on its normal side', async () => {
    const balances = itemsOf<Account>(await read('/v1/ledger/accounts')).map(
      ({ code, currency, balance, entries }) => [currency, code, balance, entries],
    );
    expect(balances).toEqual([
      ['EUR', '1100:external', orders * total - 190, orders + 3],
      ['EUR', '1300', 100, 1],
      ['EUR', '2000', 3 * total - 50, orders + 7],
      ['EUR', '2100', 0, 4],
      ['EUR', '4000', 6 * total, 6],
      ['EUR', '4900', 40, 1],
      ['EUR', '9000', 0, 2 * orders],
      ['EUR', '9100', 0, 2 * orders],
      ['USD', '1100:external', total, 1],
      ['USD', '2000', total, 1],
      ['USD', '9000', 0, 2],
      ['USD', '9100', 0, 2],
    ]);
  });

  test('are for operators alone', async () => {
    for (const path of ['accounts', 'accounts/2000/entries', 'accounts/2000/statement', 'trial-balance']) {
      expect((await world.customer.get(`/v1/ledger/${path}`)).status, path).toBe(403);
    }
  });

  test('hold at once what was just recorded, for whoever sends the position back', async () => {
    const before = (await account('1100:external')).balance;
    for (let round = 1; round <= 5; round++) {
      const orderId = await world.paid('EUR');
      expect((await account('1100:external')).balance).toBe(before + round * total);
      const [newest] = itemsOf<Line>(await read('/v1/ledger/accounts/1100:external/entries'));
      expect(newest).toMatchObject({ orderId, side: 'debit', amount: total });
    }
  });

  test('have an ETag that lasts as long as nothing is booked', async () => {
    for (const path of ['accounts', 'accounts/4000/entries', 'accounts/4000/statement', 'trial-balance']) {
      const first = await read(`/v1/ledger/${path}`);
      const known = { headers: { 'if-none-match': first.headers.get('etag') ?? '' } };
      expect((await world.operator.get(`/v1/ledger/${path}`, known)).status, path).toBe(304);
      expect(first.headers.get('x-cache')).toBe('MISS');
      expect(Number(first.headers.get('ledger-position'))).toBeGreaterThanOrEqual(Number(world.head()));
    }
  });
});

describe('the trial balance', () => {
  test('is zero in every currency, and what is owned is what is owed and earned', async () => {
    const balances = itemsOf<Balance>(await read('/v1/ledger/trial-balance'));
    expect(balances.map(({ currency }) => currency)).toEqual(['EUR', 'USD']);
    for (const { difference, equation, accounts } of balances) {
      expect(difference).toBe(0);
      expect(accounts.reduce((sum, { balance }) => sum + balance, 0)).toBe(0);
      expect(equation.net).toBe(equation.earned);
      expect(equation.memorandum).toBe(0);
    }
    expect(balances[0]?.equation.net).toBe(6 * total - 40);
  });

  test('is zero at every position of the log, and ends at what the accounts hold', async () => {
    const events = await Promise.all(
      world.ids.map(async (id) => itemsOf<Line>(await read(`/v1/orders/${id}/history`))),
    );
    const positions = events.flat().flatMap(({ position }) => [position - 1, position]);
    let last: readonly Balance[] = [];
    for (const position of [...new Set([...positions, Number(world.head())])].toSorted((a, b) => a - b)) {
      last = itemsOf<Balance>(await read(`/v1/ledger/trial-balance?position=${position}`));
      expect(last.map(({ difference }) => difference)).toEqual(last.map(() => 0));
    }
    expect(last).toEqual(itemsOf<Balance>(await read('/v1/ledger/trial-balance')));
  });

  test('is at a time what had taken effect by then', async () => {
    const lines = itemsOf<Line>(await read('/v1/ledger/accounts/2000/entries?limit=100&currency=EUR'));
    for (const { at } of lines) {
      const [balance] = itemsOf<Balance>(await read(`/v1/ledger/trial-balance?at=${at}&currency=EUR`));
      const held = balance?.accounts.find(({ code }) => code === '2000');
      const upTo = lines.filter((line) => line.at <= at);
      const sum = upTo.reduce((all, { side, amount }) => all + (side === 'debit' ? amount : -amount), 0);
      expect([balance?.difference, held?.balance]).toEqual([0, sum]);
    }
    expect(itemsOf(await read('/v1/ledger/trial-balance?at=2001-01-01T00:00:00Z'))).toEqual([]);
  });

  test.each([
    ['at=2026-01-01T00:00:00Z&position=1', 400],
    ['at=today', 400],
    ['position=-1', 400],
    ['position=1e3', 400],
    ['position=1&position=2', 400],
    ['currency=eur', 400],
    ['currency[$ne]=EUR', 400],
    ['from=2026-01-01T00:00:00Z', 400],
    ['position=999999999999999', 422],
  ])('asked with ?%s answers %i', async (query, status) => {
    const reply = await world.operator.get(`/v1/ledger/trial-balance?${query}`);
    expect(reply.status).toBe(status);
    expect(reply.body['errors']).not.toEqual([]);
  });
});

test('a sum beyond what a JavaScript number holds is written digit by digit', async () => {
  const huge = { sku: 'bar', label: 'Gold', kind: 'single', quantity: 9_007, unitPrice: 999_999_999_999 };
  for (let number = 0; number < 3; number++) await world.paid('KWD', [huge]);
  const digits = String(3n * 9_007n * 999_999_999_999n);
  expect(String(Number(digits)), 'a double does not hold it').not.toBe(digits);
  for (const path of [
    'accounts?currency=KWD',
    'trial-balance',
    'accounts/2000/statement?currency=KWD',
    `trial-balance?position=${world.head()}`,
  ]) {
    expect((await read(`/v1/ledger/${path}`)).text, path).toContain(`:${digits}`);
  }
});
