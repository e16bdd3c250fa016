import { describe, expect, it } from 'vitest';
import { StoreUnavailable, UnreadableEvent } from '../domain/kernel/faults.ts';
import type { DomainEvent, EventCodec } from '../ports/event-codec.ts';
import type { EventStore, RecordedEvent } from '../ports/event-store.ts';
import type { AnyProjection } from './projection.ts';
import { decodeUpTo, inSequence, OutOfSequence, readInOrder } from './sequence.ts';

const counting: AnyProjection = {
  ...{ name: 'counts', version: 1, category: 'order', fields: [], indexes: [], keys: 'stream' },
  when: (document: never, { revision }: { readonly revision: number }) => ({
    count: ((document as { readonly count?: number } | undefined)?.count ?? 0) + 1,
    revision,
  }),
  fieldsOf: () => ({}),
};

/** An event as it stands in the log: `order-a@3` at some position. */
function at(place: string, position: number): RecordedEvent {
  const [stream, revision] = place.split('@');
  return { stream, revision: Number(revision), position } as RecordedEvent;
}

describe('a projection in sequence', () => {
  const { when } = inSequence(counting);
  const fold = (...revisions: readonly number[]) => {
    let document: object | undefined;
    for (const revision of revisions) document = when(document as never, { revision } as never);
    return document;
  };

  it('takes in what follows', () => {
    expect(fold(0, 1, 2)).toEqual({ count: 3, revision: 2 });
  });

  it('begins with any event: what was before its document is no concern of it', () => {
    expect(fold(7, 8)).toEqual({ count: 2, revision: 8 });
  });

  it.each([
    ['after a gap', [0, 2]],
    ['for the second time', [0, 1, 1]],
    ['from before', [4, 3]],
  ])('refuses an event %s', (_what, revisions) => {
    expect(() => fold(...revisions)).toThrow(OutOfSequence);
  });

  it('says which event is missing', () => {
    expect(() => fold(0, 3)).toThrow('revision 3 does not follow revision 0');
    expect(new OutOfSequence(3, 0).name).toBe('OutOfSequence');
  });

  it('is told nothing where one document is about many streams', () => {
    const all: AnyProjection = { ...counting, keys: () => ['all'] };
    expect(inSequence(all)).toBe(all);
  });
});

describe('a page of the log', () => {
  const storeOf = (page: readonly RecordedEvent[]) => {
    const asked: unknown[] = [];
    const store: Pick<EventStore, 'readAll'> = {
      readAll: async (range) => {
        asked.push(range);
        return page;
      },
    };
    return { store: store as EventStore, asked };
  };

  it('is what comes after a position, no more than is asked for', async () => {
    const page = [at('order-a@0', 4), at('order-b@0', 9)];
    const { store, asked } = storeOf(page);
    expect(await readInOrder(store, 3, 500)).toBe(page);
    expect(asked).toEqual([{ after: 3, countMax: 500 }]);
  });

  it('may hold events of one position: in some stores those of one append have one', async () => {
    const { store } = storeOf([at('order-a@0', 4), at('order-a@1', 4)]);
    expect(await readInOrder(store, 0, 10)).toHaveLength(2);
  });

  it('is asked for again when it is not in order', async () => {
    const { store } = storeOf([at('order-a@0', 4), at('order-b@0', 9), at('order-a@1', 8)]);
    const read = readInOrder(store, 0, 10);
    await expect(read).rejects.toBeInstanceOf(StoreUnavailable);
    await expect(read).rejects.toThrow('position 8 arrived after position 9');
  });
});

describe('what can be decoded of a page', () => {
  const unreadable = new Map<RecordedEvent, Error>();

  /** Refuses the whole page when it cannot read one event of it, as codecs do. */
  const codec = {
    decode: async (events: readonly RecordedEvent[]) => {
      for (const event of events) {
        const error = unreadable.get(event);
        if (error !== undefined) throw error;
      }
      return events as readonly unknown[] as readonly DomainEvent[];
    },
  } as EventCodec;

  const newer = (event: RecordedEvent) => new UnreadableEvent({ ...event, type: 'OrderMelted' }, 'newer');

  it('is all of it where nothing is wrong, streams mixed', async () => {
    const page = [at('order-a@3', 1), at('order-b@0', 2), at('order-a@4', 3), at('order-b@1', 4)];
    expect(await decodeUpTo(codec, page)).toEqual({ events: page });
  });

  it('is what comes before an event that is not the next of its stream', async () => {
    const page = [at('order-a@0', 1), at('order-b@5', 2), at('order-a@2', 3), at('order-b@6', 4)];
    const { events, unreadable: gap } = await decodeUpTo(codec, page);
    expect(events).toEqual(page.slice(0, 2));
    expect(gap?.event).toBe(page[2]);
    expect(gap?.error).toEqual(new OutOfSequence(2, 0));
  });

  it('is also what comes twice, and leaves the stream as far as it was', async () => {
    const page = [at('order-a@4', 1), at('order-a@5', 2), at('order-a@4', 3), at('order-a@6', 4)];
    expect(await decodeUpTo(codec, page)).toEqual({ events: page });
    const gap = [at('order-a@5', 2), at('order-a@4', 3), at('order-a@7', 4)];
    expect((await decodeUpTo(codec, gap)).unreadable?.error).toEqual(new OutOfSequence(7, 5));
  });

  it('is what comes before the first event that cannot be read, and why', async () => {
    const page = [at('order-a@0', 1), at('order-a@1', 2), at('order-a@2', 3)];
    const [, second, third] = page;
    if (second === undefined || third === undefined) throw new Error('no events');
    unreadable.set(second, newer(second)).set(third, newer(third));
    expect(await decodeUpTo(codec, page)).toEqual({
      events: page.slice(0, 1),
      unreadable: { event: second, error: newer(second) },
    });
  });

  it('is what comes before an unreadable event that is itself before a gap', async () => {
    const page = [at('order-a@0', 1), at('order-a@1', 2), at('order-a@3', 3)];
    const [, second] = page;
    if (second === undefined) throw new Error('no events');
    unreadable.set(second, newer(second));
    const { events, unreadable: found } = await decodeUpTo(codec, page);
    expect(events).toEqual(page.slice(0, 1));
    expect(found?.event).toBe(second);
  });

  it('is not known while keys cannot be read: the page is asked for again', async () => {
    const page = [at('order-a@0', 1), at('order-a@1', 2)];
    const [first, second] = page;
    if (first === undefined || second === undefined) throw new Error('no events');
    const away = new StoreUnavailable('key store', 'no connection', 'Start it.');
    unreadable.set(first, away);
    await expect(decodeUpTo(codec, page)).rejects.toBe(away);

    let calls = 0;
    const failingLater = {
      decode: async () => {
        calls += 1;
        throw calls === 1 ? newer(second) : away;
      },
    } as unknown as EventCodec;
    await expect(decodeUpTo(failingLater, page)).rejects.toBe(away);
  });
});
