import { expect, test } from 'vitest';
import type { ReadModel } from '../../src/ports/read-model.ts';
import {
  live,
  nextShape,
  opened,
  type ReadModelHarness,
  recordOf,
  shape,
  write,
} from './read-model-harness.ts';

const nothing = async () => {};

export function activationContract(harness: ReadModelHarness): void {
  switching(harness);
  failing(harness);
  rollingBack(harness);
  racing(harness);
}

/** A build of the next version beside a live generation at position 5. */
async function beside(model: ReadModel) {
  const old = await live(model, [write('a', 3)], 5);
  const number = await model.startBuild(nextShape);
  const build = await opened(model, number, nextShape);
  return { old, number, build };
}

function switching({ open }: ReadModelHarness): void {
  test('the first generation goes live from the beginning', async () => {
    const { model } = await open();
    const number = await model.startBuild(shape);
    const stoppedAt: number[] = [];
    await model.activate(shape, number, async (position) => {
      stoppedAt.push(position);
    });
    expect(stoppedAt).toEqual([0]);
    expect(await recordOf(model)).toEqual({
      name: 'order-list',
      active: { generation: number, version: 1, position: 0 },
    });
  });

  test('the next one catches up with where the live one stopped before anybody sees it', async () => {
    const { model } = await open();
    const { old, number, build } = await beside(model);
    const reader = model.reader(shape);
    await model.activate(nextShape, number, async (position) => {
      expect(position).toBe(5);
      await build.commit({ from: 0, to: position, writes: [write('b', 4)], deletes: [] });
      expect(await reader.get('b')).toBeUndefined();
      expect(await reader.get('a')).toMatchObject({ asOf: 5 });
    });
    expect(await reader.get('a')).toBeUndefined();
    expect(await reader.get('b')).toMatchObject({ asOf: 5 });
    expect(await recordOf(model)).toEqual({
      name: 'order-list',
      active: { generation: number, version: 2, position: 5 },
      previous: { generation: old.number, version: 1, position: 5 },
    });
  });

  test('a reader of another handle follows the switch', async () => {
    const { model, openAgain } = await open();
    const { number, build } = await beside(model);
    const reader = (await openAgain()).reader(shape);
    expect(await reader.get('a')).toMatchObject({ asOf: 5 });
    await build.commit({ from: 0, to: 9, writes: [write('b', 9)], deletes: [] });
    await model.activate(nextShape, number, nothing);
    expect(await reader.get('a')).toBeUndefined();
    expect(await reader.get('b')).toMatchObject({ asOf: 9 });
    expect(await reader.position()).toBe(9);
  });

  test('a commit to the live one that comes while it is replaced is refused', async () => {
    const { model } = await open();
    const { old, number, build } = await beside(model);
    let late: Promise<boolean> | undefined;
    await model.activate(nextShape, number, async (position) => {
      late = old.generation.commit({ from: 5, to: 6, writes: [write('late', 6)], deletes: [] });
      await build.commit({ from: 0, to: position, writes: [], deletes: [] });
    });
    expect(await late).toBe(false);
    expect(await old.generation.position()).toBe(5);
    expect((await old.generation.load(['late'])).size).toBe(0);
  });

  test('of three generations that were live the oldest is gone', async () => {
    const { model } = await open();
    const { number, build } = await beside(model);
    await build.commit({ from: 0, to: 5, writes: [], deletes: [] });
    await model.activate(nextShape, number, nothing);
    const third = await model.startBuild({ ...shape, version: 3 });
    await (await opened(model, third)).commit({ from: 0, to: 5, writes: [], deletes: [] });
    await model.activate({ ...shape, version: 3 }, third, nothing);
    expect(await recordOf(model)).toMatchObject({
      active: { generation: third, version: 3 },
      previous: { generation: number, version: 2 },
    });
  });
}

function failing({ open }: ReadModelHarness): void {
  test('when catching up fails, the live one stays and accepts commits again', async () => {
    const { model } = await open();
    const { old, number } = await beside(model);
    const failure = new Error('poison');
    const attempt = model.activate(nextShape, number, async () => {
      throw failure;
    });
    await expect(attempt).rejects.toBe(failure);
    expect(await old.generation.commit({ from: 5, to: 6, writes: [write('b', 6)], deletes: [] })).toBe(true);
    expect(await model.reader(shape).get('b')).toMatchObject({ asOf: 6 });
    expect(await recordOf(model)).toMatchObject({
      active: { generation: old.number, position: 6 },
      building: { generation: number },
    });
  });

  test('one that did not catch up does not go live: no reader goes back in time', async () => {
    const { model } = await open();
    const { old, number, build } = await beside(model);
    await build.commit({ from: 0, to: 4, writes: [], deletes: [] });
    await expect(model.activate(nextShape, number, nothing)).rejects.toThrow();
    expect(await model.reader(shape).position()).toBe(5);
    expect(await old.generation.commit({ from: 5, to: 6, writes: [], deletes: [] })).toBe(true);
  });

  test('a number that no generation has cannot go live', async () => {
    const { model } = await open();
    const { old } = await beside(model);
    await expect(model.activate(shape, 99, nothing)).rejects.toThrow();
    expect((await recordOf(model))?.active?.generation).toBe(old.number);
  });
}

function rollingBack({ open }: ReadModelHarness): void {
  test('the previous one takes over back, once it accepts commits and has caught up', async () => {
    const { model } = await open();
    const { old, number, build } = await beside(model);
    await build.commit({ from: 0, to: 8, writes: [write('b', 8)], deletes: [] });
    await model.activate(nextShape, number, nothing);
    const previous = await opened(model, old.number);
    expect(await previous.commit({ from: 5, to: 8, writes: [], deletes: [] })).toBe(false);
    await previous.reopen();
    await model.activate(shape, old.number, async (position) => {
      await previous.commit({ from: 5, to: position, writes: [write('a', 7)], deletes: [] });
    });
    expect(await recordOf(model)).toEqual({
      name: 'order-list',
      active: { generation: old.number, version: 1, position: 8 },
      previous: { generation: number, version: 2, position: 8 },
    });
    expect(await model.reader(shape).get('a')).toEqual({ body: write('a', 7).body, asOf: 8 });
    expect(await previous.commit({ from: 8, to: 9, writes: [], deletes: [] })).toBe(true);
    expect(await build.commit({ from: 8, to: 9, writes: [], deletes: [] })).toBe(false);
  });

  test('a build that is under way survives a rollback', async () => {
    const { model } = await open();
    const { old, number, build } = await beside(model);
    await build.commit({ from: 0, to: 5, writes: [], deletes: [] });
    await model.activate(nextShape, number, nothing);
    const third = await model.startBuild({ ...shape, version: 3 });
    const previous = await opened(model, old.number);
    await previous.reopen();
    await model.activate(shape, old.number, nothing);
    expect((await recordOf(model))?.building).toEqual({ generation: third, version: 3, position: 0 });
  });
}

function racing({ open }: ReadModelHarness): void {
  test('two that start at once on nothing make one generation live', async () => {
    const { model, openAgain } = await open();
    const other = await openAgain();
    const numbers = [await model.startBuild(shape), await other.startBuild(shape)];
    await model.activate(shape, numbers[0] ?? 0, nothing);
    await other.activate(shape, numbers[1] ?? 0, nothing);
    expect(numbers[1]).toBe(numbers[0]);
    expect(await recordOf(model)).toEqual({
      name: 'order-list',
      active: { generation: numbers[0], version: 1, position: 0 },
    });
  });

  test.each(['the build', 'the previous one'])(
    'when two go live at the same time, %s first, one does and the other hears that it was overtaken',
    async (whichIsFirst) => {
      const { model, openAgain } = await open();
      const { old, number, build } = await beside(model);
      await build.commit({ from: 0, to: 5, writes: [], deletes: [] });
      await model.activate(nextShape, number, nothing);
      const third = await model.startBuild({ ...shape, version: 3 });
      await (await opened(model, third)).commit({ from: 0, to: 5, writes: [], deletes: [] });
      const numbers = whichIsFirst === 'the build' ? [third, old.number] : [old.number, third];
      const other = await openAgain();
      // Connects: the second is to begin before the first is done, not whenever it gets there.
      await other.projections();
      let second = Promise.resolve();
      const first = model.activate(shape, numbers[0] ?? 0, async () => {
        second = other.activate(shape, numbers[1] ?? 0, nothing);
        second.catch(() => {});
      });
      const outcomes = await Promise.allSettled([first]);
      outcomes.push(...(await Promise.allSettled([second])));
      const record = await recordOf(model);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(numbers).toContain(record?.active?.generation);
      expect(record?.previous?.generation).toBe(number);
      expect(await build.commit({ from: 5, to: 6, writes: [], deletes: [] })).toBe(false);
    },
  );
}
