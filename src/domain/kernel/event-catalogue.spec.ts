import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { orderAggregate } from '../order/aggregate.ts';
import {
  type Catalogue,
  defineEvents,
  type EventFacts,
  type EventOf,
  evolveWith,
  personal,
  personalFieldsIn,
  personalFieldsOf,
} from './event-catalogue.ts';
import { actorId } from './ids.ts';
import { instantInput } from './instant.ts';

interface Tally {
  readonly count: number;
  readonly revision: number;
}

const tallyEvents = defineEvents<Tally>()({
  TallyStarted: {
    version: 1,
    data: z.strictObject({ from: z.int() }),
    creates: ({ from }, { revision }) => ({ count: from, revision }),
  },
  TallyRaised: {
    version: 3,
    data: z.strictObject({ by: z.int() }),
    upcasts: {
      1: () => ({ amount: 1 }),
      2: ({ amount }) => ({ by: amount }),
    },
    evolve: (tally, { by }, { revision }) => ({ count: tally.count + by, revision }),
  },
  TallySeen: {
    version: 1,
    data: z.strictObject({}),
    observe: (tally, { revision }) => (tally === undefined ? undefined : { ...tally, revision }),
  },
});
type TallyEvent = EventOf<typeof tallyEvents>;

const evolve = evolveWith<Tally, typeof tallyEvents>(tallyEvents);
const started: TallyEvent = { type: 'TallyStarted', data: { from: 5 } };
const raised: TallyEvent = { type: 'TallyRaised', data: { by: 2 } };
const seen: TallyEvent = { type: 'TallySeen', data: {} };

function facts(revision: number): EventFacts {
  return { at: instantInput.parse('2026-01-05T09:00:00Z'), actor: actorId.parse('customer-1'), revision };
}

describe('the fold of a catalogue', () => {
  it('creates, changes and observes, each event by its own entry', () => {
    const state = [started, raised, raised, seen].reduce<Tally | undefined>(
      (tally, event, revision) => evolve(tally, event, facts(revision)),
      undefined,
    );
    expect(state).toEqual({ count: 9, revision: 3 });
  });

  it('lets an event stand before anything was created where it is about the stream alone', () => {
    expect(evolve(undefined, seen, facts(0))).toBeUndefined();
  });

  it.each([
    ['changes what is not there', undefined, raised, 'TallyRaised at revision 4 has nothing to change'],
    [
      'creates twice',
      { count: 1, revision: 3 },
      started,
      'TallyStarted at revision 4 creates what is already there',
    ],
  ])('stops at a history that %s', (_what, tally, event, message) => {
    expect(() => evolve(tally, event, facts(4))).toThrow(
      expect.objectContaining({ name: 'ImpossibleState', message }),
    );
  });

  it.each(['TallyLowered', 'toString', '__proto__'])('stops at an event of the unknown type %s', (type) => {
    const unknown = { type, data: {} } as unknown as TallyEvent;
    expect(() => evolve(undefined, unknown, facts(0))).toThrow(
      expect.objectContaining({ name: 'ImpossibleState', message: `no entry for event ${type}` }),
    );
  });
});

describe('personal fields', () => {
  const text = z.string();
  const data = z.strictObject({
    plain: z.string(),
    secret: personal(z.string()),
    outside: personal(z.string()).exactOptional(),
    inside: personal(z.string().exactOptional()),
    loose: personal(text).optional(),
  });

  it('are those marked so, optional or not, wherever the mark is', () => {
    expect(personalFieldsOf(data)).toEqual(['secret', 'outside', 'inside', 'loose']);
  });

  it('are found by the type of the event; an unknown one has none', () => {
    const catalogue: Catalogue = { Told: { version: 1, data } };
    expect(personalFieldsIn(catalogue, 'Told')).toHaveLength(4);
    expect(personalFieldsIn(catalogue, 'Untold')).toEqual([]);
  });

  it('of an order are what people wrote, and no others', () => {
    const found = Object.entries(orderAggregate.events).map(([type, { data: schema }]) => [
      type,
      personalFieldsOf(schema),
    ]);
    expect(Object.fromEntries(found.filter(([, fields]) => fields?.length !== 0))).toEqual({
      OrderPlaced: ['note'],
      OrderNoteAdded: ['note'],
      OrderCancellationRequested: ['reason'],
      OrderCancelled: ['reason'],
      RefundRequested: ['reason'],
    });
  });
});

describe.each([
  ['the order', orderAggregate.events],
  ['this spec', tallyEvents],
] as const)('the catalogue of %s', (_whose, catalogue: Catalogue) => {
  it.each(Object.entries(catalogue))(
    'has an upcast from every older version of %s, and from no other',
    (_type, entry) => {
      expect(Number.isSafeInteger(entry.version) && entry.version >= 1).toBe(true);
      const older = Array.from({ length: entry.version - 1 }, (_, index) => String(index + 1));
      expect(Object.keys(entry.upcasts ?? {})).toEqual(older);
    },
  );

  it.each(Object.entries(catalogue))('refuses fields that %s does not have', (_type, { data }) => {
    const issues = data.safeParse({ nobodyKnows: 1 }).error?.issues ?? [];
    expect(issues.map(({ code }) => code)).toContain('unrecognized_keys');
  });

  it('names events in the past tense, the aggregate first', () => {
    expect(
      Object.keys(catalogue).filter((type) => !/^(?:[A-Z][a-z]+)+(?:ed|Paid|Won|Lost|Seen)$/.test(type)),
    ).toEqual([]);
  });
});
