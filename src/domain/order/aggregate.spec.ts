import { describe, expect, it } from 'vitest';
import { deepFrozen } from '../../../test/support/given.ts';
import { ask, given, ids, was } from '../../../test/support/order-builders.ts';
import { histories } from '../../../test/support/order-histories.ts';
import { questions } from '../../../test/support/order-questions.ts';
import { orderAggregate } from './aggregate.ts';
import { orderResource } from './resource.ts';
import type { Order } from './state.ts';

const standings = Object.entries(histories).map(([name, events]) => ({ name, standing: given(...events) }));

describe('the order aggregate', () => {
  it.each(standings)('answers everything that can be asked of an order that is $name', ({ standing }) => {
    for (const question of [ask.place(), ...questions]) {
      const asked = standing.when(question);
      if (asked.decision.ok) asked.then(...asked.decision.events);
      else asked.refused(asked.decision.code);
    }
  });

  it.each(standings)(
    'publishes an order that is $name in the shape it promises',
    ({ standing: { state } }) => {
      if (state !== undefined) expect(orderResource.safeParse(state).error).toBeUndefined();
    },
  );

  it('is changed by a recorded refusal in nothing but its revision', () => {
    const before = given(was.placed()).state as Order;
    expect(given(was.placed(), was.refused).state).toStrictEqual({ ...before, revision: 1 });
    expect(given(was.refused).state).toBeUndefined();
  });

  it('never looks at the clock: the same events give the same order', () => {
    for (const events of Object.values(histories)) {
      expect(given(...events).state).toStrictEqual(given(...events).state);
    }
  });

  it('is one stream per order, started by placing it, sealed with the key of its customer', () => {
    expect(orderAggregate).toMatchObject({ category: 'order', creating: ['PlaceOrder'] });
    expect(orderAggregate.subject(given(was.placed()).state as Order)).toBe(ids.customer);
  });

  it('refuses to fold what cannot have happened', () => {
    const facts = { at: given(was.placed()).state?.placedAt as never, revision: 1, actor: ids.operator };
    const placed = given(was.placed()).state;
    expect(() => orderAggregate.evolve(placed, was.placed(), facts)).toThrow(/creates what is already there/);
    expect(() => orderAggregate.evolve(undefined, was.fulfilled, facts)).toThrow(/nothing to change/);
    expect(() => orderAggregate.evolve(placed, was.captured(1), facts)).toThrow(/more than/);
    expect(() => orderAggregate.evolve(placed, was.won(1), facts)).toThrow(/more than/);
  });
});

describe('the time line of an order', () => {
  it('says when it was placed, paid, fulfilled, completed and last changed', () => {
    const order = given(...histories.completed, was.noted, was.refused).state;
    expect(order).toMatchObject({
      placedAt: '2026-01-05T09:00:00.000Z',
      paidAt: '2026-01-05T09:03:00.000Z',
      fulfilledAt: '2026-01-05T09:04:00.000Z',
      completedAt: '2026-01-05T09:05:00.000Z',
      updatedAt: '2026-01-05T09:06:00.000Z',
      revision: 7,
    });
  });

  it.each([
    ['placed', 'placed'],
    ['held', 'awaiting_payment'],
    ['voided', 'awaiting_payment'],
    ['paid', 'preparing'],
    ['asked for', 'awaiting_payment'],
    ['declined and cancelled', 'cancelled'],
    ['paid through a provider', 'preparing'],
    ['fulfilled on a provider’s hold', 'delivered'],
    ['cancelling while asked for', 'cancelling'],
    ['fulfilled on hold', 'delivered'],
    ['completed', 'completed'],
    ['cancelled', 'cancelled'],
  ] as const)('is in a phase of its own when %s: %s', (history, phase) => {
    expect(given(...histories[history]).state?.phase).toBe(phase);
  });
});

describe('freezing', () => {
  it('reaches every object, so that a fold that writes into what it was given is found', () => {
    const frozen = deepFrozen({ a: [{ b: 1 }] });
    expect(() => Object.assign(frozen.a[0] ?? {}, { b: 2 })).toThrow(TypeError);
  });
});
