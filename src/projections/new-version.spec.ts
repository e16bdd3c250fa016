import { afterEach, describe, expect, it } from 'vitest';
import { onCall, withFaults, withPages } from '../../test/support/projection-faults.ts';
import { placeOrder } from '../../test/support/projection-history.ts';
import {
  createProjectionLedger,
  documentsOf,
  eventually,
  expectedDocuments,
  type ProjectionLedger,
} from '../../test/support/projection-ledger.ts';
import { catchUp, type ProjectorRun, recordOrders, startRun } from '../../test/support/projection-runs.ts';
import type { ProjectionRecord } from '../ports/read-model.ts';
import { orderList } from './order-list.ts';
import type { AnyProjection } from './projection.ts';

/** The next version of the list: it says the same, and one thing more. */
const nextList: AnyProjection = {
  ...orderList,
  version: 2,
  when: (row: never, event: never) => {
    const next = orderList.when(row, event);
    return next && { ...next, isNext: true };
  },
};

const runs: ProjectorRun[] = [];

const starting: typeof startRun = async (...given) => {
  const run = await startRun(...given);
  runs.push(run);
  return run;
};

afterEach(async () => {
  for (const { projector } of runs.splice(0)) await projector.stop();
});

async function recordOf({ readModel }: ProjectionLedger): Promise<ProjectionRecord | undefined> {
  return (await readModel.projections()).find(({ name }) => name === orderList.name);
}

/** A ledger with orders in it, and the older version of the list live. */
async function olderLive(): Promise<ProjectionLedger> {
  const ledger = createProjectionLedger();
  await recordOrders(ledger);
  await catchUp(ledger, { projections: [orderList] });
  return ledger;
}

async function isLive(ledger: ProjectionLedger): Promise<void> {
  await eventually('the next version is live and has everything', async () => {
    const active = (await recordOf(ledger))?.active;
    return active?.version === 2 && active.position === (await ledger.store.head());
  });
}

describe('a projection that was built by an older version', () => {
  it('is built anew beside the live one, takes its place, and follows the log from there', async () => {
    const ledger = await olderLive();

    await starting(ledger, { projections: [nextList] });
    await isLive(ledger);
    await ledger.run(9, placeOrder(9));
    await isLive(ledger);

    expect(await documentsOf(ledger.readModel, nextList)).toEqual(await expectedDocuments(ledger, nextList));
    expect(await recordOf(ledger)).toMatchObject({ previous: { version: 1 } });
  });

  it('goes on answering, with the documents of its version, until then', async () => {
    const ledger = await olderLive();
    const older = await documentsOf(ledger.readModel, orderList);
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const store = withPages(ledger.store, async (page) => {
      await gate;
      return page;
    });
    const reader = ledger.readModel.reader(orderList);

    await starting(ledger, { projections: [nextList], store });
    await eventually('the build has begun', async () => (await recordOf(ledger))?.building !== undefined);
    const during = await Promise.all([...older.keys()].map(async (id) => (await reader.get(id))?.body));
    release();
    await isLive(ledger);
    const afterwards = await Promise.all([...older.keys()].map(async (id) => (await reader.get(id))?.body));

    expect(during.some((body) => body?.includes('isNext') !== false)).toBe(false);
    expect(afterwards.every((body) => body?.includes('isNext'))).toBe(true);
  });

  it('is built in the end, also where the store fails on the way', async () => {
    const ledger = await olderLive();
    const readModel = withFaults(ledger.readModel, { commit: onCall(1, 'fails-before') });

    const { logged } = await starting(ledger, { projections: [nextList], readModel });
    await isLive(ledger);

    expect(await documentsOf(ledger.readModel, nextList)).toEqual(await expectedDocuments(ledger, nextList));
    expect(logged.map(({ message }) => message)).toContain('projection starts over');
  });

  it('halts by name where the new version cannot take an event in, and the old documents stay', async () => {
    const ledger = await olderLive();
    const older = await documentsOf(ledger.readModel, orderList);
    const poisoned: AnyProjection = {
      ...nextList,
      when: (row: never, event: never) => {
        if ((event as { position: number }).position === 6) throw new TypeError('no such member');
        return nextList.when(row, event);
      },
    };

    await starting(ledger, { projections: [poisoned] });
    await eventually('it has halted', async () => (await recordOf(ledger))?.active?.halted !== undefined);

    expect((await recordOf(ledger))?.active).toMatchObject({
      version: 1,
      halted: { position: 6, error: 'no such member' },
    });
    expect(await documentsOf(ledger.readModel, orderList)).toEqual(older);
  });

  it('is built once by two processes that both know the new version', async () => {
    const ledger = await olderLive();

    await starting(ledger, { projections: [nextList] });
    await starting(ledger, { projections: [nextList] });
    await isLive(ledger);
    for (const number of [7, 8, 9]) {
      await ledger.run(number, placeOrder(number));
      await isLive(ledger);
    }

    expect(await documentsOf(ledger.readModel, nextList)).toEqual(await expectedDocuments(ledger, nextList));
    expect((await recordOf(ledger))?.previous).toMatchObject({ version: 1 });
  });
});

describe('a process that is told to stop while it builds', () => {
  it('reads and writes nothing afterwards, and the next one finishes', async () => {
    const ledger = await olderLive();
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let calls = 0;
    const store = withPages(ledger.store, async (page) => {
      calls += 1;
      if (calls > 3) await gate;
      return page.slice(0, 1);
    });
    const { projector } = await startRun(ledger, { projections: [nextList], store });
    await eventually('it is on its way', () => calls > 3);

    const stopping = projector.stop();
    release();
    await stopping;
    const [callsThen, then] = [calls, JSON.stringify(await recordOf(ledger))];
    await new Promise((resolve) => setImmediate(resolve));

    expect([calls, JSON.stringify(await recordOf(ledger))]).toEqual([callsThen, then]);
    expect(await recordOf(ledger)).toMatchObject({ active: { version: 1 } });
    await starting(ledger, { projections: [nextList] });
    await isLive(ledger);
    expect(await documentsOf(ledger.readModel, nextList)).toEqual(await expectedDocuments(ledger, nextList));
  });
});
