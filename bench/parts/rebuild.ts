import { resolve } from 'node:path';
import { readConfig } from '../../src/config.ts';
import { openLedger } from '../../src/main.ts';
import { orderDetails } from '../../src/projections/order-details.ts';
import { rebuild } from '../../src/projections/rebuild.ts';
import { readAndParse } from '../lib/raw-log.ts';

/**
 * Rebuilds order-details from nothing, or reads and parses the same events and does no more.
 * Arguments: directory of the ledger, `rebuild` or `ceiling`, how often.
 */
export interface RebuildRate {
  /** Events a second. */
  readonly rate: number;
  /** Most memory this process ever held, in MB. */
  readonly residentMb: number;
}

const [, , dataDir = '', what, times = '1'] = process.argv;
let best = 0;
for (let time = 0; time < Number(times); time++) {
  best = Math.max(best, what === 'ceiling' ? readAndParse(resolve(dataDir, 'ledger.db')) : await rebuilt());
}
const answer: RebuildRate = { rate: best, residentMb: process.resourceUsage().maxRSS / 1_024 };
process.stdout.write(JSON.stringify(answer));

async function rebuilt(): Promise<number> {
  const ledger = await openLedger(readConfig({ DATA_DIR: dataDir, LOG_LEVEL: 'error' }), {
    documents: 'write',
  });
  try {
    const { events, elapsedMs } = await rebuild(orderDetails, ledger, { restart: true });
    return events / (elapsedMs / 1_000);
  } finally {
    await ledger.close();
  }
}
