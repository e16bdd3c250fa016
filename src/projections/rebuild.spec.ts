import { describe, expect, it } from 'vitest';
import { onCall, withFaults, withPages } from '../../test/support/projection-faults.ts';
import { orderIdOf, placeOrder } from '../../test/support/projection-history.ts';
import {
  createProjectionLedger,
  documentsOf,
  eventually,
  expectedDocuments,
} from '../../test/support/projection-ledger.ts';
import { inventoryOfActive, projectedLedger, recordOf } from '../../test/support/projection-runs.ts';
import { StoreUnavailable } from '../domain/kernel/faults.ts';
import { PoisonEvent } from './document-fold.ts';
import { orderDetails } from './order-details.ts';
import { orderList } from './order-list.ts';
import { type RebuildOptions, rebuild } from './rebuild.ts';
import { projections } from './registry.ts';

describe('a rebuild', () => {
  it.each(projections.map((projection) => ({ name: projection.name, projection })))(
    'of $name gives what is live, to the last byte, however the log is cut into pages',
    async ({ projection }) => {
      const ledger = await projectedLedger();
      const live = await inventoryOfActive(ledger, projection);
      const expected = await expectedDocuments(ledger, projection);

      for (const countMax of [1, 2, 3, 7, 1_000]) {
        const store = withPages(ledger.store, (page) => page.slice(0, countMax));
        await rebuild(projection, { ...ledger, store }, {});

        expect(await inventoryOfActive(ledger, projection)).toEqual(live);
        expect(await documentsOf(ledger.readModel, projection)).toEqual(expected);
      }
      expect(live.documents).toBe(expected.size);
    },
  );

  it('keeps the generation before, and tells what it has done', async () => {
    const ledger = await projectedLedger();
    const { active } = await recordOf(ledger, orderList);
    const head = await ledger.store.head();

    const report = await rebuild(orderList, ledger, {});

    expect(report).toMatchObject({ position: head, head, events: head });
    expect(report).not.toHaveProperty('resumedAt');
    expect(await recordOf(ledger, orderList)).toMatchObject({
      active: { generation: report.generation, position: head },
      previous: { generation: active?.generation },
    });
    expect(await recordOf(ledger, orderList)).not.toHaveProperty('building');
  });

  it('of a log without events is empty and live', async () => {
    const ledger = createProjectionLedger();

    const report = await rebuild(orderList, ledger, {});

    expect(report).toMatchObject({ events: 0, position: 0, head: 0 });
    expect((await recordOf(ledger, orderList)).active).toMatchObject({ position: 0 });
  });

  it('tells how far it is, never backwards', async () => {
    const ledger = await projectedLedger();
    const told: number[] = [];
    const store = withPages(ledger.store, (page) => page.slice(0, 3));

    await rebuild(orderList, { ...ledger, store }, { onProgress: ({ position }) => told.push(position) });

    expect(told.at(-1)).toBe(await ledger.store.head());
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    expect(told.length).toBeGreaterThan(5);
  });
});

describe('a rebuild that does not get to the end', () => {
  it('dropped at any page leaves what is live alone, and the next one finishes', async () => {
    const pages = 9;
    for (let at = 1; at <= pages; at++) {
      const ledger = await projectedLedger();
      const before = await recordOf(ledger, orderList);
      const fails = onCall(at, true);
      const store = withPages(ledger.store, (page) => {
        if (fails() === true) throw new StoreUnavailable('event store', 'no connection', 'Start it.');
        return page.slice(0, 3);
      });

      await expect(rebuild(orderList, { ...ledger, store }, {})).rejects.toThrow(StoreUnavailable);
      expect((await recordOf(ledger, orderList)).active).toEqual(before.active);
      await rebuild(orderList, ledger, {});

      expect(await documentsOf(ledger.readModel, orderList)).toEqual(
        await expectedDocuments(ledger, orderList),
      );
    }
  });

  it('is taken up where it had got to, and says so', async () => {
    const { ledger, head } = await halfBuilt();
    await ledger.run(31, placeOrder(31));

    const report = await rebuild(orderList, ledger, {});

    expect(report).toMatchObject({ resumedAt: head, events: 1 });
    expect(await documentsOf(ledger.readModel, orderList)).toEqual(
      await expectedDocuments(ledger, orderList),
    );
  });

  it('starts from nothing when it is told to', async () => {
    const { ledger, head } = await halfBuilt();

    const report = await rebuild(orderList, ledger, { restart: true });

    expect(report).not.toHaveProperty('resumedAt');
    expect(report).toMatchObject({ events: head });
    expect(await documentsOf(ledger.readModel, orderList)).toEqual(
      await expectedDocuments(ledger, orderList),
    );
  });

  it('stops when it is told to, and leaves what is live alone', async () => {
    const ledger = await projectedLedger();
    const before = await recordOf(ledger, orderList);
    const stopping = new AbortController();
    const store = withPages(ledger.store, (page) => page.slice(0, 3));
    const options: RebuildOptions = { signal: stopping.signal, onProgress: () => stopping.abort() };

    await expect(rebuild(orderList, { ...ledger, store }, options)).rejects.toThrow('aborted');

    expect((await recordOf(ledger, orderList)).active).toEqual(before.active);
  });

  it.each([
    ['fails-before', 'commit was made to fail'],
    ['crash-after', ''],
    ['lost', 'another process is building order-list'],
  ] as const)('leaves what is live alone when its commit %s', async (fault, why) => {
    const ledger = await projectedLedger();
    const before = await recordOf(ledger, orderList);
    let commits = 0;
    const readModel = withFaults(ledger.readModel, {
      commit: () => {
        commits += 1;
        return fault;
      },
    });

    const outcome = rebuild(orderList, { ...ledger, readModel }, {});
    if (fault === 'crash-after') await eventually('it died', () => commits === 1);
    else await expect(outcome).rejects.toThrow(why);

    expect((await recordOf(ledger, orderList)).active).toEqual(before.active);
    await rebuild(orderList, ledger, {});
    expect(await documentsOf(ledger.readModel, orderList)).toEqual(
      await expectedDocuments(ledger, orderList),
    );
  });

  it.each([
    ['of an unknown type', 'OrderTeleported', '{}'],
    ['whose text is damaged', 'OrderFulfilled', '{"half'],
    ['that is impossible here', 'OrderPlaced', JSON.stringify({})],
  ])('names an event %s, and leaves what is live alone', async (_what, type, data) => {
    const ledger = await projectedLedger();
    const before = await recordOf(ledger, orderDetails);
    await ledger.recordText(`order-${orderIdOf(1)}`, type, data);
    const position = await ledger.store.head();

    const failed = await rebuild(orderDetails, ledger, {}).catch((error: unknown) => error);

    expect(failed).toBeInstanceOf(PoisonEvent);
    expect((failed as PoisonEvent).event).toMatchObject({ position, type });
    expect((await recordOf(ledger, orderDetails)).active).toEqual(before.active);
  });
});

/** A build that has taken in everything and was not activated. */
async function halfBuilt() {
  const ledger = await projectedLedger();
  const head = await ledger.store.head();
  const stop = async () => {
    throw new StoreUnavailable('read model', 'killed here', 'Run it again.');
  };
  await rebuild(orderList, ledger, { inspect: stop }).catch(() => {});
  return { ledger, head };
}
