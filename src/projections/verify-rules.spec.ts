import { describe, expect, it } from 'vitest';
import {
  authorize,
  cancel,
  capture,
  eur,
  fulfil,
  orderIdOf,
  placeOrder,
} from '../../test/support/projection-history.ts';
import { createProjectionLedger, type ProjectionLedger } from '../../test/support/projection-ledger.ts';
import { createMemoryReadModel } from '../adapters/read-model/memory/memory-read-model.ts';
import { brokenInvariants } from '../domain/order/invariants.ts';
import type { Order } from '../domain/order/state.ts';
import type { Defect } from './defect.ts';
import { orderDetails } from './order-details.ts';
import { projections } from './registry.ts';
import { verify } from './verify.ts';

async function defectsOf(ledger: ProjectionLedger): Promise<readonly Defect[]> {
  const defects: Defect[] = [];
  const brokenRules = (name: string, document: object) =>
    name === orderDetails.name ? brokenInvariants(document as Order) : [];
  await verify({ ...ledger, scratch: createMemoryReadModel(), projections, brokenRules }, (defect) =>
    defects.push(defect),
  );
  return defects;
}

const paid = { type: 'OrderPaid', data: { total: eur(3_000) } } as const;
const told = (number: number, revision: number, position: number) => ({
  stream: `order-${orderIdOf(number)}`,
  revision,
  position,
  problem: 'breaks the rule: I7 a paid order is covered',
});

describe('verifying the rules of orders', () => {
  it('finds nothing wrong where a paid order is cancelled and its hold given back in the same append', async () => {
    const ledger = createProjectionLedger();
    await ledger.run(1, placeOrder(1, { paidWhen: 'authorized' }), authorize, cancel);
    await ledger.run(2, placeOrder(2), authorize, capture, fulfil);
    expect(ledger.stateOf(1)?.status).toBe('cancelled');
    expect(await defectsOf(ledger)).toEqual([]);
  });

  it('finds an order that was called paid and is not, although it is put right later', async () => {
    const ledger = createProjectionLedger();
    await ledger.run(1, placeOrder(1), authorize);
    await ledger.record(1, paid);
    await ledger.record(1, {
      type: 'PaymentCaptured',
      data: { capture: 1, amount: eur(3_000), postings: [] },
    });
    expect(await defectsOf(ledger)).toEqual([told(1, 2, 3)]);
  });

  it('finds it in the very last event of the log, and in every order', async () => {
    const ledger = createProjectionLedger();
    await ledger.run(1, placeOrder(1));
    await ledger.run(2, placeOrder(2));
    await ledger.record(1, paid);
    await ledger.record(2, paid);
    expect(await defectsOf(ledger)).toEqual([told(1, 1, 3), told(2, 1, 4)]);
  });
});
