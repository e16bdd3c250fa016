import { afterEach, expect, it } from 'vitest';
import { createProjectionLedger, eventually } from '../../test/support/projection-ledger.ts';
import { type ProjectorRun, recordOrders, standingAt, startRun } from '../../test/support/projection-runs.ts';
import type { ReadModel } from '../ports/read-model.ts';
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

it('tells with each commit where it began: everything that changed since is in it', async () => {
  const ledger = createProjectionLedger();
  const { committed } = await starting(ledger);
  for (const first of [1, 11, 21]) {
    await recordOrders(ledger, first);
    await standingAt(ledger.readModel, await ledger.store.head());
  }
  const pages = committed.filter(({ projection }) => projection === 'stats');
  expect(pages.map(({ from }) => from)).toEqual([0, ...pages.slice(0, -1).map(({ position }) => position)]);
});

it('says again and again where it is while there is nothing to commit', async () => {
  const ledger = createProjectionLedger();
  await recordOrders(ledger);
  const said: CommittedPage[] = [];
  await starting(ledger, { onUnchanged: (page) => said.push(page) });
  const head = await ledger.store.head();

  await eventually('each said it three times', () => said.length >= 12);

  const names = ['order-details', 'order-list', 'payment-details', 'stats'];
  expect(
    said
      .map(({ projection }) => projection)
      .slice(-4)
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
