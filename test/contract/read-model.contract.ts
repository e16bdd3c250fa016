import { describe, expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/domain/kernel/faults.ts';
import { testIf } from '../support/store-rows.ts';
import { activationContract } from './read-model-activation.contract.ts';
import { documentsContract } from './read-model-documents.contract.ts';
import {
  idsIn,
  live,
  nextShape,
  opened,
  type ReadModelHarness,
  recordOf,
  shape,
  write,
} from './read-model-harness.ts';
import { listsContract } from './read-model-lists.contract.ts';

/** What every read model promises; `ports/read-model.ts` says it in words. */
export function readModelContract(harness: ReadModelHarness): void {
  describe('building', () => buildingContract(harness));
  describe('activating', () => activationContract(harness));
  describe('documents', () => documentsContract(harness));
  describe('lists', () => listsContract(harness));
  describe('opening and closing', () => lifetimeContract(harness));
}

function buildingContract({ open }: ReadModelHarness): void {
  test('a projection that was never built has no record, and reading it says so', async () => {
    const { model } = await open();
    const reader = model.reader(shape);
    expect(await model.projections()).toEqual([]);
    await expect(async () => reader.get('a')).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(async () => reader.position()).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(reader.list({ equals: {}, orderBy: 'placedAt', countMax: 1 })).rejects.toBeInstanceOf(
      StoreUnavailable,
    );
    expect(await model.projections()).toEqual([]);
  });

  test('a build starts empty, at the beginning, and is seen by no reader', async () => {
    const { model } = await open();
    const number = await model.startBuild(shape);
    const build = await opened(model, number);
    expect(await build.position()).toBe(0);
    expect(await idsIn(build)).toEqual([]);
    expect(await model.projections()).toEqual([
      { name: 'order-list', building: { generation: number, version: 1, position: 0 } },
    ]);
    await expect(async () => model.reader(shape).get('a')).rejects.toBeInstanceOf(StoreUnavailable);
  });

  test('a build for the same version is taken up where it was left', async () => {
    const { model } = await open();
    const number = await model.startBuild(shape);
    const build = await model.open(shape, number);
    await build.commit({ from: 0, to: 40, writes: [write('a', 7)], deletes: [] });
    await build.close();
    const again = await opened(model, await model.startBuild(shape));
    expect(await model.startBuild(shape)).toBe(number);
    expect(await again.position()).toBe(40);
    expect(await idsIn(again)).toEqual(['a']);
  });

  test('a build for another version is dropped and starts anew', async () => {
    const { model } = await open();
    const old = await model.startBuild(shape);
    const build = await opened(model, old);
    await build.commit({ from: 0, to: 40, writes: [write('a', 7)], deletes: [] });
    const number = await model.startBuild(nextShape);
    const next = await opened(model, number, nextShape);
    expect(number).not.toBe(old);
    expect(await idsIn(next)).toEqual([]);
    expect((await recordOf(model))?.building).toEqual({ generation: number, version: 2, position: 0 });
  });

  test('dropping a build leaves the live generation alone; dropping none is fine', async () => {
    const { model } = await open();
    const { number } = await live(model, [write('a', 3)], 5);
    await model.dropBuild(shape.name);
    await model.startBuild(nextShape);
    await model.dropBuild(shape.name);
    expect(await recordOf(model)).toEqual({
      name: 'order-list',
      active: { generation: number, version: 1, position: 5 },
    });
    expect(await model.reader(shape).get('a')).toMatchObject({ asOf: 5 });
  });

  test('whoever still writes to a build that was dropped is told so', async () => {
    const { model, openAgain } = await open();
    const dropped = await opened(model, await model.startBuild(shape));
    await dropped.commit({ from: 0, to: 1, writes: [write('a', 1)], deletes: [] });
    await (await openAgain()).dropBuild(shape.name);
    expect(await dropped.commit({ from: 1, to: 2, writes: [write('b', 2)], deletes: [] })).toBe(false);
  });

  test('a build that was dropped cannot go live in the place of the one that followed it', async () => {
    const { model, openAgain } = await open();
    const dropped = await model.startBuild(shape);
    const other = await openAgain();
    await other.dropBuild(shape.name);
    const following = await other.startBuild(shape);
    expect(following).not.toBe(dropped);
    await expect(model.activate(shape, dropped, async () => {})).rejects.toThrow();
    expect((await recordOf(model))?.building?.generation).toBe(following);
    expect((await recordOf(model))?.active).toBeUndefined();
  });

  test('records come in order of name', async () => {
    const { model } = await open();
    for (const name of ['stats', 'order-list', 'payment-details']) await model.startBuild({ ...shape, name });
    expect((await model.projections()).map(({ name }) => name)).toEqual([
      'order-list',
      'payment-details',
      'stats',
    ]);
  });

  test('projections do not see each other', async () => {
    const { model } = await open();
    await live(model, [write('a', 1)], 1);
    const other = { ...shape, name: 'order-details' };
    const build = await opened(model, await model.startBuild(other), other);
    expect(await build.position()).toBe(0);
    expect((await build.load(['a'])).size).toBe(0);
  });
}

function lifetimeContract({ open, durable }: ReadModelHarness): void {
  test('a closed read model says so', async () => {
    const { model } = await open();
    await live(model, [write('a', 1)], 1);
    const reader = model.reader(shape);
    await reader.get('a');
    await model.close();
    const asked = [
      async () => model.projections(),
      async () => model.startBuild(nextShape),
      async () => reader.get('a'),
      async () => reader.position(),
      async () => reader.list({ equals: {}, orderBy: 'placedAt', countMax: 1 }),
    ];
    for (const ask of asked) await expect(ask()).rejects.toBeInstanceOf(StoreUnavailable);
  });

  testIf(durable)('what was committed is there when it is opened again', async () => {
    const { model, openAgain } = await open();
    const { generation } = await live(model, [write('a', 3)], 5);
    await model.startBuild(nextShape);
    await generation.halt({ position: 6, type: 'OrderPlaced', error: 'no such field' });
    const before = await recordOf(model);
    await generation.close();
    await model.close();
    const again = await openAgain();
    expect(await recordOf(again)).toEqual(before);
    expect(await again.reader(shape).get('a')).toEqual({ body: write('a', 3).body, asOf: 5 });
  });
}
