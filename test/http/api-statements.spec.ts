import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Account,
  type BooksService,
  itemsOf,
  type Line,
  startBooksService,
  total,
} from '../support/books-service.ts';
import type { Reply } from '../support/http-client.ts';

interface Statement {
  readonly opening: number;
  readonly debit: number;
  readonly credit: number;
  readonly closing: number;
  readonly movements: readonly Line[];
}

const statementOf = ({ body }: Reply) => body as unknown as Statement;

let world: BooksService;
let read: BooksService['read'];
let account: BooksService['account'];

beforeAll(async () => {
  world = await startBooksService();
  ({ read, account } = world);
});
afterAll(() => world.service.stop());

describe('the entries of an account', () => {
  async function allPages(query: string): Promise<readonly Line[]> {
    const lines: Line[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const reply: Reply = await read(
        `/v1/ledger/accounts/2000/entries?${query}${cursor && `&cursor=${cursor}`}`,
      );
      expect(reply.status).toBe(200);
      lines.push(...itemsOf<Line>(reply));
      cursor = reply.body['nextCursor'] as string | null;
    }
    return lines;
  }

  test.each([1, 3, 7, 100])('are each shown once, newest first, %i at a time', async (limit) => {
    const lines = await allPages(`limit=${limit}`);
    expect(lines).toEqual(await allPages('limit=100'));
    expect(lines).toHaveLength((await account('2000')).entries + (await account('2000', 'USD')).entries);
    const positions = lines.map(({ position }) => position);
    expect(positions).toEqual(positions.toSorted((a, b) => b - a));
  });

  test('are those of a currency and of a time, from inclusive, to exclusive', async () => {
    const all = await allPages('limit=100');
    const middle = all[8]?.at ?? '';
    expect(await allPages(`from=${middle}&limit=2`)).toEqual(all.filter(({ at }) => at >= middle));
    expect(await allPages(`to=${middle}&limit=2`)).toEqual(all.filter(({ at }) => at < middle));
    expect(await allPages('currency=USD')).toHaveLength(1);
    expect(await allPages('currency=CHF')).toEqual([]);
  });

  test('are paged by a cursor that is good for nothing else', async () => {
    const first = await read('/v1/ledger/accounts/2000/entries?limit=2');
    const cursor = first.body['nextCursor'];
    const colleague = world.customer.as(await world.service.token('operator-2', 'ops:read'));
    const refused = [
      await world.operator.get(`/v1/ledger/accounts/9000/entries?limit=2&cursor=${cursor}`),
      await world.operator.get(`/v1/ledger/accounts/2000/entries?currency=EUR&cursor=${cursor}`),
      await world.operator.get(`/v1/orders?cursor=${cursor}`),
      await colleague.get(`/v1/ledger/accounts/2000/entries?limit=2&cursor=${cursor}`),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
  });

  test.each([
    ['accounts/7777/entries', 404],
    ['accounts/1100/entries', 404],
    ['accounts/2000:external/entries', 404],
    ['accounts/20/entries', 400],
    ['accounts/$where/entries', 400],
    ['accounts/1100:nobody/entries', 200],
    ['accounts/2000/entries?limit=101', 400],
    ['accounts/2000/entries?from=now', 400],
    ['accounts/2000/entries?cursor=x', 400],
  ])('at %s answer %i', async (path, status) => {
    expect((await world.operator.get(`/v1/ledger/${path}`)).status).toBe(status);
  });
});

describe('the statement of an account', () => {
  test('opens, moves and closes, to what the account holds', async () => {
    for (const code of ['1100:external', '2000', '4000', '9000', '9100', '2100']) {
      const statement = statementOf(await read(`/v1/ledger/accounts/${code}/statement?currency=EUR`));
      const { normal, balance, debit, credit, entries } = await account(code);
      const moved = statement.debit - statement.credit;
      expect(statement).toMatchObject({ opening: 0, closing: balance, debit, credit });
      expect(statement.opening + (normal === 'debit' ? moved : -moved)).toBe(statement.closing);
      expect(statement.movements).toHaveLength(entries);
      expect(statement.movements.at(-1)?.balance).toBe(balance);
    }
  });

  test('goes on where the one before it closed, wherever the time is cut', async () => {
    const path = '/v1/ledger/accounts/2000/statement?currency=EUR';
    const whole = statementOf(await read(path));
    for (const { at } of whole.movements) {
      const before = statementOf(await read(`${path}&to=${at}`));
      const after = statementOf(await read(`${path}&from=${at}`));
      expect(after.opening).toBe(before.closing);
      expect(after.closing).toBe(whole.closing);
      expect([...before.movements, ...after.movements]).toEqual(whole.movements);
    }
  });

  test('needs no currency where there is one only, and says which there are where there are several', async () => {
    expect(statementOf(await read('/v1/ledger/accounts/4000/statement')).closing).toBe(6 * total);
    const several = await read('/v1/ledger/accounts/2000/statement');
    expect(several.status).toBe(400);
    expect(several.body['detail']).toContain('EUR, USD');
    expect((await read('/v1/ledger/accounts/5400/statement')).status).toBe(404);
    expect(statementOf(await read('/v1/ledger/accounts/5400/statement?currency=EUR'))).toMatchObject({
      opening: 0,
      closing: 0,
      movements: [],
    });
  });
});

describe('the statement of an order', () => {
  test('shows its customer what was booked, on accounts of its own', async () => {
    const [id = ''] = world.ids;
    const reply = await world.customer.get(`/v1/orders/${id}/statement`);
    expect(reply.status).toBe(200);
    const accounts = reply.body['accounts'] as readonly (Account & { account: string })[];
    expect(accounts.map(({ account, balance }) => [account, balance])).toEqual([
      ['1100:external', total - 140],
      ['1300', 100],
      [`2000:${id}`, 0],
      [`2100:${id}`, 0],
      ['4000', total],
      ['4900', 40],
      ['9000', 0],
      ['9100', 0],
    ]);
    const entries = reply.body['entries'] as readonly { type: string; lines: readonly Line[] }[];
    expect(entries.map(({ type }) => type)).toEqual([
      'PaymentAuthorized',
      'PaymentCaptured',
      'OrderFulfilled',
      'ChargebackOpened',
      'RefundRequested',
      'RefundSettled',
    ]);
    for (const { lines } of entries) {
      const sides = lines.map(({ side, amount }) => (side === 'debit' ? amount : -amount));
      expect(sides.reduce((sum, amount) => sum + amount)).toBe(0);
    }
    expect(reply.body['unbooked']).toBe(0);
  });

  test('is not there for another customer, and has the ETag of the order', async () => {
    const other = world.customer.as(await world.service.token('customer-2', 'orders:read'));
    const [id = ''] = world.ids;
    const theirs = await other.get(`/v1/orders/${id}/statement`);
    expect(theirs).toMatchObject({ status: 404 });
    const mine = await world.customer.get(`/v1/orders/${id}/statement`);
    expect(mine.headers.get('etag')).toBe((await world.customer.get(`/v1/orders/${id}`)).headers.get('etag'));
    const known = { headers: { 'if-none-match': mine.headers.get('etag') ?? '' } };
    expect((await world.customer.get(`/v1/orders/${id}/statement`, known)).status).toBe(304);
  });
});
