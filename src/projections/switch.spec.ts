import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withPages } from '../../test/support/projection-faults.ts';
import { orderIdOf, placeOrder } from '../../test/support/projection-history.ts';
import {
  createProjectionLedger,
  documentsOf,
  expectedDocuments,
  type ProjectionLedger,
} from '../../test/support/projection-ledger.ts';
import {
  catchUp,
  type ProjectorRun,
  recordOf,
  recordOrders,
  standingAt,
  startRun,
} from '../../test/support/projection-runs.ts';
import { createMemoryReadModel } from '../adapters/read-model/memory/memory-read-model.ts';
import { openSqliteReadModel } from '../adapters/read-model/sqlite/sqlite-read-model.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { ReadModel } from '../ports/read-model.ts';
import { orderList } from './order-list.ts';
import { rebuild, rollback } from './rebuild.ts';

const stores = {
  memory: () => createMemoryReadModel(),
  sqlite: (directory: string) => openSqliteReadModel({ path: join(directory, 'read.db') }),
} as const;

describe.each(Object.keys(stores) as (keyof typeof stores)[])('switching generations in %s', (name) => {
  let directory: string;
  let readModel: ReadModel;
  let ledger: ProjectionLedger;
  const runs: ProjectorRun[] = [];

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'ledger-switch-'));
    readModel = stores[name](directory);
    ledger = { ...createProjectionLedger(), readModel };
    await recordOrders(ledger);
    await catchUp(ledger, { projections: [orderList] });
  });

  afterEach(async () => {
    for (const { projector } of runs.splice(0)) await projector.stop();
    await readModel.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** The log in small pages, with room for everybody else in between. */
  function slowly(): EventStore {
    return withPages(ledger.store, async (page) => {
      await new Promise((resolve) => setImmediate(resolve));
      return page.slice(0, 3);
    });
  }

  async function expectLiveToBeTheFold(): Promise<void> {
    expect(await documentsOf(readModel, orderList)).toEqual(await expectedDocuments(ledger, orderList));
  }

  it('shows no reader an older state, while commands go on and the log is rebuilt again and again', async () => {
    runs.push(await startRun(ledger, { projections: [orderList] }));
    const reader = readModel.reader(orderList);
    const seen: number[] = [];
    const rows: number[] = [];
    let isOver = false;
    const reading = (async () => {
      while (!isOver) {
        seen.push(await reader.position());
        const { documents, asOf } = await reader.list({ equals: {}, orderBy: 'placedAt', countMax: 100 });
        rows.push(documents.length);
        seen.push(asOf);
        await new Promise((resolve) => setImmediate(resolve));
      }
    })();

    for (let number = 11; number < 21; number++) {
      const building = rebuild(orderList, { ...ledger, store: slowly() }, {});
      await ledger.run(number, placeOrder(number));
      await building;
    }
    await standingAt(readModel, await ledger.store.head());
    isOver = true;
    await reading;

    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(rows).toEqual(rows.toSorted((a, b) => a - b));
    expect(seen.length).toBeGreaterThan(20);
    await expectLiveToBeTheFold();
  });

  it('takes in what was written and projected after the build was done', async () => {
    runs.push(await startRun(ledger, { projections: [orderList] }));

    const report = await rebuild(orderList, ledger, {
      inspect: async () => {
        await ledger.run(11, placeOrder(11));
        await standingAt(readModel, await ledger.store.head());
      },
    });

    expect(report.position).toBe(await ledger.store.head());
    expect((await readModel.reader(orderList).get(orderIdOf(11)))?.body).toContain(orderIdOf(11));
    await ledger.run(12, placeOrder(12));
    await standingAt(readModel, await ledger.store.head());
    await expectLiveToBeTheFold();
  });

  it('lets one of two rebuilds win, tells the other one why, and never mixes them', async () => {
    const outcomes = await Promise.allSettled([
      rebuild(orderList, { ...ledger, store: slowly() }, {}),
      rebuild(orderList, ledger, {}),
    ]);

    const refused = outcomes.flatMap((each) => (each.status === 'rejected' ? [each.reason as Error] : []));
    expect(refused.length).toBeLessThan(2);
    for (const { name: error, message } of refused) {
      expect([error, message]).toEqual(['StoreUnavailable', expect.stringContaining('another process')]);
    }
    expect(await recordOf(ledger, orderList)).not.toHaveProperty('building');
    await expectLiveToBeTheFold();
  });

  it.each([
    ['restarted', { restart: true }],
    ['tried out', { dryRun: true }],
  ])('never shows half of what is being built when it is %s by somebody else', async (_how, options) => {
    let other: Promise<unknown> = Promise.resolve();
    const first = rebuild(orderList, ledger, {
      inspect: async () => {
        other = rebuild(orderList, ledger, options);
        await other.catch(() => {});
      },
    });

    await Promise.allSettled([first, other]);

    await expectLiveToBeTheFold();
    await rebuild(orderList, ledger, {});
    await expectLiveToBeTheFold();
  });

  it('goes back to the generation before, brought up to date first, and forward again', async () => {
    const original = (await recordOf(ledger, orderList)).active?.generation;
    const rebuilt = await rebuild(orderList, ledger, {});
    runs.push(await startRun(ledger, { projections: [orderList] }));
    await ledger.run(11, placeOrder(11));
    await standingAt(readModel, await ledger.store.head());

    expect(await rollback(orderList, ledger)).toEqual({ done: true, generation: original });
    await expectLiveToBeTheFold();
    await ledger.run(12, placeOrder(12));
    await standingAt(readModel, await ledger.store.head());

    expect(await rollback(orderList, ledger)).toEqual({ done: true, generation: rebuilt.generation });
    await ledger.run(13, placeOrder(13));
    await standingAt(readModel, await ledger.store.head());
    await expectLiveToBeTheFold();
    expect((await recordOf(ledger, orderList)).previous?.generation).toBe(original);
  });

  it('does not go back where there is nothing to go back to, or only what this build does not make', async () => {
    expect(await rollback(orderList, ledger)).toMatchObject({
      done: false,
      why: expect.stringContaining('no previous generation'),
    });
    await rebuild({ ...orderList, version: 2 }, ledger, {});

    expect(await rollback({ ...orderList, version: 2 }, ledger)).toMatchObject({
      done: false,
      why: expect.stringContaining('is of version 1, this build makes 2'),
    });
    expect((await recordOf(ledger, orderList)).active?.version).toBe(2);
  });
});
