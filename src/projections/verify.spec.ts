import { describe, expect, it } from 'vitest';
import { withPages } from '../../test/support/projection-faults.ts';
import { eur, orderIdOf, placeOrder } from '../../test/support/projection-history.ts';
import { createProjectionLedger, type ProjectionLedger } from '../../test/support/projection-ledger.ts';
import { catchUp, projectedLedger, recordOf } from '../../test/support/projection-runs.ts';
import { createMemoryReadModel } from '../adapters/read-model/memory/memory-read-model.ts';
import { brokenInvariants } from '../domain/order/invariants.ts';
import type { Order } from '../domain/order/state.ts';
import type { EventStore, RecordedEvent } from '../ports/event-store.ts';
import type { ProjectionCommit } from '../ports/read-model.ts';
import type { Defect } from './defect.ts';
import { orderDetails } from './order-details.ts';
import { orderList } from './order-list.ts';
import type { AnyProjection } from './projection.ts';
import { projections } from './registry.ts';
import { stats } from './stats.ts';
import { type Verified, verify } from './verify.ts';

const stream = `order-${orderIdOf(1)}`;

async function examine(ledger: ProjectionLedger, store: EventStore = ledger.store) {
  const defects: Defect[] = [];
  const brokenRules = (name: string, document: object) =>
    name === orderDetails.name ? brokenInvariants(document as Order) : [];
  const scratch = createMemoryReadModel();
  const verified: Verified = await verify({ ...ledger, store, scratch, projections, brokenRules }, (defect) =>
    defects.push(defect),
  );
  return { defects, verified, problems: defects.map(({ problem }) => problem) };
}

/** The log as somebody has left it who can write to the file. */
function tampered(
  { store }: ProjectionLedger,
  change: (event: RecordedEvent) => RecordedEvent | undefined,
): EventStore {
  return withPages(store, (page) => page.flatMap((event) => change(event) ?? []));
}

/** Changes one generation behind the projector's back. */
async function plant(
  ledger: ProjectionLedger,
  projection: AnyProjection,
  change: Partial<ProjectionCommit>,
): Promise<void> {
  const { active } = await recordOf(ledger, projection);
  const generation = await ledger.readModel.open(projection, active?.generation ?? 0);
  const position = await generation.position();
  await generation.commit({ from: position, to: position, writes: [], deletes: [], ...change });
}

function documentOf(id: string, body: object, position: number) {
  return { id, body: JSON.stringify(body), position, fields: {}, isNew: false };
}

describe('a sound ledger', () => {
  it('has no defects, and is counted', async () => {
    const ledger = await projectedLedger();

    const { defects, verified } = await examine(ledger);

    expect(defects).toEqual([]);
    expect(verified).toEqual({ events: await ledger.store.head(), streams: 6, refusals: 2 });
  });

  it('has none while nothing was projected yet, nor while the projector is behind', async () => {
    const ledger = createProjectionLedger();
    await ledger.run(1, placeOrder(1));
    expect((await examine(ledger)).defects).toEqual([]);
    await catchUp(ledger);
    await ledger.run(2, placeOrder(2));

    expect((await examine(ledger)).defects).toEqual([]);
  });

  it('is read in pages, and never stream by stream', async () => {
    const ledger = await projectedLedger();
    const asked: number[] = [];
    const store = {
      ...withPages(ledger.store, (page, { countMax }) => {
        asked.push(countMax);
        return page.slice(0, 5);
      }),
      readStream: () => Promise.reject(new Error('a stream was read')),
    };

    expect((await examine(ledger, store)).defects).toEqual([]);
    expect(Math.max(...asked)).toBeLessThanOrEqual(4_000);
    expect(asked.length).toBeGreaterThan(4);
  });
});

describe('events that were tampered with', () => {
  it('are named where their text does not match their hash', async () => {
    const ledger = await projectedLedger();
    const store = tampered(ledger, (event) =>
      event.stream === stream && event.revision === 0
        ? { ...event, data: event.data.replace('Green tea', 'Black tea') }
        : event,
    );

    const { defects } = await examine(ledger, store);

    expect(defects).toContainEqual({
      ...{ stream, revision: 0, position: 1 },
      problem: 'the hash of OrderPlaced does not match: it or the event before it was altered',
    });
    expect(defects).toContainEqual({
      ...{ projection: 'order-details', stream, revision: 6 },
      problem: `document ${orderIdOf(1)} differs from what the log gives in lines`,
    });
  });

  it.each([
    ['its metadata', (event: RecordedEvent) => ({ metadata: event.metadata.replace('clerk', 'crook') })],
    ['its id', () => ({ eventId: orderIdOf(77) })],
    ['its type', () => ({ type: 'OrderFulfilled' })],
    ['its hash', ({ metadata }: RecordedEvent) => ({ metadata: metadata.replace(/"hash":"./, '"hash":"!') })],
  ])('are named where only %s was altered', async (_what, alter) => {
    const ledger = await projectedLedger();
    const store = tampered(ledger, (event) => (event.position === 1 ? { ...event, ...alter(event) } : event));

    const { defects } = await examine(ledger, store);

    const named = defects.filter(({ problem }) => problem.includes('does not match'));
    expect(named).toContainEqual(expect.objectContaining({ stream, revision: 0, position: 1 }));
  });

  it('are missed where one is gone, by the revision that should be there', async () => {
    const ledger = await projectedLedger();
    const lost = (event: RecordedEvent) => event.stream === stream && event.revision === 1;
    const store = tampered(ledger, (event) => (lost(event) ? undefined : event));

    const { defects } = await examine(ledger, store);

    expect(defects).toContainEqual(
      expect.objectContaining({ stream, revision: 1, problem: 'expected revision 1, found 2' }),
    );
  });

  it.each([
    ['of a type nobody knows', 'OrderTeleported', '{}', 'cannot be decoded'],
    ['whose text is damaged', 'OrderFulfilled', '{"half', 'cannot be decoded'],
    ['of the wrong shape', 'OrderFulfilled', '{"extra":1}', 'does not have the shape of its version'],
  ])('are named %s, and the rest is still examined', async (_what, type, data, problem) => {
    const ledger = await projectedLedger();
    await plant(ledger, orderList, { deletes: [orderIdOf(2)] });
    await ledger.recordText(stream, type, data);
    const position = await ledger.store.head();

    const { defects } = await examine(ledger);

    expect(defects).toContainEqual(
      expect.objectContaining({ stream, revision: 7, position, problem: expect.stringContaining(problem) }),
    );
    expect(defects).toContainEqual(
      expect.objectContaining({ problem: `document ${orderIdOf(2)} is missing` }),
    );
  });

  it('are named where the order could not have come so far, however well they are chained', async () => {
    const ledger = await projectedLedger();
    await ledger.record(2, { type: 'PaymentCaptured', data: { capture: 1, amount: eur(100), postings: [] } });

    const { defects } = await examine(ledger);

    expect(defects.map(({ projection, revision }) => [projection, revision])).toEqual([
      ['order-details', 3],
      ['payment-details', 3],
    ]);
    expect(defects[0]?.problem).toContain('PaymentCaptured cannot be folded');
  });

  it('are named where they break a rule of the order', async () => {
    const ledger = await projectedLedger();
    await ledger.record(2, { type: 'OrderPaid', data: { total: eur(3_000) } });

    expect((await examine(ledger)).problems).toEqual(['breaks the rule: I7 a paid order is covered']);
  });
});

describe('documents that are not what the log gives', () => {
  it.each([
    ['changed', { writes: [documentOf(orderIdOf(1), { revision: 6, status: 'paid' }, 14)] }, 'differs from'],
    ['missing', { deletes: [orderIdOf(1)] }, 'is missing'],
  ])('are named: %s', async (_what, change, problem) => {
    const ledger = await projectedLedger();
    await plant(ledger, orderList, change);

    const { defects } = await examine(ledger);

    expect(defects).toEqual([
      {
        ...{ projection: 'order-list', stream, revision: 6 },
        problem: expect.stringContaining(`document ${orderIdOf(1)} ${problem}`),
      },
    ]);
  });

  it('are named: one that no event gives', async () => {
    const ledger = await projectedLedger();
    await plant(ledger, orderList, { writes: [documentOf(orderIdOf(99), { revision: 0 }, 5)] });

    expect((await examine(ledger)).problems).toEqual([
      `document ${orderIdOf(99)} is there, and the log gives none`,
    ]);
  });

  it('are named: the one document that is about all orders', async () => {
    const ledger = await projectedLedger();
    await plant(ledger, stats, { writes: [documentOf('all', { orders: {} }, 5)] });

    const [defect] = (await examine(ledger)).defects;

    expect(defect).toMatchObject({ projection: 'stats', problem: expect.stringContaining('orders') });
    expect(defect).not.toHaveProperty('stream');
  });
});
