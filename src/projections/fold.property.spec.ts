import fc from 'fast-check';
import { afterEach, expect, it } from 'vitest';
import { type CommitFault, withFaults, withPages } from '../../test/support/projection-faults.ts';
import {
  authorize,
  cancel,
  capture,
  fulfil,
  lineOf,
  note,
  placeOrder,
  voidHold,
} from '../../test/support/projection-history.ts';
import {
  createProjectionLedger,
  documentsOf,
  everything,
  expectedDocuments,
  type ProjectionLedger,
} from '../../test/support/projection-ledger.ts';
import {
  createRun,
  liveAndExpected,
  type ProjectorRun,
  standingAt,
} from '../../test/support/projection-runs.ts';
import type { OrderCommand } from '../domain/order/commands.ts';
import { rebuild } from './rebuild.ts';
import { projections } from './registry.ts';

const orders = 3;

const runs: ProjectorRun[] = [];

afterEach(async () => {
  for (const { projector } of runs.splice(0)) await projector.stop();
});

/** Any command on any of a few orders; what the aggregate refuses is recorded as refused, as a caller would see it. */
const amount = fc.integer({ min: 1, max: 4_000 });
const command: fc.Arbitrary<OrderCommand> = fc.oneof(
  fc.constantFrom(authorize, capture, fulfil, cancel, note, voidHold),
  amount.map((units) => ({ type: 'AuthorizePayment', amount: units, method: { token: 'tok-1' } }) as const),
  fc.record({ amount, final: fc.boolean() }).map((input) => ({ type: 'CapturePayment', ...input }) as const),
  amount.map((units) => ({ type: 'RefundPayment', amount: units, reason: 'broken' }) as const),
  amount.map((units) => ({ type: 'OpenDispute', amount: units }) as const),
  fc
    .constantFrom('won' as const, 'lost' as const)
    .map((outcome) => ({ type: 'ResolveDispute', outcome }) as const),
  fc
    .integer({ min: 1, max: 5 })
    .map((count) => ({ type: 'AmendLines', lines: [lineOf(count, 1_000)] }) as const),
);

const history = fc.array(fc.record({ number: fc.integer({ min: 1, max: orders }), command }), {
  minLength: 5,
  maxLength: 60,
});

/** How the events reach a projector, and what goes wrong on the way. */
const journey = fc.record({
  pageSizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
  /** How many events before the page it begins again. */
  overlaps: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 5 }),
  faults: fc.array(
    fc.option(fc.constantFrom<CommitFault>('fails-before', 'fails-after', 'lost'), {
      nil: undefined,
      freq: 3,
    }),
    { minLength: 1, maxLength: 12 },
  ),
  restarts: fc.integer({ min: 0, max: 3 }),
});

type Journey = typeof journey extends fc.Arbitrary<infer Value> ? Value : never;

async function ledgerWith(steps: readonly { readonly number: number; readonly command: OrderCommand }[]) {
  const ledger = createProjectionLedger();
  for (let number = 1; number <= orders; number++) {
    const paidWhen = number === 1 ? 'authorized' : 'captured';
    await ledger.run(number, placeOrder(number, { paidWhen }));
  }
  for (const { number, command: each } of steps) {
    try {
      await ledger.run(number, each);
    } catch {
      await ledger.refuse(number);
    }
  }
  return ledger;
}

async function projectThrough(ledger: ProjectionLedger, way: Journey): Promise<void> {
  const head = await ledger.store.head();
  let reads = 0;
  let commits = 0;
  const store = withPages(ledger.store, async (page, asked) => {
    reads += 1;
    const after = 'after' in asked ? asked.after : 0;
    const overlap = way.overlaps[reads % way.overlaps.length] ?? 0;
    const before = await ledger.store.readAll({ after: Math.max(0, after - overlap), countMax: after });
    const earlier = before.filter(({ position }) => position <= after);
    return [...earlier, ...page.slice(0, way.pageSizes[reads % way.pageSizes.length])];
  });
  const readModel = withFaults(ledger.readModel, {
    commit: () => {
      commits += 1;
      // Faults end, so that every journey does.
      return commits > 40 ? undefined : way.faults[commits % way.faults.length];
    },
  });
  for (let life = 0; life < way.restarts; life++) {
    const { projector } = createRun(ledger, { store, readModel });
    await projector.start();
    await projector.stop();
  }
  const run = createRun(ledger, { store, readModel });
  runs.push(run);
  await run.projector.start();
  await standingAt(ledger.readModel, head);
  await run.projector.stop();
  runs.splice(0);
}

it('gives the documents of the pure fold for any history, in any pages, redelivered, through failures and restarts', async () => {
  await fc.assert(
    fc.asyncProperty(history, journey, async (steps, way) => {
      const ledger = await ledgerWith(steps);

      await projectThrough(ledger, way);

      const { live, expected } = await liveAndExpected(ledger);
      expect(live).toEqual(expected);
    }),
    { numRuns: 60, timeout: 10_000 },
  );
});

it('gives the same for a rebuild, whatever the pages, with the history going on meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(history, history, journey, async (steps, more, { pageSizes }) => {
      const ledger = await ledgerWith(steps);
      let reads = 0;
      const store = withPages(ledger.store, async (page) => {
        reads += 1;
        const next = more[reads];
        if (next !== undefined)
          await ledger.run(next.number, next.command).catch(() => ledger.refuse(next.number));
        return page.slice(0, pageSizes[reads % pageSizes.length]);
      });

      for (const projection of projections) {
        const { position } = await rebuild(projection, { ...ledger, store }, {});

        expect(await documentsOf(ledger.readModel, projection)).toEqual(
          await expectedDocuments(ledger, projection, position),
        );
      }
      const names = Object.keys(await everything((projection) => documentsOf(ledger.readModel, projection)));
      expect(names).toHaveLength(projections.length);
    }),
    { numRuns: 60, timeout: 10_000 },
  );
});
