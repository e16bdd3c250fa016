import { afterEach, expect, it } from 'vitest';
import { createProjectionLedger, eventually } from '../../test/support/projection-ledger.ts';
import { type ProjectorRun, recordOrders, standingAt, startRun } from '../../test/support/projection-runs.ts';
import { StoreUnavailable } from '../domain/kernel/faults.ts';
import type { ReadModel } from '../ports/read-model.ts';
import { projections } from './registry.ts';
import type { CommittedPage } from './runner.ts';

const runs: ProjectorRun[] = [];

const starting: typeof startRun = async (...given) => {
  const run = await startRun(...given);
  runs.push(run);
  return run;
};

afterEach(async () => {
  for (const { projector } of runs.splice(0)) await projector.stop();
});

it('tells with each commit but the first where it began: everything that changed since is in it', async () => {
  const ledger = createProjectionLedger();
  const { committed } = await starting(ledger);
  for (const first of [1, 11, 21]) {
    await recordOrders(ledger, first);
    await standingAt(ledger.readModel, await ledger.store.head());
  }
  const pages = committed.filter(({ projection }) => projection === 'stats');
  const positions = pages.map(({ position }) => position);
  expect(pages.map(({ from }) => from)).toEqual([positions[0], ...positions.slice(0, -1)]);
});

it('vouches for nothing from before a commit that failed: what it wrote half done, its repetition does not name', async () => {
  const ledger = createProjectionLedger();
  const failing = { next: false };
  const { committed } = await starting(ledger, { readModel: failingAfterwards(ledger.readModel, failing) });
  await recordOrders(ledger, 1);
  await standingAt(ledger.readModel, await ledger.store.head());
  failing.next = true;
  await recordOrders(ledger, 11);
  await standingAt(ledger.readModel, await ledger.store.head());
  const pages = committed.filter(({ projection }) => projection === 'order-details');
  expect(failing.next).toBe(false);
  // The first of all, and the first after it started over.
  expect(pages.filter(({ from, position }) => from === position)).toHaveLength(2);
});

/** A read model that fails one commit of the orders before anything of it is done. */
function failingAfterwards(readModel: ReadModel, failing: { next: boolean }): ReadModel {
  return {
    ...readModel,
    open: async (shape, number) => {
      const generation = await readModel.open(shape, number);
      return {
        ...generation,
        commit: async (commit) => {
          if (!failing.next || shape.name !== 'order-details') return generation.commit(commit);
          failing.next = false;
          throw new StoreUnavailable('read model', 'went away', 'Try again.');
        },
      };
    },
  };
}

it('says again and again where it is while there is nothing to commit', async () => {
  const ledger = createProjectionLedger();
  await recordOrders(ledger);
  const said: CommittedPage[] = [];
  await starting(ledger, { onUnchanged: (page) => said.push(page) });
  const head = await ledger.store.head();

  await eventually('each said it three times', () => said.length >= 3 * projections.length);

  const names = projections.map(({ name }) => name).toSorted();
  expect(
    said
      .map(({ projection }) => projection)
      .slice(-names.length)
      .toSorted(),
  ).toEqual(names);
  for (const page of said)
    expect(page).toMatchObject({ from: head, position: head, writes: [], deletes: [] });
});

it('says nothing while another one writes', async () => {
  const ledger = createProjectionLedger();
  await recordOrders(ledger);
  const said: CommittedPage[] = [];
  let asked = 0;
  const readModel = neverGranting(ledger.readModel, () => {
    asked += 1;
  });
  await starting(ledger, { readModel, onUnchanged: (page) => said.push(page) });

  await eventually('each asked a few times', () => asked >= 16);

  expect(said).toEqual([]);
});

/** A read model whose generations are written by somebody else. */
function neverGranting(readModel: ReadModel, asked: () => void): ReadModel {
  return {
    ...readModel,
    open: async (...of) => {
      const generation = await readModel.open(...of);
      return {
        ...generation,
        claim: async () => {
          asked();
          return false;
        },
      };
    },
  };
}
