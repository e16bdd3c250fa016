import { afterEach, describe, expect, it } from 'vitest';
import { type CommitFault, onCall, withFaults, withPages } from '../../test/support/projection-faults.ts';
import { placeOrder } from '../../test/support/projection-history.ts';
import { createProjectionLedger, eventually } from '../../test/support/projection-ledger.ts';
import {
  catchUp,
  createRun,
  liveAndExpected,
  type ProjectorRun,
  positionsOf,
  recordOrders,
  standingAt,
  startRun,
} from '../../test/support/projection-runs.ts';
import { DamagedData } from '../domain/kernel/faults.ts';
import { projections } from './registry.ts';

const runs: ProjectorRun[] = [];

const starting: typeof startRun = async (...given) => {
  const run = await startRun(...given);
  runs.push(run);
  return run;
};

afterEach(async () => {
  for (const { projector } of runs.splice(0)) await projector.stop();
});

describe('following the log', () => {
  it('builds every projection from the beginning, and tells what each commit changed', async () => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);

    const { projector, committed } = await starting(ledger);
    await projector.reached(await ledger.store.head());

    const { live, expected } = await liveAndExpected(ledger);
    expect(live).toEqual(expected);
    expect(committed.map(({ projection }) => projection).toSorted()).toEqual(Object.keys(live).toSorted());
    // Some projections are about nothing that has happened here.
    for (const { projection, writes } of committed) {
      expect(writes.length > 0, projection).toBe(Object.keys(live[projection] ?? {}).length > 0);
    }
  });

  it('hears of new events, and tells positions that only grow', async () => {
    const ledger = createProjectionLedger();
    const { committed } = await starting(ledger);

    for (const first of [1, 11, 21]) {
      await recordOrders(ledger, first);
      await standingAt(ledger.readModel, await ledger.store.head());
    }

    const positions = committed
      .filter(({ projection }) => projection === 'stats')
      .map(({ position }) => position);
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    const { live, expected } = await liveAndExpected(ledger);
    expect(live).toEqual(expected);
  });

  it('finds new events also when nobody rings', async () => {
    const ledger = createProjectionLedger();
    const { committed } = await starting(ledger, { store: { ...ledger.store, onAppended: () => () => {} } });

    await ledger.run(1, placeOrder(1));
    await eventually('the order was projected', () => committed.length === projections.length);

    expect(await positionsOf(ledger.readModel)).toEqual(projections.map(() => 1));
  });

  it('finishes the page at hand when it is told to stop, and does nothing afterwards', async () => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    let answers = 0;
    const readModel = withFaults(ledger.readModel, {
      answered: async () => {
        answers += 1;
        if (answers === 2) await gate;
      },
    });
    const { projector } = await startRun(ledger, { readModel });
    await eventually('the second projection commits', () => answers === 2);

    let stopped = false;
    const stopping = projector.stop().then(() => {
      stopped = true;
    });
    await ledger.run(9, placeOrder(9));
    expect(stopped).toBe(false);
    release();
    await stopping;

    const head = await ledger.store.head();
    expect(await positionsOf(ledger.readModel)).toEqual(projections.map(() => head - 1));
    expect(answers).toBe(projections.length);
  });
});

describe('a log that is shorter than what was projected', () => {
  it('is refused, naming the projection and both positions', async () => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);
    await catchUp(ledger);
    const head = await ledger.store.head();
    const { projector } = createRun(ledger, { store: createProjectionLedger().store });

    const starting = projector.start();

    await expect(starting).rejects.toThrow(DamagedData);
    await expect(starting).rejects.toThrow(`has seen position ${head}, the log ends at 0`);
  });

  it('is not what it looks like when another projector is faster', async () => {
    const ledger = createProjectionLedger();
    await ledger.run(1, placeOrder(1));
    const store = {
      ...ledger.store,
      head: async () => {
        const head = await ledger.store.head();
        await ledger.run(2, placeOrder(2));
        await catchUp(ledger);
        return head;
      },
    };

    const { projector } = await starting(ledger, { store });

    await projector.reached(2);
    const { live, expected } = await liveAndExpected(ledger);
    expect(live).toEqual(expected);
  });
});

describe('a projector that dies', () => {
  const sides: readonly CommitFault[] = ['crash-before', 'crash-after'];

  it.each(sides)('at any commit (%s) leaves what the next one completes', async (side) => {
    let call = 0;
    for (let crashed = true; crashed; ) {
      call += 1;
      const ledger = createProjectionLedger();
      await recordOrders(ledger);
      const head = await ledger.store.head();
      const crash = onCall(call, side);
      crashed = false;
      const readModel = withFaults(ledger.readModel, {
        commit: () => {
          const fault = crash();
          crashed ||= fault !== undefined;
          return fault;
        },
      });
      const store = withPages(ledger.store, (page) => page.slice(0, 3));
      const { projector } = await startRun(ledger, { readModel, store });
      const isOver = async () => crashed || (await positionsOf(ledger.readModel)).every((at) => at === head);
      await eventually('it died or arrived', isOver);
      if (!crashed) await projector.stop();

      await catchUp(ledger);

      const { live, expected } = await liveAndExpected(ledger);
      expect(live, `after the death at commit ${call}`).toEqual(expected);
    }
    expect(call).toBeGreaterThan(20);
  });
});

describe('two projectors at once', () => {
  it('may start at the same moment, on nothing', async () => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);

    await Promise.all([starting(ledger), starting(ledger)]);
    await standingAt(ledger.readModel, await ledger.store.head());

    const { live, expected } = await liveAndExpected(ledger);
    expect(live).toEqual(expected);
  });

  it('take turns: who comes second writes nothing, and the documents are those of one', async () => {
    const ledger = createProjectionLedger();
    let lost = 0;
    const answered = async (done: boolean) => {
      if (!done) lost += 1;
      // A turn of the event loop, so that the other one gets between.
      await new Promise((resolve) => setImmediate(resolve));
    };
    const readModel = withFaults(ledger.readModel, { answered });
    await starting(ledger, { readModel });
    await starting(ledger, { readModel });

    for (const first of [1, 11, 21, 31]) {
      await recordOrders(ledger, first);
      await standingAt(ledger.readModel, await ledger.store.head());
    }

    const { live, expected } = await liveAndExpected(ledger);
    expect(live).toEqual(expected);
    expect(lost).toBeGreaterThan(0);
  });
});
