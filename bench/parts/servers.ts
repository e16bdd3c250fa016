import { readConfig } from '../../src/config.ts';
import type { OrderId } from '../../src/domain/kernel/ids.ts';
import { type Ledger, openLedger } from '../../src/main.ts';
import { orderDetails } from '../../src/projections/order-details.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { authorize, type Bench, capture, openBench, perSecond, place } from '../lib/orders.ts';
import { RawServer } from '../lib/raw-server.ts';

/**
 * The ledger on EventStoreDB, beside the client library used plainly, on the same server in the same run. Arguments:
 * directory for what is not on the server, URL of the event store with a stream prefix nobody else uses, orders to place.
 */
export interface ServerRates {
  /** PlaceOrder commands a second, and plain appends of the same events, by how many are in flight. */
  readonly place: readonly { readonly inFlight: number; readonly ours: number; readonly raw: number }[];
  /** Authorizations and captures of remembered orders a second; a read of the stream and an append each. */
  readonly pay: { readonly ours: number; readonly raw: number };
  /** Events a second: a rebuild of order-details; reading everything and folding it into documents. */
  readonly rebuild: { readonly ours: number; readonly raw: number };
}

const widths = [64, 256] as const;
const payWidth = 64;
const [, , dataDir = '', url = '', orders = '5000'] = process.argv;
const count = Number(orders);

const bench = await openBench(dataDir, { EVENT_STORE: url });
const raw = new RawServer(url);
try {
  const start = await bench.ledger.store.head();
  await warmUp(bench);
  await raw.warmUp(await eventsAfter(start, bench.ledger), payWidth);
  const placed: OrderId[] = [];
  const placing = [];
  for (const inFlight of widths) {
    const before = await bench.ledger.store.head();
    const ours = await perSecond(count, inFlight, async () => placed.push(await place(bench)));
    placing.push({
      inFlight,
      ours,
      raw: await raw.appends(await eventsAfter(before, bench.ledger), inFlight),
    });
  }
  const paid = placed.slice(-count);
  const pay = await paying(paid);
  const rates: ServerRates = { place: placing, pay, rebuild: await rebuilding(start) };
  process.stdout.write(JSON.stringify(rates));
} finally {
  await raw.close();
  await bench.ledger.close();
}

async function warmUp(target: Bench): Promise<void> {
  await perSecond(Math.min(count, 2_000), payWidth, async () => {
    const orderId = await place(target);
    await authorize(target, orderId);
    await capture(target, orderId);
  });
}

async function eventsAfter(after: number, { store }: Ledger) {
  const events = [];
  for (let from = after; events.length < count; ) {
    const page = await store.readAll({ after: from, countMax: 1_000 });
    const last = page.at(-1);
    if (last === undefined) break;
    events.push(...page);
    from = last.position;
  }
  return events;
}

/** The plain side reads the stream of another order and appends what ours recorded on this one. */
async function paying(orderIds: readonly OrderId[]): Promise<ServerRates['pay']> {
  const before = await bench.ledger.store.head();
  const authorized = await perSecond(orderIds.length, payWidth, (index) =>
    authorize(bench, orderIds[index] as OrderId),
  );
  const events = await eventsAfter(before, bench.ledger);
  return { ours: authorized, raw: await raw.readsAndAppends(events, payWidth) };
}

async function rebuilding(start: number): Promise<ServerRates['rebuild']> {
  const config = readConfig({ DATA_DIR: dataDir, EVENT_STORE: url, LOG_LEVEL: 'error' });
  const ledger = await openLedger(config, { documents: 'write' });
  try {
    const { events, elapsedMs } = await rebuild(orderDetails, ledger, { restart: true });
    return { ours: events / (elapsedMs / 1_000), raw: await raw.readsAndFolds(start) };
  } finally {
    await ledger.close();
  }
}
