import { describe, expect, it } from 'vitest';
import { orderIdOf } from '../../test/support/projection-history.ts';
import type { ProjectionLedger } from '../../test/support/projection-ledger.ts';
import {
  inventoryOfActive,
  liveAndExpected,
  projectedLedger,
  recordOf,
} from '../../test/support/projection-runs.ts';
import { nodeDigest } from '../adapters/digest/node-digest.ts';
import { createMemoryReadModel } from '../adapters/read-model/memory/memory-read-model.ts';
import type { DocumentWrite, Generation } from '../ports/read-model.ts';
import { differences, type Inventory, inventoryOf } from './compare.ts';
import { orderList } from './order-list.ts';
import { rebuild } from './rebuild.ts';

/** A generation by itself, with these documents: id, body and position of each. */
async function generationOf(
  position: number,
  ...documents: readonly (readonly [id: string, body: string, position: number])[]
): Promise<{ readonly generation: Generation; readonly position: number }> {
  const readModel = createMemoryReadModel();
  const generation = await readModel.open(orderList, await readModel.startBuild(orderList));
  const writes = documents.map(([id, body, at]) => ({ id, body, position: at, fields: {}, isNew: true }));
  await generation.commit({ from: 0, to: position, writes: writes as readonly DocumentWrite[], deletes: [] });
  return { generation, position };
}

async function kinds(...[first, second]: Parameters<typeof differences>): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { id, kind } of differences(first, second)) found.push(`${id} ${kind}`);
  return found.toSorted();
}

describe('the digest of a generation', () => {
  const digestOf = async (...given: Parameters<typeof generationOf>) =>
    inventoryOf((await generationOf(...given)).generation, nodeDigest);

  it('does not depend on the order of documents', async () => {
    const forwards = await digestOf(2, ['a', '{}', 1], ['b', '{"n":1}', 2]);

    expect(await digestOf(2, ['b', '{"n":1}', 2], ['a', '{}', 1])).toEqual(forwards);
    expect(forwards.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each([
    ['a body differs', [['a', '{"n":2}', 1]]],
    ['an id differs', [['b', '{"n":1}', 1]]],
    [
      'a document more is there',
      [
        ['a', '{"n":1}', 1],
        ['b', '{"n":1}', 1],
      ],
    ],
    ['there is none', []],
  ] as const)('is another one where %s', async (_what, documents) => {
    const { digest } = await digestOf(2, ['a', '{"n":1}', 1]);

    expect((await digestOf(2, ...documents)).digest).not.toBe(digest);
  });
});

describe('two generations', () => {
  it('do not differ where they hold the same', async () => {
    const one = await generationOf(2, ['a', '{}', 1]);

    expect(await kinds(one, await generationOf(2, ['a', '{}', 1]))).toEqual([]);
  });

  it('differ by what only one of them has, and by what is not the same', async () => {
    const first = await generationOf(
      5,
      ['same', '{}', 1],
      ['changed', '{"n":1}', 2],
      ['only-first', '{}', 3],
    );
    const second = await generationOf(
      5,
      ['same', '{}', 1],
      ['changed', '{"n":2}', 2],
      ['only-second', '{}', 4],
    );

    expect(await kinds(first, second)).toEqual([
      'changed different',
      'only-first surplus',
      'only-second missing',
    ]);
  });

  it('differ by the position of a document alone', async () => {
    const first = await generationOf(5, ['a', '{}', 2]);

    expect(await kinds(first, await generationOf(5, ['a', '{}', 3]))).toEqual(['a different']);
  });

  it('are not held against each other in what one of them cannot know yet', async () => {
    const behind = await generationOf(3, ['a', '{"n":1}', 2]);
    const ahead = await generationOf(9, ['a', '{"n":2}', 7], ['b', '{}', 8]);

    expect(await kinds(behind, ahead)).toEqual([]);
    expect(await kinds(ahead, behind)).toEqual([]);
  });

  it('are compared to the end, also where there are more documents than one batch', async () => {
    const documents = Array.from({ length: 2_500 }, (_, index) => [`d${index}`, '{}', 1] as const);
    const [first, second] = [
      await generationOf(1, ...documents),
      await generationOf(1, ...documents.toSpliced(2_400, 1)),
    ];

    expect(await kinds(first, second)).toEqual(['d2400 surplus']);
  });
});

describe('a dry run', () => {
  it('shows the finished build, and changes nothing', async () => {
    const ledger = await projectedLedger();
    const before = await recordOf(ledger, orderList);
    let shown: Inventory | undefined;
    const live = await inventoryOfActive(ledger, orderList);

    await rebuild(orderList, ledger, {
      dryRun: true,
      inspect: async (built) => {
        shown = await inventoryOf(built, nodeDigest);
      },
    });

    expect(shown).toEqual(live);
    expect(await recordOf(ledger, orderList)).toEqual(before);
  });
});

describe('a live generation that is wrong', () => {
  it('differs by exactly the documents that are, and no longer after the rebuild', async () => {
    const ledger = await projectedLedger();
    const [changed, removed] = [orderIdOf(1), orderIdOf(2)];
    const added = orderIdOf(99);
    await plant(ledger, changed, removed, added);
    const found: string[] = [];

    await rebuild(orderList, ledger, {
      inspect: async (built) => {
        const { active } = await recordOf(ledger, orderList);
        const live = await ledger.readModel.open(orderList, active?.generation ?? 0);
        const [first, second] = [
          { generation: built, position: await built.position() },
          { generation: live, position: await live.position() },
        ];
        for await (const { id, kind } of differences(first, second)) found.push(`${id} ${kind}`);
      },
    });

    expect(found.toSorted()).toEqual(
      [`${changed} different`, `${removed} surplus`, `${added} missing`].toSorted(),
    );
    const { live, expected } = await liveAndExpected(ledger);
    expect(live).toEqual(expected);
  });
});

/** Changes, removes and adds a document behind the projector's back, at the position where it stands. */
async function plant(ledger: ProjectionLedger, changed: string, removed: string, added: string) {
  const { active } = await recordOf(ledger, orderList);
  const generation = await ledger.readModel.open(orderList, active?.generation ?? 0);
  const position = await generation.position();
  const body = '{"orderId":"?","revision":0}';
  const write = { body, position, fields: {}, isNew: false };
  await generation.commit({
    ...{ from: position, to: position, deletes: [removed] },
    writes: [
      { ...write, id: changed },
      { ...write, id: added },
    ],
  });
}
