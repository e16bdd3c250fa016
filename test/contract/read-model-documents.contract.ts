import { expect, test } from 'vitest';
import type { Halt } from '../../src/ports/read-model.ts';
import { eventually } from '../support/store-directory.ts';
import {
  documentsIn,
  idsIn,
  live,
  nextShape,
  opened,
  type ReadModelHarness,
  recordOf,
  shape,
  write,
} from './read-model-harness.ts';

export function documentsContract(harness: ReadModelHarness): void {
  committing(harness);
  isolation(harness);
  halting(harness);
  readingAll(harness);
}

function committing({ open }: ReadModelHarness): void {
  test('a commit writes all of its documents and moves the position', async () => {
    const { model } = await open();
    const { generation } = await live(model, [], 0);
    const writes = [write('a', 3), write('b', 9)];
    expect(await generation.commit({ from: 0, to: 10, writes, deletes: [] })).toBe(true);
    expect(await generation.position()).toBe(10);
    expect(await documentsIn(generation)).toMatchObject(
      writes.map(({ id, body, position }) => ({ id, body, position })),
    );
    expect(await model.reader(shape).get('b')).toEqual({ body: writes[1]?.body, asOf: 10 });
  });

  test('a commit from a position that is past writes nothing', async () => {
    const { model } = await open();
    const { generation } = await live(model, [write('a', 3), write('b', 4)], 5);
    for (const from of [0, 4, 6]) {
      const stale = { from, to: 9, writes: [write('a', 9), write('c', 9)], deletes: ['b'] };
      expect(await generation.commit(stale)).toBe(false);
    }
    expect(await generation.position()).toBe(5);
    expect(await idsIn(generation)).toEqual(['a', 'b']);
    expect((await generation.load(['a'])).get('a')).toMatchObject({ body: write('a', 3).body, position: 3 });
  });

  test('a document is replaced as a whole, fields included', async () => {
    const { model } = await open();
    const { generation } = await live(model, [write('a', 1)], 1);
    const fields = { customer: 'c-2', status: undefined, placedAt: '2026-02-01T00:00:00.000Z' };
    await generation.commit({ from: 1, to: 2, writes: [write('a', 2, { fields })], deletes: [] });
    const reader = model.reader(shape);
    const listed = async (equals: Record<string, string>) =>
      (await reader.list({ equals, orderBy: 'placedAt', countMax: 9 })).documents.length;
    expect(await listed({ customer: 'c-1' })).toBe(0);
    expect(await listed({ status: 'pending' })).toBe(0);
    expect(await listed({ customer: 'c-2' })).toBe(1);
  });

  test('a deleted document is gone everywhere, and its id can come back', async () => {
    const { model } = await open();
    const { generation } = await live(model, [write('a', 1), write('b', 1)], 1);
    await generation.commit({ from: 1, to: 2, writes: [], deletes: ['a', 'never-there'] });
    const reader = model.reader(shape);
    expect(await reader.get('a')).toBeUndefined();
    expect(await idsIn(generation)).toEqual(['b']);
    expect((await reader.list({ equals: {}, orderBy: 'placedAt', countMax: 9 })).documents).toHaveLength(1);
    await generation.commit({ from: 2, to: 3, writes: [write('a', 3)], deletes: [] });
    expect(await reader.get('a')).toEqual({ body: write('a', 3).body, asOf: 3 });
  });

  test('loading leaves out what is not there', async () => {
    const { model } = await open();
    const { generation } = await live(model, [write('a', 1), write('b', 2)], 2);
    const loaded = await generation.load(['b', 'never-there', 'a']);
    expect([...loaded.keys()].toSorted()).toEqual(['a', 'b']);
    expect(loaded.get('b')).toMatchObject({ id: 'b', body: write('b', 2).body, position: 2 });
    expect((await generation.load([])).size).toBe(0);
  });

  test('of two projectors at the same position one commits, and nothing of the other is there', async () => {
    const { model, openAgain } = await open();
    const { number, generation } = await live(model, [], 0);
    const second = await opened(await openAgain(), number);
    for (let from = 0; from < 20; from++) {
      const committed = await Promise.all([
        generation.commit({ from, to: from + 1, writes: [write(`first-${from}`, from + 1)], deletes: [] }),
        second.commit({ from, to: from + 1, writes: [write(`second-${from}`, from + 1)], deletes: [] }),
      ]);
      expect(committed.toSorted()).toEqual([false, true]);
      const winner = committed[0] ? `first-${from}` : `second-${from}`;
      const both = [`first-${from}`, `second-${from}`];
      expect([...(await second.load(both)).keys()]).toEqual([winner]);
      expect([...(await generation.load(both)).keys()]).toEqual([winner]);
    }
    expect(await generation.position()).toBe(20);
  });

  test('whoever claims a generation may commit, and when it is closed another may within a second', async () => {
    const { model, openAgain } = await open();
    const { number, generation } = await live(model, [], 0);
    const second = await opened(await openAgain(), number);
    expect(await generation.claim()).toBe(true);
    expect(await generation.commit({ from: 0, to: 1, writes: [write('a', 1)], deletes: [] })).toBe(true);
    // A store that lets one write at a time says no; where commits alone decide, it is yes.
    await second.claim();
    expect(await generation.claim()).toBe(true);
    await generation.close();
    await eventually('the second may write', () => second.claim(), 1_000);
    expect(await second.position()).toBe(1);
    expect(await second.commit({ from: 1, to: 2, writes: [write('a', 2)], deletes: [] })).toBe(true);
  });
}

function isolation({ open }: ReadModelHarness): void {
  test('what is written to a build is not in the live generation, and the other way round', async () => {
    const { model } = await open();
    const { generation } = await live(model, [write('a', 1)], 1);
    const build = await opened(model, await model.startBuild(nextShape), nextShape);
    await build.commit({ from: 0, to: 7, writes: [write('b', 7)], deletes: ['a'] });
    await generation.commit({ from: 1, to: 2, writes: [write('c', 2)], deletes: [] });
    expect(await idsIn(build)).toEqual(['b']);
    expect(await idsIn(generation)).toEqual(['a', 'c']);
    expect(await model.reader(shape).position()).toBe(2);
    expect(await model.reader(shape).get('b')).toBeUndefined();
  });

  test('nothing up to the position of an answer is missing from it, and no answer goes back in time', async () => {
    const { model, openAgain } = await open();
    const { generation } = await live(model, [write('a', 0)], 0);
    const reader = (await openAgain()).reader(shape);
    let done = false;
    const writing = (async () => {
      for (let from = 0; from < 100; from++)
        await generation.commit({ from, to: from + 1, writes: [write('a', from + 1)], deletes: [] });
      done = true;
    })();
    let last = { asOf: 0, position: 0 };
    while (!done) {
      const document = await reader.get('a');
      const page = await reader.list({ equals: {}, orderBy: 'placedAt', countMax: 1 });
      for (const { body = '', asOf } of [
        document,
        { body: page.documents[0]?.body, asOf: page.asOf },
      ].flatMap((answer) => answer ?? [])) {
        const { position } = JSON.parse(body) as { readonly position: number };
        // Where a commit is not one transaction, a document can be seen before the position has moved.
        expect(position).toBeGreaterThanOrEqual(asOf);
        expect(position).toBeGreaterThanOrEqual(last.position);
        expect(asOf).toBeGreaterThanOrEqual(last.asOf);
        last = { asOf, position };
      }
      await new Promise(setImmediate);
    }
    await writing;
    expect((await reader.get('a'))?.asOf).toBe(100);
  });
}

function halting({ open }: ReadModelHarness): void {
  test('a halt is recorded with its reason, and lifted', async () => {
    const { model, openAgain } = await open();
    const { number, generation } = await live(model, [], 4);
    const halt: Halt = { position: 5, type: 'OrderPlaced', error: 'lines: expected array, got "\u0000ä"' };
    expect(await generation.halted()).toBeUndefined();
    await generation.halt(halt);
    expect(await generation.halted()).toEqual(halt);
    expect((await recordOf(await openAgain()))?.active).toEqual({
      generation: number,
      version: 1,
      position: 4,
      halted: halt,
    });
    await generation.halt(undefined);
    expect(await generation.halted()).toBeUndefined();
    expect((await recordOf(model))?.active).toEqual({ generation: number, version: 1, position: 4 });
  });
}

function readingAll({ open }: ReadModelHarness): void {
  test('all documents are those of the moment the reading started', async () => {
    const { model } = await open();
    const writes = ['a', 'b', 'c', 'd'].map((id) => write(id, 1));
    const { generation } = await live(model, writes, 1);
    const seen: string[] = [];
    for await (const { id, position } of generation.documents()) {
      if (seen.length === 0)
        await generation.commit({ from: 1, to: 2, writes: [write('d', 2), write('e', 2)], deletes: ['c'] });
      seen.push(`${id}@${position}`);
    }
    expect(seen.toSorted()).toEqual(['a@1', 'b@1', 'c@1', 'd@1']);
    expect(await idsIn(generation)).toEqual(['a', 'b', 'd', 'e']);
  });

  test('a reading that is left early holds nothing up', async () => {
    const { model } = await open();
    const { generation } = await live(
      model,
      ['a', 'b', 'c'].map((id) => write(id, 1)),
      1,
    );
    for await (const document of generation.documents()) {
      expect(document.id).toBeTruthy();
      break;
    }
    expect(await generation.commit({ from: 1, to: 2, writes: [], deletes: ['a'] })).toBe(true);
  });

  test('bodies come back to the byte', async () => {
    const { model } = await open();
    const body = '{"text":"Ärger, 你好, 👩‍👩‍👧‍👦, \\u0000, \u2028", "n": 1.0}';
    const { generation } = await live(model, [write('ключ 🔑', 1, { body })], 1);
    expect((await generation.load(['ключ 🔑'])).get('ключ 🔑')?.body).toBe(body);
    expect((await model.reader(shape).get('ключ 🔑'))?.body).toBe(body);
    expect(await documentsIn(generation)).toMatchObject([{ id: 'ключ 🔑', body }]);
  });
}
