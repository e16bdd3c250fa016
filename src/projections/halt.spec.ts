import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { onCall, withFaults } from '../../test/support/projection-faults.ts';
import { orderIdOf, placeOrder } from '../../test/support/projection-history.ts';
import {
  createProjectionLedger,
  documentsOf,
  eventually,
  expectedDocuments,
  type ProjectionLedger,
} from '../../test/support/projection-ledger.ts';
import { type ProjectorRun, recordOrders, startRun } from '../../test/support/projection-runs.ts';
import type { Halt } from '../ports/read-model.ts';
import { orderDetails } from './order-details.ts';
import { orderList } from './order-list.ts';
import { type AnyProjection, isAbout } from './projection.ts';
import { rebuild } from './rebuild.ts';
import { projections } from './registry.ts';

const parcelEvents = { ParcelSent: { version: 1, data: z.strictObject({ weight: z.number() }) } };

/** About something else than orders, so that trouble with orders is none of its business. */
const parcels: AnyProjection = {
  ...{ name: 'parcels', version: 1, category: 'parcel', fields: [], indexes: [], keys: 'stream' },
  when: (document: { sent: number } | undefined) => ({ sent: (document?.sent ?? 0) + 1 }),
  fieldsOf: () => ({}),
};

const runs: ProjectorRun[] = [];

const starting: typeof startRun = async (...given) => {
  const run = await startRun(...given);
  runs.push(run);
  return run;
};

async function stopAll(): Promise<void> {
  for (const { projector } of runs.splice(0)) await projector.stop();
}

afterEach(stopAll);

/** The list of orders, in a version that cannot take in the event at this position, for as long as it is told so. */
function brokenAt(position: number, isBroken = () => true): AnyProjection {
  return {
    ...orderList,
    when: (row: never, event: never) => {
      const at = (event as { position: number }).position;
      if (at === position && isBroken()) throw new TypeError('no such member');
      return orderList.when(row, event);
    },
  };
}

async function haltOf({ readModel }: ProjectionLedger, name: string): Promise<Halt | undefined> {
  return (await readModel.projections()).find((record) => record.name === name)?.active?.halted;
}

async function positionOf({ readModel }: ProjectionLedger, name: string): Promise<number | undefined> {
  return (await readModel.projections()).find((record) => record.name === name)?.active?.position;
}

const hasHalted = (ledger: ProjectionLedger, name: string) =>
  eventually(`${name} has halted`, async () => (await haltOf(ledger, name)) !== undefined);

const hasArrived = async (ledger: ProjectionLedger, name: string) => {
  const head = await ledger.store.head();
  await eventually(`${name} stands at ${head}`, async () => (await positionOf(ledger, name)) === head);
};

describe('an event a projection cannot take in', () => {
  it('halts that projection, naming position, type and error; the others go on', async () => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);
    const type = (await ledger.events())[4]?.type;

    const { logged } = await starting(ledger, { projections: [brokenAt(5), orderDetails] });
    await hasHalted(ledger, 'order-list');
    await hasArrived(ledger, 'order-details');

    expect(await haltOf(ledger, 'order-list')).toEqual({ position: 5, type, error: 'no such member' });
    expect(logged).toContainEqual({
      level: 'error',
      fields: { projection: 'order-list', position: 5, type, error: 'no such member' },
      message: 'projection halted',
    });
  });

  it('leaves everything before it, and nothing after it', async () => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);

    await starting(ledger, { projections: [brokenAt(5)] });
    await hasHalted(ledger, 'order-list');
    await ledger.run(9, placeOrder(9));

    expect(await positionOf(ledger, 'order-list')).toBe(4);
    expect(await documentsOf(ledger.readModel, orderList)).toEqual(
      await expectedDocuments(ledger, orderList, 4),
    );
  });

  it('is taken in by the next process that can, from where the other one stood', async () => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);
    await starting(ledger, { projections: [brokenAt(5)] });
    await hasHalted(ledger, 'order-list');
    await stopAll();

    await starting(ledger, { projections: [orderList] });
    await hasArrived(ledger, 'order-list');

    expect(await haltOf(ledger, 'order-list')).toBeUndefined();
    expect(await documentsOf(ledger.readModel, orderList)).toEqual(
      await expectedDocuments(ledger, orderList),
    );
  });

  it('is no silent halt where the halt itself cannot be recorded at first', async () => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);
    const refused = onCall(1, true);
    const readModel = withFaults(ledger.readModel, { halt: () => refused() === true });

    await starting(ledger, { readModel, projections: [brokenAt(5)] });
    await hasHalted(ledger, 'order-list');

    expect(await haltOf(ledger, 'order-list')).toMatchObject({ position: 5 });
  });

  it('stops halting the running process once a rebuild has put a sound generation in its place', async () => {
    const ledger = createProjectionLedger();
    await recordOrders(ledger);
    let isBroken = true;
    const projection = brokenAt(5, () => isBroken);
    await starting(ledger, { projections: [projection] });
    await hasHalted(ledger, 'order-list');

    isBroken = false;
    await rebuild(projection, ledger, {});
    await ledger.run(9, placeOrder(9));
    await hasArrived(ledger, 'order-list');

    expect(await documentsOf(ledger.readModel, orderList)).toEqual(
      await expectedDocuments(ledger, orderList),
    );
  });
});

describe('an event nobody can read', () => {
  const stream = `order-${orderIdOf(1)}`;

  it.each([
    ['of a type this build does not know', 'OrderTeleported', '{}', 1, 'no event of this type is known'],
    ['of a newer version', 'OrderFulfilled', '{}', 3, 'version 3 is newer than 2; upgrade this build'],
    ['whose text is damaged', 'OrderFulfilled', '{"half', 1, 'JSON'],
  ] as const)('%s halts what is about orders, and nothing else', async (_what, type, data, version, why) => {
    const ledger = createProjectionLedger(parcelEvents);
    await recordOrders(ledger);
    await ledger.recordText('parcel-1', 'ParcelSent', '{"weight":1}');
    const before = await ledger.store.head();
    await ledger.recordText(stream, type, data, version);
    await ledger.recordText('parcel-1', 'ParcelSent', '{"weight":2}');

    await starting(ledger, { projections: [...projections, parcels] });
    await hasArrived(ledger, 'parcels');

    for (const { name } of projections.filter((each) => isAbout(each, stream))) {
      await hasHalted(ledger, name);
      const halt = await haltOf(ledger, name);
      expect(halt).toMatchObject({ position: before + 1, type });
      expect(halt?.error).toContain(why);
      expect(await positionOf(ledger, name)).toBe(before);
    }
    expect([...(await documentsOf(ledger.readModel, parcels)).values()]).toEqual(['{"sent":2}']);
  });
});
