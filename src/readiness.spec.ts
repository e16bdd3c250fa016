import { expect, test } from 'vitest';
import { withPages } from '../test/support/projection-faults.ts';
import { createProjectionLedger } from '../test/support/projection-ledger.ts';
import { catchUp, recordOrders } from '../test/support/projection-runs.ts';
import { createMemoryCache } from './adapters/cache/memory/memory-cache.ts';
import { StoreUnavailable } from './domain/kernel/faults.ts';
import type { ReadModel } from './ports/read-model.ts';
import { projections } from './projections/registry.ts';
import { createReadiness, type ReadinessParts } from './readiness.ts';
import type { Role } from './service.ts';

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const everyRole: readonly Role[] = ['command', 'query', 'projector', 'process'];
const silent = () => new Promise<never>(() => {});
const refused = () => Promise.reject(new StoreUnavailable('store', 'connection refused', 'Start it.'));

/** A ledger with orders that were projected, whose parts can be taken away. */
async function given(parts: Omit<ReadinessParts, 'running'> = {}) {
  const ledger = createProjectionLedger();
  await recordOrders(ledger);
  await catchUp(ledger);
  const head = { ask: (): Promise<number> => ledger.store.head() };
  const records = { ask: (): ReturnType<ReadModel['projections']> => ledger.readModel.projections() };
  const watched = {
    ...ledger,
    logger,
    store: { ...withPages(ledger.store, (page) => page), head: () => head.ask() },
    readModel: { ...ledger.readModel, projections: () => records.ask() },
  };
  const of = (...running: readonly Role[]) =>
    createReadiness(watched, { running: new Set(running.length === 0 ? everyRole : running), ...parts });
  return { of, head, records };
}

const namesOf = (state: { readonly dependencies: readonly { readonly name: string }[] }) =>
  state.dependencies.map(({ name }) => name);

test('with everything there it is ready, and says how far each projection is', async () => {
  const { of } = await given();
  const state = await of().check();
  expect(state).toMatchObject({ status: 'ready', dependencies: [{ status: 'up' }, { status: 'up' }] });
  expect(state.projections.map(({ lag }) => lag)).toEqual(projections.map(() => 0));
});

test.each([
  ['refuses', refused],
  ['says nothing', silent],
])('an event store that %s makes every role unavailable, and is named', async (_what, fault) => {
  const { of, head } = await given();
  head.ask = fault;
  for (const role of everyRole) {
    const state = await of(role).check();
    expect(state).toMatchObject({ status: 'unavailable', projections: [] });
    expect(state.dependencies[0]).toMatchObject({ name: 'event store', status: 'down' });
  }
});

test('a read model that is away is no concern of those who take commands', async () => {
  const { of, records } = await given();
  records.ask = refused;
  expect(await of('query').check()).toMatchObject({ status: 'unavailable' });
  expect(await of('projector').check()).toMatchObject({ status: 'unavailable' });
  for (const role of ['command', 'process'] as const) {
    const state = await of(role).check();
    expect([state.status, namesOf(state)]).toEqual(['ready', ['event store']]);
  }
});

test('a process that works off lists needs them, once it has anything to do', async () => {
  const { of, records } = await given({ performs: true });
  const state = await of('process').check();
  expect([state.status, namesOf(state)]).toEqual(['ready', ['event store', 'read model']]);
  expect(state.projections.find(({ name }) => name === 'payment-work')).toMatchObject({ lag: 0 });
  records.ask = async () => [];
  expect(await of('process').check()).toMatchObject({ status: 'unavailable' });
  records.ask = refused;
  expect(await of('process').check()).toMatchObject({ status: 'unavailable' });
});

test('it is ready again by itself', async () => {
  const { of, head } = await given();
  const readiness = of();
  const { ask } = head;
  head.ask = refused;
  expect((await readiness.check()).status).toBe('unavailable');
  head.ask = ask;
  expect((await readiness.check()).status).toBe('ready');
});

test('a cache that is away is named, and nobody is unavailable for it', async () => {
  const cache = { ...createMemoryCache(1), check: refused };
  const { of } = await given({ cache });
  const state = await of('query').check();
  expect(state.status).toBe('ready');
  expect(state.dependencies.at(-1)).toMatchObject({ name: 'cache', status: 'down' });
});

test('until the projector has started, and all projections exist, what reads is not ready', async () => {
  const waiting = await given({ projector: { isStarted: () => false, stop: async () => {} } });
  const state = await waiting.of().check();
  expect([state.status, namesOf(state).at(-1)]).toEqual(['unavailable', 'projector']);

  const { of, records } = await given();
  const { ask } = records;
  records.ask = async () => (await ask()).slice(1);
  expect((await of('query').check()).status).toBe('unavailable');
  expect((await of('command').check()).status).toBe('ready');
});

test('those who ask at the same time are given one answer', async () => {
  const { of, head } = await given();
  let asked = 0;
  const { ask } = head;
  head.ask = () => {
    asked += 1;
    return ask();
  };
  const { check } = of();
  await Promise.all(Array.from({ length: 50 }, check));
  expect(asked).toBe(1);
});

test('once it drains it says so, whatever else is wrong', async () => {
  const { of, head } = await given();
  head.ask = refused;
  const readiness = of();
  readiness.draining();
  expect((await readiness.check()).status).toBe('draining');
});
