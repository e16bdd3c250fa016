import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrderId } from '../../src/domain/kernel/ids.ts';
import { authorize, type Bench, capture, openBench, perSecond, place } from '../lib/orders.ts';
import { type RawEvent, RawLog } from '../lib/raw-log.ts';

/**
 * The write path of the ledger in a directory, beside the same bytes appended plainly to another file.
 * Arguments: directory of the ledger, orders to place, whether to measure the ceiling.
 */
export interface WriteRates {
  /** PlaceOrder commands a second. */
  readonly place: number;
  /** AuthorizePayment and CapturePayment on remembered orders, commands a second. */
  readonly pay: number;
  /** Events a second. */
  readonly raw: number;
}

const inFlight = 64;
const [, , dataDir = '', orders = '20000', withCeiling] = process.argv;
const count = Number(orders);
const bench = await openBench(dataDir);
try {
  await warmUp(bench);
  const before = await bench.ledger.store.head();
  const placed: OrderId[] = [];
  const placeRate = await perSecond(count, inFlight, async () => placed.push(await place(bench)));
  // Orders placed last are remembered; older ones may have been forgotten by now.
  const warm = placed.slice(-Math.min(count, 8_000));
  const payRate = await pay(warm);
  const raw = withCeiling === 'ceiling' ? await ceiling(before) : 0;
  const rates: WriteRates = { place: placeRate, pay: payRate, raw };
  process.stdout.write(JSON.stringify(rates));
} finally {
  await bench.ledger.close();
}

async function warmUp(target: Bench): Promise<void> {
  await perSecond(4_000, inFlight, async () => {
    const orderId = await place(target);
    await authorize(target, orderId);
    await capture(target, orderId);
  });
}

async function pay(orderIds: readonly OrderId[]): Promise<number> {
  const authorized = await perSecond(orderIds.length, inFlight, (index) =>
    authorize(bench, orderIds[index] as OrderId),
  );
  const captured = await perSecond(orderIds.length, inFlight, (index) =>
    capture(bench, orderIds[index] as OrderId),
  );
  return 2 / (1 / authorized + 1 / captured);
}

/** The events just placed, as they were stored, appended again without a ledger around. */
async function ceiling(after: number): Promise<number> {
  const events: RawEvent[] = [];
  for (let from = after; events.length < count; ) {
    const page = await bench.ledger.store.readAll({ after: from, countMax: 5_000 });
    const last = page.at(-1);
    if (last === undefined) break;
    events.push(...page.filter(({ type }) => type === 'OrderPlaced'));
    from = last.position;
  }
  const directory = mkdtempSync(join(tmpdir(), 'ledger-bench-raw-'));
  const log = new RawLog(join(directory, 'raw.db'));
  try {
    log.append(
      events.slice(0, 4_000).map((event) => ({ ...event, stream: `warm-${event.stream}` })),
      inFlight,
    );
    return log.append(events, inFlight);
  } finally {
    log.close();
    rmSync(directory, { recursive: true });
  }
}
