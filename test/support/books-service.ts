import { type Client, createClient, order, type Reply } from './http-client.ts';
import { startTestService, type TestService } from './service.ts';

export interface Account {
  readonly code: string;
  readonly currency: string;
  readonly normal: string;
  readonly debit: number;
  readonly credit: number;
  readonly balance: number;
  readonly entries: number;
}

export interface Line {
  readonly position: number;
  readonly at: string;
  readonly orderId: string;
  readonly side: string;
  readonly amount: number;
  readonly balance: number;
}

/** Orders in EUR. */
export const orders = 9;
/** What each costs. */
export const total = 4_340;

/** A service whose books have something in them. */
export interface BooksService {
  readonly service: TestService;
  readonly customer: Client;
  readonly operator: Client;
  /** The orders in EUR, and last one in USD. */
  readonly ids: readonly string[];
  /** Where the log ends. */
  head(): string;
  /** Places an order, authorizes and captures all of it. Answers its id. */
  paid(currency: string, lines?: readonly object[]): Promise<string>;
  /** As of the end of what was recorded. */
  read(path: string, client?: Client): Promise<Reply>;
  account(code: string, currency?: string): Promise<Account>;
}

/** Nine orders in EUR, all captured, six handed over, one of them disputed, two refunded in part; and one in USD. */
export async function startBooksService(): Promise<BooksService> {
  const service = await startTestService();
  const customer = await createClient(service, await service.token('customer-1', 'orders:write orders:read'));
  const operator = customer.as(await service.token('operator-1', 'ops:write ops:read'));
  let head = '0';
  const ids: string[] = [];
  for (let number = 0; number < orders; number++) ids.push(await paid('EUR'));
  for (const id of ids.slice(0, 6)) await post(`/v1/orders/${id}/fulfil`);
  await post(`/v1/orders/${ids[0]}/payment/chargeback`, { action: 'open', amount: 100 });
  await post(`/v1/orders/${ids[0]}/payment/refund`, { amount: 40, reason: 'broken' });
  await post(`/v1/orders/${ids[8]}/payment/refund`, { amount: 50, reason: 'broken' });
  ids.push(await paid('USD'));
  await post(`/v1/orders/${ids[1]}/notes`, { note: 'the end' });
  return { service, customer, operator, ids, head: () => head, paid, read, account };

  async function post(path: string, body?: object, client = operator): Promise<Reply> {
    const reply = await client.post(path, body);
    head = reply.headers.get('ledger-position') ?? head;
    return reply;
  }

  async function paid(currency: string, lines: readonly object[] = order.lines): Promise<string> {
    const placed = await post('/v1/orders', { currency, lines }, customer);
    const path = `/v1/orders/${placed.body['orderId']}/payment`;
    await post(`${path}/authorize`, { method: { token: 'tok_visa' } }, customer);
    await post(`${path}/capture`);
    return String(placed.body['orderId']);
  }

  function read(path: string, client: Client = operator): Promise<Reply> {
    return client.get(path, { headers: { 'ledger-position': head } });
  }

  async function account(code: string, currency = 'EUR'): Promise<Account> {
    const found = itemsOf<Account>(await read(`/v1/ledger/accounts?currency=${currency}`));
    const [account] = found.filter((each) => each.code === code);
    if (account === undefined) throw new Error(`${code} was never booked on in ${currency}`);
    return account;
  }
}

export function itemsOf<Item>({ body }: Reply): readonly Item[] {
  return body['items'] as readonly Item[];
}
