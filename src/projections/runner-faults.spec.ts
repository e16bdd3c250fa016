import { afterEach, describe, expect, it } from 'vitest';
import { type CommitFault, onCall, withFaults, withPages } from '../../test/support/projection-faults.ts';
import { createProjectionLedger, eventually } from '../../test/support/projection-ledger.ts';
import {
  catchUp,
  liveAndExpected,
  type ProjectorRun,
  recordOrders,
  standingAt,
  startRun,
} from '../../test/support/projection-runs.ts';
import { StoreUnavailable } from '../domain/kernel/faults.ts';

const runs: ProjectorRun[] = [];

/** A projector that is stopped when the test is over, however it went. */
const starting: typeof startRun = async (...given) => {
  const run = await startRun(...given);
  runs.push(run);
  return run;
};

afterEach(async () => {
  for (const { projector } of runs.splice(0)) await projector.stop();
});

describe('a read model that fails', () => {
  const faults: readonly CommitFault[] = ['fails-before', 'fails-after', 'lost'];
  const cases = faults.flatMap((fault) => [1, 2, 3, 4].map((call) => ({ fault, call })));

  it.each(cases)('loses no event when commit $call $fault', async ({ fault, call }) => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);
    const readModel = withFaults(ledger.readModel, { commit: onCall(call, fault) });

    await starting(ledger, { readModel });
    await standingAt(ledger.readModel, await ledger.store.head());

    const { live, expected } = await liveAndExpected(ledger);
    expect(live).toEqual(expected);
  });

  it.each(faults)('loses no event when every other commit %s', async (fault) => {
    const ledger = createProjectionLedger();
    let commits = 0;
    const readModel = withFaults(ledger.readModel, {
      commit: () => {
        commits += 1;
        return commits % 2 === 1 ? fault : undefined;
      },
    });

    await starting(ledger, { readModel });
    for (const first of [1, 11, 21]) {
      await recordOrders(ledger, first);
      await standingAt(ledger.readModel, await ledger.store.head());
    }

    const { live, expected } = await liveAndExpected(ledger);
    expect(live).toEqual(expected);
  });

  it.each([1, 2, 3, 4])('loses no event when load %i fails', async (call) => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);
    await catchUp(ledger);
    const readModel = withFaults(ledger.readModel, { load: () => onlyCall() === true });
    const onlyCall = onCall(call, true);
    await starting(ledger, { readModel });

    await recordOrders(ledger, 11);
    await ledger.run(1, { type: 'RefundPayment', amount: 100, reason: 'broken' });
    await standingAt(ledger.readModel, await ledger.store.head());

    const { live, expected } = await liveAndExpected(ledger);
    expect(live).toEqual(expected);
  });

  it('lets the other projections go on while one of them cannot commit', async () => {
    const ledger = createProjectionLedger();
    let isDown = true;
    const readModel = withFaults(ledger.readModel, {
      commit: (name) => (isDown && name === 'order-list' ? 'fails-before' : undefined),
    });
    await starting(ledger, { readModel });

    await recordOrders(ledger);
    const head = await ledger.store.head();
    await eventually('all but the one that is down have arrived', async () => {
      const records = await ledger.readModel.projections();
      return records.every(({ name, active }) => (active?.position === head) === (name !== 'order-list'));
    });
    isDown = false;
    await standingAt(ledger.readModel, head);

    const { live, expected } = await liveAndExpected(ledger);
    expect(live).toEqual(expected);
  });
});

describe('an event store that fails', () => {
  it('is asked again until it answers, and nothing is missing', async () => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);
    const store = withPages(ledger.store, (page, _asked, number) => {
      if (number < 4) throw new StoreUnavailable('event store', 'no connection', 'Start it.');
      return page;
    });

    const { logged } = await starting(ledger, { store });
    await standingAt(ledger.readModel, await ledger.store.head());

    const { live, expected } = await liveAndExpected(ledger);
    expect(live).toEqual(expected);
    expect(logged.filter(({ level }) => level === 'warn')).toHaveLength(3);
  });
});
