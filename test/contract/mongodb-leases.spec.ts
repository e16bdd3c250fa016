import { describe, expect, test } from 'vitest';
import { GenerationDocuments } from '../../src/adapters/read-model/mongodb/documents.ts';
import { openMongoDbReadModel } from '../../src/adapters/read-model/mongodb/mongodb-read-model.ts';
import { MongoDbReader } from '../../src/adapters/read-model/mongodb/reader.ts';
import { StateCollection } from '../../src/adapters/read-model/mongodb/state-collection.ts';
import { MongoDbConnection } from '../../src/adapters/shared/mongodb-connection.ts';
import type { Generation, ReadModel } from '../../src/ports/read-model.ts';
import { ManualTiming } from '../support/lease-world.ts';
import { readModelAt, uniqueNameIn } from '../support/server-places.ts';
import { closedAfterwards } from '../support/store-directory.ts';
import { servers } from '../support/test-servers.ts';
import { documentsIn, live, nextShape, opened, recordOf, shape, write } from './read-model-harness.ts';

const server = servers().readModel;

/** A process with a read model on the same place as the others, and with a clock of its own. */
function processesOn(url: string) {
  return () => {
    const timing = new ManualTiming();
    const model = closedAfterwards(openMongoDbReadModel({ url, timing }));
    return { timing, model };
  };
}

type Process = ReturnType<ReturnType<typeof processesOn>>;

/** Two processes with the same generation open, which the first writes and which stands at 5. */
async function two() {
  const url = readModelAt(server ?? '', uniqueNameIn(servers()));
  const another = processesOn(url);
  const [first, second] = [another(), another()];
  const { number, generation: written } = await live(first.model, [write('a', 3)], 5);
  const waiting = await opened(second.model, number);
  expect(await written.claim()).toBe(true);
  expect(await waiting.claim()).toBe(false);
  return { url, first, second, number, written, waiting };
}

/** Asks as a projector does, while the clocks go on. Answers the milliseconds that went by. */
async function claimedAfterMs(generation: Generation, processes: readonly Process[]): Promise<number> {
  for (let passedMs = 0; passedMs < 20_000; passedMs += 250) {
    if (await generation.claim()) return passedMs;
    await Promise.all(processes.map(({ timing }) => timing.pass(250)));
  }
  return Number.POSITIVE_INFINITY;
}

const commit = (from: number, to: number, id: string) => ({
  from,
  to,
  writes: [write(id, to)],
  deletes: [],
});

describe.skipIf(server === undefined)('two projectors on one read model', () => {
  test('the second waits while the first lives, and what it commits all the same is refused', async () => {
    const { first, second, written, waiting } = await two();
    expect(await claimedAfterMs(waiting, [first, second])).toBe(Number.POSITIVE_INFINITY);
    expect(await waiting.commit(commit(5, 6, 'b'))).toBe(false);
    expect(await written.commit(commit(5, 6, 'c'))).toBe(true);
    expect((await documentsIn(waiting)).map(({ id }) => id).toSorted()).toEqual(['a', 'c']);
  });

  test('the second takes over at once from one that closes', async () => {
    const { first, second, written, waiting } = await two();
    await written.close();
    expect(await claimedAfterMs(waiting, [first, second])).toBeLessThan(1_000);
    expect(await waiting.position()).toBe(5);
    expect(await waiting.commit(commit(5, 6, 'b'))).toBe(true);
  });

  test('the second takes over from one that is paused, which then is refused', async () => {
    const { first, second, written, waiting } = await two();
    first.timing.pause();
    expect(await claimedAfterMs(waiting, [first, second])).toBeLessThan(10_000);
    expect(await waiting.commit(commit(5, 8, 'a'))).toBe(true);
    first.timing.wake();
    expect(await written.commit(commit(5, 6, 'a'))).toBe(false);
    expect(await written.claim()).toBe(false);
    expect((await waiting.load(['a'])).get('a')).toMatchObject({ position: 8 });
    expect(await waiting.position()).toBe(8);
  });

  test('a write that arrives late, from one that was thought dead, replaces nothing newer and brings nothing back', async () => {
    const { url, first, second, number, waiting } = await two();
    first.timing.pause();
    await claimedAfterMs(waiting, [first, second]);
    await waiting.commit({ from: 5, to: 9, writes: [write('a', 9), write('b', 8)], deletes: [] });
    await waiting.commit({ from: 9, to: 10, writes: [], deletes: ['b'] });
    // What the first had sent, and the server was slow to do.
    const sent = documentsOf(url, number);
    const late = [write('a', 6), write('b', 7), { ...write('c', 6), isNew: true }, write('d', 7)];
    expect(await sent.write(late, ['e'], 7, async () => true)).toBe(true);
    const kept = await documentsIn(waiting);
    expect(kept.map(({ id, position }) => `${id}@${position}`).toSorted()).toEqual(['a@9', 'c@6', 'd@7']);
    await sent.write([{ ...write('a', 6), isNew: true }], ['c'], 7, async () => true);
    expect((await waiting.load(['a'])).get('a')?.position).toBe(9);
    expect((await waiting.load(['c'])).get('c')).toEqual({ id: 'c', body: undefined, position: 7 });
  });
});

/** The part of a commit that writes documents, and asks for no lease. */
function documentsOf(url: string, generation: number): GenerationDocuments {
  const connection = closedAfterwards(new MongoDbConnection({ dependency: 'read model', url }));
  return new GenerationDocuments(connection, shape.name, generation);
}

describe.skipIf(server === undefined)('a switch whose process dies', () => {
  /** The first process is in the middle of a switch, and sleeps. */
  async function stuck() {
    const found = await two();
    const { first, written } = found;
    const next = await first.model.startBuild(nextShape);
    const build = await opened(first.model, next, nextShape);
    await build.commit({ from: 0, to: 5, writes: [write('n', 5)], deletes: [] });
    let go = () => {};
    const asleep = new Promise<void>((resolve) => {
      go = resolve;
    });
    let switching: Promise<void> = Promise.resolve();
    await new Promise<void>((begun) => {
      switching = first.model.activate(nextShape, next, async () => {
        begun();
        await asleep;
      });
      switching.catch(() => {});
    });
    await written.close();
    first.timing.pause();
    return { ...found, switching, wakeUp: go };
  }

  test('holds up commits for some seconds, not for good; its own switch then fails', async () => {
    const { first, second, waiting, switching, wakeUp } = await stuck();
    expect(await waiting.commit(commit(5, 6, 'b'))).toBe(false);
    expect(await waiting.claim()).toBe(false);
    expect(await claimedAfterMs(waiting, [first, second])).toBeLessThan(10_000);
    expect(await waiting.commit(commit(5, 6, 'b'))).toBe(true);
    first.timing.wake();
    wakeUp();
    await expect(switching).rejects.toThrow('another process has switched');
    await stays(second.model, 6);
  });
});

describe.skipIf(server === undefined)('whoever opens a projection while its switch stands still', () => {
  test('waits for it as one does who had it open, and then goes on', async () => {
    const url = readModelAt(server ?? '', uniqueNameIn(servers()));
    const another = processesOn(url);
    const [first, second] = [another(), another()];
    const { number, generation: written } = await live(first.model, [write('a', 3)], 5);
    await written.close();
    const next = await first.model.startBuild(nextShape);
    const build = await opened(first.model, next, nextShape);
    await build.commit({ from: 0, to: 5, writes: [write('n', 5)], deletes: [] });
    const never = new Promise<void>(() => {});
    await new Promise<void>((begun) => {
      void first.model.activate(nextShape, next, () => {
        begun();
        return never;
      });
    });
    first.timing.pause();

    const refused = await opened(second.model, number);
    expect(await refused.commit(commit(5, 6, 'b'))).toBe(false);
    await refused.close();
    const again = await opened(second.model, number);
    expect(await again.claim()).toBe(false);
    expect(await claimedAfterMs(again, [first, second])).toBeLessThan(10_000);
    expect(await again.commit(commit(5, 6, 'b'))).toBe(true);
  });
});

describe.skipIf(server === undefined)('what comes between two steps', () => {
  /** The small documents, and the collections, as another process has them. */
  function besides(url: string) {
    const connection = closedAfterwards(new MongoDbConnection({ dependency: 'read model', url }));
    const names = () =>
      connection.run(async (db) => (await db.listCollections().toArray()).map(({ name }) => name), 5_000);
    return { connection, states: new StateCollection(connection), names };
  }

  test('one that is just being overtaken commits nothing more', async () => {
    const { url, number, written } = await two();
    const { states } = besides(url);
    const [holder] = (await states.read(shape.name)).writers(number);
    if (holder === undefined) throw new Error('nobody holds it');
    const next = {
      ...holder,
      number: holder.number + 1,
      _id: `${shape.name}.${number}#${holder.number + 1}`,
    };
    expect(await states.insert(next)).toBe(true);
    expect(await written.commit(commit(5, 6, 'b'))).toBe(false);
    expect((await written.load(['b'])).size).toBe(0);
  });

  test('a reader that looked right before two switches finds what is live after them', async () => {
    const { url, first } = await two();
    const { connection, states } = besides(url);
    const before = await states.read(shape.name);
    for (const version of [2, 3]) {
      const next = { ...shape, version };
      const build = await first.model.startBuild(next);
      await (await opened(first.model, build, next)).commit({
        from: 0,
        to: 7,
        writes: [write('a', 7)],
        deletes: [],
      });
      await first.model.activate(next, build, async () => {});
    }
    const looks = [before];
    const read = async (name: string) => looks.pop() ?? states.read(name);
    const reader = new MongoDbReader(connection, { read }, shape.name);
    expect(await reader.get('a')).toMatchObject({ asOf: 7 });
    looks.push(before);
    const page = await reader.list({ equals: {}, orderBy: 'placedAt', countMax: 5 });
    expect(page).toMatchObject({ asOf: 7, documents: [{ body: write('a', 7).body }] });
  });

  test('what a dead process left behind is removed at the next start, and nothing else', async () => {
    const { url, first } = await two();
    const dropped = await first.model.startBuild(nextShape);
    await first.model.dropBuild(shape.name);
    const others = [`${shape.name}.backup`, `${shape.name}.99`, 'orders.1'];
    const { connection, names } = besides(url);
    for (const name of [`${shape.name}.${dropped}`, ...others])
      await connection.run((db) => db.collection(name).insertOne({ left: 'behind' }), 5_000);
    await processesOn(url)().model.startBuild({ ...shape, name: 'stats' });
    const left = await names();
    expect(left).toEqual(expect.arrayContaining(others));
    expect(left).not.toContain(`${shape.name}.${dropped}`);
    expect(await first.model.reader(shape).get('a')).toMatchObject({ asOf: 5 });
  });
});

async function stays(model: ReadModel, position: number): Promise<void> {
  expect(await recordOf(model)).toMatchObject({ active: { version: shape.version, position } });
  expect(await model.reader(shape).get('b')).toMatchObject({ asOf: position });
}
