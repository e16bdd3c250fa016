import { pause, ready, type ServingLedger, until } from '../../support/ledger-child.ts';
import { bodyOf, Client, orderBody, tokenFor } from '../../support/process-client.ts';
import { type ProviderReport, reportOn } from './provider-report.ts';
import { type Seeded, seeded } from './seeded.ts';

/** Orders that are placed while a service is waited for to die, at most. */
const ordersMax = 40;
const callersMax = 4;
const quietMsMax = 120_000;
const lookMs = 150;
const tokens = [
  'tok_visa',
  'tok_visa',
  'tok_timeout_then_ok',
  'tok_timeout_lost',
  'tok_technical_1',
  'tok_decline',
];

interface Placed {
  readonly key: string;
  readonly body: object;
  readonly isCancelled: boolean;
}

interface OrderSeen {
  readonly orderId: string;
  readonly status: string;
  readonly payment: { readonly calls?: readonly { readonly status: string }[] };
}

/**
 * Has a service take orders that are paid by themselves until it kills itself, again and again, and then lets it come to
 * rest. Everything it does follows from the seed, but for when exactly things happen.
 */
export class PaymentDriver {
  readonly #dataDir: string;
  readonly #environment: Readonly<Record<string, string>>;
  readonly #draws: Seeded;
  readonly #start: (killAt: number | undefined) => Promise<ServingLedger>;
  readonly #placed: Placed[] = [];
  /** By key, once it is known. */
  readonly #ids = new Map<string, string>();
  #token: string | undefined;
  #retries = 0;

  constructor(
    dataDir: string,
    environment: Readonly<Record<string, string>>,
    seed: number,
    start: (killAt: number | undefined) => Promise<ServingLedger>,
  ) {
    this.#dataDir = dataDir;
    this.#environment = environment;
    this.#draws = seeded(seed);
    this.#start = start;
  }

  /** One service that dies. @throws where it ends in another way */
  async cycle(where: string): Promise<void> {
    let service: ServingLedger;
    try {
      service = await this.#start(1 + this.#draws.below(8));
    } catch (error) {
      // It finds what the one before has left behind, and may die over it before it has said where it serves.
      if (/the service ended: $/.test(String(error))) return;
      throw error;
    }
    const client = await this.#client(service);
    let ended = false;
    void service.exited.then(() => {
      ended = true;
    });
    const worker = async () => {
      for (let count = 0; !ended && count < ordersMax / callersMax; count++) await this.#place(client);
    };
    await Promise.all(Array.from({ length: callersMax }, worker));
    await until(() => ended, quietMsMax, `${where}: the service to kill itself`);
    const { signal, stderr } = await service.exited;
    if (signal !== 'SIGKILL') throw new Error(`${where}: it ended by itself: ${stderr}`);
  }

  /** Lets it come to rest, and looks at what there is, in the ledger and with the provider. */
  async finish(): Promise<ProviderReport> {
    const service = await this.#start(undefined);
    await ready(service.url);
    const client = await this.#client(service);
    for (const placed of this.#placed) await this.#send(client, placed);
    const open = await this.#rest(client);
    await service.kill('SIGTERM');
    return reportOn({ DATA_DIR: this.#dataDir, ...this.#environment }, { open, parked: this.#retries });
  }

  async #client(service: ServingLedger): Promise<Client> {
    this.#token ??= await tokenFor(this.#dataDir, 'customer-1');
    return new Client(service.url, this.#token);
  }

  async #place(client: Client): Promise<void> {
    const number = this.#placed.length + 1;
    const placed = {
      key: `order-number-${number}`,
      body: orderBody({
        externalId: `order-number-${number}`,
        currency: number % 3 === 0 ? 'USD' : 'EUR',
        payment: { method: { token: this.#draws.pick(tokens) } },
      }),
      isCancelled: this.#draws.below(4) === 0,
    };
    this.#placed.push(placed);
    try {
      await this.#send(client, placed);
    } catch (error) {
      // A connection that broke off: whatever is not answered is sent again at the end.
      if (!(error instanceof TypeError)) throw error;
    }
  }

  async #send(client: Client, { key, body, isCancelled }: Placed): Promise<void> {
    const answer = await client.post('/v1/orders', key, body);
    if (answer.status !== 201) throw new Error(`${key}: ${answer.status} ${answer.text}`);
    const { orderId } = bodyOf<OrderSeen>(answer);
    this.#ids.set(key, orderId);
    if (!isCancelled) return;
    const cancelled = await client.post(`/v1/orders/${orderId}/cancel`, `cancel-${key}`, {
      reason: 'too slow',
    });
    if (![200, 409].includes(cancelled.status))
      throw new Error(`${key}: ${cancelled.status} ${cancelled.text}`);
  }

  /** Waits until nothing is under way any more; answers the orders of which that is not so after all. */
  async #rest(client: Client): Promise<readonly string[]> {
    let open = [...this.#ids.values()];
    const look = async () => {
      const seen = await Promise.all(open.map((id) => client.get(`/v1/orders/${id}`)));
      const orders = seen.map((answer) => bodyOf<OrderSeen>(answer));
      for (const { orderId, payment } of orders) {
        if (payment.calls?.at(-1)?.status !== 'parked') continue;
        this.#retries += 1;
        await client.post(`/v1/orders/${orderId}/payment/retry`, `retry-number-${this.#retries}`, {});
      }
      open = orders.filter((order) => !isAtRest(order)).map(({ orderId }) => orderId);
      if (open.length > 0) await pause(lookMs);
      return open.length === 0;
    };
    await until(look, quietMsMax, 'every call to be answered').catch(() => {});
    for (const id of open.slice(0, 1))
      process.stdout.write(`${(await client.get(`/v1/orders/${id}/history`)).text}\n`);
    return open;
  }
}

function isAtRest({ status, payment }: OrderSeen): boolean {
  return status !== 'pending' && !['open', 'parked'].includes(payment.calls?.at(-1)?.status ?? '');
}
