import {
  openSimulatedGateway,
  type SimulatedGateway,
} from '../../../src/adapters/payment-gateway/simulated/simulated-gateway.ts';
import { readConfig } from '../../../src/config.ts';
import type { Posting } from '../../../src/domain/books/posting.ts';
import { idOf } from '../../../src/domain/kernel/log.ts';
import { orderAggregate } from '../../../src/domain/order/aggregate.ts';
import { gatewayKey } from '../../../src/domain/order/calls.ts';
import type { OrderEvent } from '../../../src/domain/order/decision.ts';
import type { Order } from '../../../src/domain/order/state.ts';
import { type Ledger, openLedger } from '../../../src/main.ts';
import type { DomainEvent } from '../../../src/ports/event-codec.ts';

type Balances = Readonly<Record<string, { readonly cleared: string; readonly held: string }>>;

/** What the ledger says and what the provider says, of the same money. */
export interface ProviderReport {
  /** Orders that are not at rest. */
  readonly open: readonly string[];
  readonly balances: { readonly ledger: Balances; readonly gateway: Balances };
  /** Orders of which the two say different things, or that were charged twice. */
  readonly contradictions: readonly string[];
  readonly counts: Readonly<Record<'orders' | 'paid' | 'cancelled' | 'parked' | 'calls' | 'tries', number>>;
}

/** Opens both books of a ledger that does not run. @param environment whose settings lead to them */
export async function reportOn(
  environment: Readonly<Record<string, string>>,
  { open, parked }: { readonly open: readonly string[]; readonly parked: number },
): Promise<ProviderReport> {
  const config = readConfig(environment);
  const ledger = await openLedger(config, { documents: 'none' });
  const gateway = openSimulatedGateway(config.PAYMENT_GATEWAY, {
    dataDir: config.DATA_DIR,
    clock: ledger.clock,
  });
  try {
    const events = await ledger.codec.decode(await ledger.store.readAll({ after: 0, countMax: 1_000_000 }));
    const orders = ordersIn(events);
    const captures = Map.groupBy(
      events.filter(({ type }) => type === 'PaymentCaptured'),
      ({ stream }) => idOf(stream),
    );
    const compared = await Promise.all(
      orders.map((order) => compare(order, captures.get(order.orderId) ?? [], gateway)),
    );
    const count = (status: string) => orders.filter((order) => order.status === status).length;
    return {
      open,
      balances: { ledger: bookedIn(events), gateway: Object.fromEntries(await gateway.balances()) },
      contradictions: compared.flatMap(({ wrong }) => wrong),
      counts: {
        orders: orders.length,
        paid: count('paid'),
        cancelled: count('cancelled'),
        parked,
        calls: compared.reduce((sum, { calls }) => sum + calls, 0),
        tries: compared.reduce((sum, { tries }) => sum + tries, 0),
      },
    };
  } finally {
    await gateway.close();
    await ledger.close();
  }
}

function ordersIn(events: Awaited<ReturnType<Ledger['codec']['decode']>>): readonly Order[] {
  const orders = new Map<string, Order | undefined>();
  for (const event of events) {
    if (!event.stream.startsWith('order-')) continue;
    const before = orders.get(event.stream);
    orders.set(event.stream, orderAggregate.evolve(before, event as unknown as OrderEvent, event));
  }
  return [...orders.values()].filter((order) => order !== undefined);
}

/** What the books of the ledger show for the provider, from nothing but the postings of the log. */
function bookedIn(events: readonly DomainEvent[]): Balances {
  const cleared: Record<string, number> = {};
  const held: Record<string, number> = {};
  const book = (sums: Record<string, number>, currency: string, amount: number) => {
    sums[currency] = (sums[currency] ?? 0) + amount;
  };
  for (const { data } of events) {
    const { postings = [] } = data as { readonly postings?: readonly Posting[] };
    for (const { debit, credit, amount, currency } of postings) {
      if (debit === '1100:simulated') book(cleared, currency, amount);
      if (credit === '1100:simulated') book(cleared, currency, -amount);
      if (debit === '9000') book(held, currency, amount);
      if (credit === '9000') book(held, currency, -amount);
    }
  }
  return Object.fromEntries(
    Object.keys(held)
      .toSorted()
      .map((currency) => [
        currency,
        { cleared: `${cleared[currency] ?? 0}`, held: `${held[currency] ?? 0}` },
      ]),
  );
}

async function compare(
  { orderId, total, payment }: Order,
  captures: readonly DomainEvent[],
  gateway: SimulatedGateway,
) {
  const standing = await gateway.standing(orderId);
  const wrong: string[] = [];
  const expect = (what: string, ledger: unknown, provider: unknown) => {
    if (ledger !== provider) wrong.push(`${orderId}: ${what} is ${ledger} here and ${provider} there`);
  };
  expect('what was authorized', payment.authorized.amount, standing?.authorized ?? 0);
  expect('what was captured', payment.captured.amount, standing?.captured ?? 0);
  expect('what was given back', payment.voided.amount, standing?.released ?? 0);
  expect('what was refunded', payment.refunded.amount, standing?.refunded ?? 0);
  if ((standing?.authorized ?? 0) > total.amount) wrong.push(`${orderId} was authorized twice`);
  if ((standing?.captured ?? 0) > total.amount) wrong.push(`${orderId} was charged twice`);
  const answered = captures.map(({ data }) => (data as { provider?: { call?: number } }).provider?.call);
  if (new Set(answered).size < captures.length) wrong.push(`${orderId} has one capture booked twice`);
  const intents = new Set((payment.calls ?? []).map((call) => gatewayKey(orderId, call)));
  const calls = standing?.calls ?? [];
  for (const { key } of calls) if (!intents.has(key)) wrong.push(`${key} was called and never asked for`);
  return { wrong, calls: calls.length, tries: calls.reduce((sum, { tries }) => sum + tries, 0) };
}
