import { describe, expect, it } from 'vitest';
import type { DomainEvent } from '../ports/event-codec.ts';
import type { LoadedDocument } from '../ports/read-model.ts';
import { DocumentFold, PoisonEvent } from './document-fold.ts';
import type { AnyProjection } from './projection.ts';

interface Tally {
  readonly sum: number;
}

interface Added {
  readonly add: number | 'nothing' | 'gone' | 'poison' | 'strange poison';
  readonly also?: readonly string[];
}

/** Adds up what the events of a stream say. */
const tallies: AnyProjection = {
  ...{ name: 'tallies', version: 1, category: 'order', fields: ['size'], indexes: [], keys: 'stream' },
  when: (document: never, { data }: { readonly data: Added }) => {
    const before = document as Tally | undefined;
    if (data.add === 'poison') throw new TypeError('it has no amount');
    if (data.add === 'strange poison') throw 'no amount';
    if (data.add === 'nothing') return before;
    return data.add === 'gone' ? undefined : { sum: (before?.sum ?? 0) + data.add };
  },
  fieldsOf: (document: never) => ({ size: (document as Tally).sum > 5 ? 'large' : 'small' }),
};

/** The same in documents of any name: those that the event names. */
const named: AnyProjection = {
  ...tallies,
  keys: ({ data }: { readonly data: Added }) => data.also ?? [],
};

function event(place: string, position: number, data: Added): DomainEvent {
  const [stream, revision] = place.split('@');
  return { stream, revision: Number(revision), position, type: 'Added', data } as DomainEvent;
}

/** A fold over a generation that holds these documents. */
function foldOver(stored: readonly LoadedDocument[] = [], projection = tallies, writtenMax = 100) {
  const loads: (readonly string[])[] = [];
  const generation = {
    load: async (ids: readonly string[]) => {
      loads.push(ids);
      return new Map(stored.filter(({ id }) => ids.includes(id)).map((document) => [document.id, document]));
    },
  };
  return { fold: new DocumentFold(projection, generation, writtenMax), loads };
}

const storedA = { id: 'a', body: '{"sum":10}', position: 5 };

describe('a document', () => {
  it('is written once with all that happened to it, and looked for only where it may be there', async () => {
    const { fold, loads } = foldOver();
    await fold.apply([event('order-a@0', 1, { add: 2 }), event('order-a@1', 2, { add: 3 })]);
    expect(fold.changedCount).toBe(1);
    await fold.apply([event('order-a@2', 3, { add: 4 })]);
    expect(loads).toEqual([]);
    expect(fold.take()).toEqual({
      writes: [{ id: 'a', body: '{"sum":9}', position: 3, fields: { size: 'large' }, isNew: true }],
      deletes: [],
    });
    expect(fold.changedCount).toBe(0);
    expect(fold.take()).toEqual({ writes: [], deletes: [] });
  });

  it('is loaded once, and then remembered, changed or not', async () => {
    const { fold, loads } = foldOver([storedA]);
    await fold.apply([
      event('order-a@1', 6, { add: 'nothing' }),
      event('order-b@0', 7, { add: 1 }),
      event('order-c@4', 8, { add: 1 }),
      event('order-a@2', 9, { add: 1 }),
    ]);
    expect(loads).toEqual([['a', 'c']]);
    expect(fold.take().writes).toMatchObject([
      { id: 'b', body: '{"sum":1}', isNew: true },
      { id: 'c', body: '{"sum":1}', isNew: false },
      { id: 'a', body: '{"sum":11}', position: 9, isNew: false },
    ]);
    await fold.apply([event('order-a@3', 10, { add: 1 }), event('order-b@1', 11, { add: 1 })]);
    expect(loads).toHaveLength(1);
    expect(fold.take().writes).toMatchObject([
      { id: 'a', body: '{"sum":12}', isNew: false },
      { id: 'b', body: '{"sum":2}', isNew: false },
    ]);
  });

  it('is loaded again once it was forgotten', async () => {
    const { fold, loads } = foldOver([storedA], tallies, 2);
    for (const [index, id] of ['a', 'b', 'c', 'd', 'a'].entries())
      await fold.apply([event(`order-${id}@1`, 6 + index, { add: 'nothing' })]);
    expect(loads).toEqual([['a'], ['b'], ['c'], ['d'], ['a']]);
  });

  it('takes in no event for the second time, wherever it has it from', async () => {
    const { fold } = foldOver([storedA]);
    await fold.apply([event('order-a@1', 4, { add: 1 }), event('order-a@2', 5, { add: 1 })]);
    expect(fold.changedCount).toBe(0);
    const next = event('order-a@3', 6, { add: 1 });
    await fold.apply([next, next]);
    await fold.apply([next]);
    expect(fold.take().writes).toMatchObject([{ body: '{"sum":11}', position: 6 }]);
    await fold.apply([next]);
    expect(fold.take().writes).toEqual([]);
  });

  it('that an event leaves as it was is not written', async () => {
    const { fold } = foldOver([storedA]);
    await fold.apply([event('order-a@1', 6, { add: 'nothing' })]);
    expect(fold.changedCount).toBe(0);
    expect(fold.take()).toEqual({ writes: [], deletes: [] });
  });

  it('that ends is deleted, and what comes after it begins anew', async () => {
    const { fold } = foldOver([storedA]);
    await fold.apply([event('order-a@1', 6, { add: 'gone' })]);
    expect(fold.take()).toEqual({ writes: [], deletes: ['a'] });
    await fold.apply([event('order-a@2', 7, { add: 1 })]);
    expect(fold.take().writes).toMatchObject([{ id: 'a', body: '{"sum":1}', isNew: false }]);
  });

  it('that was deleted before still has the events that came before that', async () => {
    const { fold } = foldOver([{ id: 'a', body: undefined, position: 8 }]);
    await fold.apply([event('order-a@1', 8, { add: 1 })]);
    expect(fold.take()).toEqual({ writes: [], deletes: [] });
    await fold.apply([event('order-a@2', 9, { add: 2 })]);
    expect(fold.take().writes).toMatchObject([{ body: '{"sum":2}', position: 9 }]);
  });

  it('that most streams never have is looked for once', async () => {
    const { fold, loads } = foldOver();
    await fold.apply([event('order-a@0', 1, { add: 'nothing' })]);
    await fold.apply([event('order-a@1', 2, { add: 'nothing' })]);
    await fold.apply([event('order-a@2', 3, { add: 1 })]);
    expect(loads).toEqual([]);
    expect(fold.take().writes).toMatchObject([{ id: 'a', body: '{"sum":1}', position: 3 }]);
  });

  it('begins as it is before its first event, where that is told', async () => {
    const blank = (id: string) => ({ sum: id.length * 100 });
    const { fold } = foldOver([], { ...tallies, blank });
    await fold.apply([event('order-abc@0', 1, { add: 1 }), event('order-abc@1', 2, { add: 1 })]);
    expect(fold.take().writes).toMatchObject([{ id: 'abc', body: '{"sum":302}' }]);
  });
});

it('one event changes every document it is about, and finds each of them where it may be', async () => {
  const { fold, loads } = foldOver([storedA], named);
  await fold.apply([
    event('order-x@0', 6, { add: 1, also: ['a', 'b'] }),
    event('order-y@0', 7, { add: 2, also: ['b'] }),
    event('order-y@1', 8, { add: 4, also: [] }),
  ]);
  expect(loads).toEqual([['a', 'b']]);
  expect(fold.take().writes).toMatchObject([
    { id: 'a', body: '{"sum":11}', position: 6, isNew: false },
    { id: 'b', body: '{"sum":3}', position: 7, isNew: false },
  ]);
});

describe('an event that cannot be taken in', () => {
  it('is named, with why; all before it is kept, and nothing of it', async () => {
    const { fold } = foldOver();
    const bad = event('order-a@1', 2, { add: 'poison' });
    const later = event('order-b@0', 3, { add: 1 });
    const folding = fold.apply([event('order-a@0', 1, { add: 2 }), bad, later]);
    await expect(folding).rejects.toBeInstanceOf(PoisonEvent);
    await expect(folding).rejects.toMatchObject({
      name: 'PoisonEvent',
      message: 'it has no amount',
      event: bad,
      cause: expect.any(TypeError),
    });
    expect(fold.take().writes).toMatchObject([{ id: 'a', body: '{"sum":2}', position: 1 }]);
  });

  it('says whatever it was told, also where that is no error', async () => {
    const { fold } = foldOver();
    await expect(fold.apply([event('order-a@0', 1, { add: 'strange poison' })])).rejects.toThrow('no amount');
  });
});
