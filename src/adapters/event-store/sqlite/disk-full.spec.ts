import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newEvent, numberOf } from '../../../../test/support/new-events.ts';
import { temporaryDirectory } from '../../../../test/support/store-directory.ts';
import {
  defectsOf,
  logOf,
  openedLog,
  openedLogWithConnection,
} from '../../../../test/support/store-sqlite.ts';
import { StoreUnavailable } from '../../../domain/kernel/faults.ts';
import { noStream } from '../../../domain/kernel/log.ts';

const large = JSON.stringify({ text: 'x'.repeat(3_000) });

test.each([
  { inFlight: 1, pages: 100 },
  { inFlight: 16, pages: 200 },
  { inFlight: 200, pages: 1_200 },
])(
  'on a full disk, with $inFlight in flight: refused with what to do, nothing acknowledged is lost, reads go on, and it recovers',
  async ({ inFlight, pages }) => {
    const path = join(temporaryDirectory(), 'ledger.db');
    const { store, connection } = openedLogWithConnection(path);
    connection.exec(`PRAGMA max_page_count = ${pages}`);
    const acknowledged: number[] = [];
    const refusals: unknown[] = [];
    let next = 0;
    const append = async (number: number) => {
      await store.append(`order-${number}`, noStream, [newEvent(number, { data: large })]).then(
        () => acknowledged.push(number),
        (error: unknown) => refusals.push(error),
      );
    };
    while (refusals.length === 0) await Promise.all(Array.from({ length: inFlight }, () => append(next++)));
    for (let again = 0; again < 20; again++) await append(next++);

    expect(refusals.length).toBeGreaterThanOrEqual(20);
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(StoreUnavailable);
      expect((refusal as StoreUnavailable).remedy).toContain('Free space on the disk');
    }
    expect((await logOf(store)).map(numberOf)).toEqual(acknowledged);
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(await store.readStream(`order-${acknowledged.at(-1)}`, { countMax: 1 })).toHaveLength(1);

    connection.exec('PRAGMA max_page_count = 1000000');
    const before = refusals.length;
    for (let again = 0; again < 20; again++) await append(next++);
    expect(refusals).toHaveLength(before);
    const log = await logOf(store);
    expect(log.map(numberOf)).toEqual(acknowledged);
    expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
    expect(await defectsOf(store)).toEqual([]);
    await store.close();
    expect((await logOf(openedLog(path))).map(numberOf)).toEqual(acknowledged);
  },
);
