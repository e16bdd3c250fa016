import { mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type Guarantee, guarantee } from './checks/guarantee.ts';
import { Client } from './client.ts';
import { inParallel } from './in-parallel.ts';
import { LedgerProcess } from './ledger-process.ts';
import { clerk } from './sale.ts';

/** What the tokens of the simulated provider bring about, how many orders pay with each, and how those must end. */
const methods = [
  { token: 'tok_approve', about: 'approved', orders: 12, ends: 'paid' },
  { token: 'tok_decline', about: 'declined', orders: 6, ends: 'cancelled' },
  { token: 'tok_technical_2', about: 'fails twice, then answers', orders: 4, ends: 'paid' },
  { token: 'tok_timeout_then_ok', about: 'no answer, though it was done', orders: 4, ends: 'paid' },
  { token: 'tok_timeout_lost', about: 'no answer, and nothing was done', orders: 4, ends: 'paid' },
  { token: 'tok_dispute', about: 'approved, disputed later', orders: 3, ends: 'paid' },
] as const;

const width = 8;
const priceMinor = 2_490;
const settleMsMax = 25_000;
const lookMs = 100;
const webhookSecret = 'a-secret-of-the-demonstration-alone';

interface Paid {
  readonly id: string;
  readonly method: (typeof methods)[number];
}

interface OrderSeen {
  readonly status: string;
  readonly cancelReason?: string;
  readonly payment: {
    readonly status: string;
    readonly captured: { readonly amount: number };
    readonly calls?: readonly {
      readonly operation: string;
      readonly status: string;
      readonly failures: number;
    }[];
  };
}

/**
 * A ledger of its own that asks a payment provider: a simulated one, which keeps its own book, fails as told, and reports
 * twice and out of order what it has done.
 */
export class Till {
  readonly #home: string;
  #server: LedgerProcess | undefined;
  #opened: Promise<Opened> | undefined;

  constructor(home: string) {
    this.#home = home;
  }

  /** Starts the ledger and has orders placed that pay for themselves, while whoever asked goes on. */
  open(): void {
    this.#opened = this.#settleAll();
    // Whoever waits for it hears of it.
    this.#opened.catch(() => {});
  }

  async #settleAll(): Promise<Opened> {
    mkdirSync(this.#home, { recursive: true });
    const port = await freePort();
    const webhooks = encodeURIComponent(`http://127.0.0.1:${port}/v1/gateway/webhooks`);
    const server = new LedgerProcess(this.#home, {
      PORT: String(port),
      PAYMENT_GATEWAY: `simulated:${this.#home}/provider.db?seed=1&webhooks=${webhooks}&duplicates=0.3&shuffle=true`,
      GATEWAY_WEBHOOK_SECRET: webhookSecret,
    });
    this.#server = server;
    await server.start();
    const token = await server.token(clerk, 'ops:write ops:read');
    const client = new Client({ url: () => server.url, tokenOf: () => token, onAnswer: () => {} });
    const orders = await inParallel(methods.flatMap(timesOrders), width, (method, index) =>
      this.#place(client, method, index),
    );
    const ended = await inParallel(orders, orders.length, async (order) => ({
      order,
      seen: await settled(client, order),
    }));
    return { server, client, ended };
  }

  /** Says how they ended, once they have, and what the books make of it. */
  async show(onLine: (line: string) => void): Promise<readonly Guarantee[]> {
    if (this.#opened === undefined) return [];
    const { server, client, ended } = await this.#opened;
    for (const line of linesOf(ended)) onLine(line);
    const handedOver = ended.filter(({ order }) => order.method.token === 'tok_approve');
    await inParallel(handedOver, width, ({ order: { id } }) =>
      client.send({ as: clerk, path: `/v1/orders/${id}/fulfil`, key: `till-fulfil-${id}`, body: {} }),
    );
    onLine(`${handedOver.length} of them handed over: what was deposited for them is revenue now.`);
    onLine('');
    onLine('$ ledger books trial-balance');
    const balanced = await server.run(['books', 'trial-balance'], onLine);
    onLine('$ ledger verify');
    const verified = await server.run(['verify'], onLine);
    return [
      ...verdicts(ended),
      guarantee(
        'The books balance, and `ledger verify` and the provider’s own book agree',
        [balanced, verified],
        (code) => (code === 0 ? undefined : `it ended with exit code ${code}`),
      ),
    ];
  }

  async stop(): Promise<void> {
    await this.#server?.kill();
  }

  async #place(client: Client, method: (typeof methods)[number], index: number): Promise<Paid> {
    const answer = await client.send({
      as: clerk,
      path: '/v1/orders',
      key: `till-order-${index}`,
      body: {
        currency: 'EUR',
        customerId: `guest-${index}`,
        lines: [
          {
            sku: 'espresso-250',
            label: 'Espresso, 250 g',
            kind: 'single',
            quantity: 1,
            unitPrice: priceMinor,
          },
        ],
        payment: { method: { token: method.token } },
      },
    });
    return { id: String((JSON.parse(answer.body) as { readonly orderId?: string }).orderId), method };
  }
}

function timesOrders(method: (typeof methods)[number]): readonly (typeof methods)[number][] {
  return Array.from({ length: method.orders }, () => method);
}

/** The order once the provider has said all it has to say; as it is when that takes too long. */
async function settled(client: Client, { id, method }: Paid): Promise<OrderSeen | undefined> {
  const deadlineMs = performance.now() + settleMsMax;
  for (;;) {
    const answer = await client.read(`/v1/orders/${id}`, { as: clerk });
    const seen = answer.status === 200 ? (JSON.parse(answer.body) as OrderSeen) : undefined;
    if (seen !== undefined && isSettled(seen, method.token)) return seen;
    if (performance.now() > deadlineMs) return seen;
    await delay(lookMs);
  }
}

function isSettled({ status, payment }: OrderSeen, token: string): boolean {
  if (status === 'pending') return false;
  const answered = (payment.calls ?? []).every(
    (call) => call.status === 'approved' || call.status === 'declined',
  );
  return answered && (token !== 'tok_dispute' || payment.status === 'disputed');
}

interface Opened {
  readonly server: LedgerProcess;
  readonly client: Client;
  readonly ended: readonly Ended[];
}

type Ended = { readonly order: Paid; readonly seen: OrderSeen | undefined };

function linesOf(ended: readonly Ended[]): readonly string[] {
  return methods.map((method) => {
    const own = ended.filter(({ order }) => order.method === method);
    const failures = own.reduce((sum, { seen }) => sum + failuresOf(seen), 0);
    const endings = Object.entries(Object.groupBy(own, ({ seen }) => endingOf(seen)));
    const said = endings.map(([ending, those = []]) => `${those.length} ${ending}`).join(', ');
    const again = failures > 0 ? `, asked again ${failures} times` : '';
    return `${method.about.padEnd(32)} ${said}${again}`;
  });
}

function endingOf(seen: OrderSeen | undefined): string {
  if (seen === undefined) return 'not found';
  if (seen.payment.status === 'disputed') return 'paid and disputed';
  return seen.cancelReason === undefined ? seen.status : `${seen.status} (${seen.cancelReason})`;
}

function failuresOf(seen: OrderSeen | undefined): number {
  return (seen?.payment.calls ?? []).reduce((sum, { failures }) => sum + failures, 0);
}

function verdicts(ended: readonly Ended[]): readonly Guarantee[] {
  return [
    guarantee(
      'Orders that pay for themselves: paid, or cancelled with the reason',
      ended,
      ({ order, seen }) =>
        seen?.status === order.method.ends ? undefined : `${order.method.token}: ${endingOf(seen)}`,
    ),
    guarantee('Whatever the provider did: charged once, or not at all', ended, ({ order, seen }) => {
      const wanted = order.method.ends === 'paid' ? priceMinor : 0;
      const captured = seen?.payment.captured.amount;
      return captured === wanted ? undefined : `${order.method.token}: ${captured} captured`;
    }),
  ];
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { readonly port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
