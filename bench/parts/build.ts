import { authorize, capture, halfTotal, openBench, perSecond, place } from '../lib/orders.ts';

/**
 * Fills a ledger through its own write path: orders of five events each, authorized and captured in two parts, many
 * going on at once. Arguments: directory, events the log is to have.
 */
const [, , dataDir = '', events = '10000'] = process.argv;
const eventsPerOrder = 5;
const bench = await openBench(dataDir);
try {
  await perSecond(Math.ceil(Number(events) / eventsPerOrder), 128, async () => {
    const orderId = await place(bench);
    await authorize(bench, orderId);
    await capture(bench, orderId, Math.floor(halfTotal));
    await capture(bench, orderId);
  });
  process.stdout.write(JSON.stringify({ events: await bench.ledger.store.head() }));
} finally {
  await bench.ledger.close();
}
