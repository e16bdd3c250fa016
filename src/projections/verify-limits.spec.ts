import { describe, expect, it } from 'vitest';
import { withPages } from '../../test/support/projection-faults.ts';
import { eur, note, orderIdOf } from '../../test/support/projection-history.ts';
import type { ProjectionLedger } from '../../test/support/projection-ledger.ts';
import { projectedLedger, recordOf } from '../../test/support/projection-runs.ts';
import { createMemoryReadModel } from '../adapters/read-model/memory/memory-read-model.ts';
import { StoreUnavailable } from '../domain/kernel/faults.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { Defect } from './defect.ts';
import { orderDetails } from './order-details.ts';
import { projections } from './registry.ts';
import { verify } from './verify.ts';

async function examine(ledger: ProjectionLedger, store: EventStore = ledger.store) {
  const defects: Defect[] = [];
  const scratch = createMemoryReadModel();
  await verify({ ...ledger, store, scratch, projections, brokenRules: () => [] }, (defect) =>
    defects.push(defect),
  );
  return defects;
}

describe('read models that are ahead of the log', () => {
  it('are named, with every document that holds what the log does not have any more', async () => {
    const ledger = await projectedLedger();
    const head = await ledger.store.head();
    const shorter = {
      ...withPages(ledger.store, (page) => page.filter(({ position }) => position < head)),
      head: async () => head - 1,
    };

    const defects = await examine(ledger, shorter);

    for (const { name } of projections) {
      expect(defects).toContainEqual({
        projection: name,
        position: head,
        problem: `has seen position ${head}, the log ends at ${head - 1}: its tail was cut off, or an older log was put back`,
      });
    }
    expect(defects).toContainEqual(
      expect.objectContaining({
        ...{ projection: 'order-details', stream: `order-${orderIdOf(11)}`, position: head },
        problem: expect.stringContaining('its tail was cut off'),
      }),
    );
  });

  it('are named also where no document shows it', async () => {
    const ledger = await projectedLedger();
    const head = await ledger.store.head();
    const { active } = await recordOf(ledger, orderDetails);
    const generation = await ledger.readModel.open(orderDetails, active?.generation ?? 0);
    await generation.commit({ from: head, to: head + 5, writes: [], deletes: [] });

    expect(await examine(ledger)).toEqual([
      {
        ...{ projection: 'order-details', position: head + 5 },
        problem: `has seen position ${head + 5}, the log ends at ${head}: its tail was cut off, or an older log was put back`,
      },
    ]);
  });
});

describe('a log that cannot be examined to its end', () => {
  it('says so, and calls no document wrong that it could not check', async () => {
    const ledger = await projectedLedger();
    const store = withPages(ledger.store, (page, _asked, number) => {
      if (number === 6) throw new StoreUnavailable('event store', 'disk I/O error', 'Check the disk.');
      return page.slice(0, 4);
    });

    expect(await examine(ledger, store)).toEqual([{ problem: 'event store: disk I/O error' }]);
  });

  it('calls no document wrong that comes after an event it could not fold', async () => {
    const ledger = await projectedLedger();
    const position = (await ledger.store.head()) + 1;
    await ledger.record(2, { type: 'PaymentCaptured', data: { capture: 1, amount: eur(100), postings: [] } });
    await ledger.run(12, note);
    const { active } = await recordOf(ledger, orderDetails);
    const live = await ledger.readModel.open(orderDetails, active?.generation ?? 0);
    const id = orderIdOf(12);
    const body = JSON.stringify(ledger.stateOf(12));
    const write = { id, body, position: position + 1, fields: {}, isNew: false };
    await live.commit({ from: position - 1, to: position + 1, writes: [write], deletes: [] });

    const defects = await examine(ledger);

    expect(defects.map(({ projection, position: at }) => [projection, at])).toEqual([
      ['order-details', position],
      ['payment-details', position],
    ]);
  });

  it('passes on what the store itself finds', async () => {
    const ledger = await projectedLedger();
    const defect = { stream: 'order-x', revision: 3, problem: 'the event at revision 3 is missing' };
    const store: EventStore = {
      ...ledger.store,
      audit: async function* () {
        yield defect;
      },
    };

    expect(await examine(ledger, store)).toEqual([defect]);
  });
});

describe('a log whose pages lead back to each other', () => {
  it('is not read for ever: the position that comes again is a finding, and the end', async () => {
    const ledger = await projectedLedger();
    const again = await ledger.store.readAll({ after: 0, countMax: 3 });
    const circling = withPages(ledger.store, (page, _, number) => {
      if (number > 3) throw new Error('it is still read');
      return [...page.slice(0, 5), ...again];
    });

    const defects = await examine(ledger, circling);

    expect(defects).toContainEqual({ problem: 'position 1 comes after position 5; restore a backup' });
  });
});
