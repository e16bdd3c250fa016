import { describe, expect, it } from 'vitest';
import { booksAfter, brokenBy, noBooks } from '../../../test/support/order-books.ts';
import { eur, given } from '../../../test/support/order-builders.ts';
import { provider } from '../../../test/support/order-calls.ts';
import { histories } from '../../../test/support/order-histories.ts';
import { questions } from '../../../test/support/order-questions.ts';
import { depositsOf } from './booking.ts';
import type { Order } from './state.ts';

const standings = Object.entries(histories).map(([name, history]) => ({ name, standing: given(...history) }));

describe('the books of an order', () => {
  it.each(standings)('say what its payment says where it is $name', ({ standing: { state, events } }) => {
    if (state !== undefined) expect(brokenBy(state, booksAfter(noBooks, events))).toEqual([]);
  });

  it.each(standings)('are kept right by all that can be asked of one that is $name', ({ standing }) => {
    const { state, events } = standing;
    for (const question of questions) {
      const { decision, ...asked } = standing.when(question);
      if (state === undefined || !decision.ok || decision.events.length === 0) continue;
      const after = asked.then(...decision.events);
      expect(brokenBy(after, booksAfter(noBooks, [...events, ...decision.events]))).toEqual([]);
    }
  });

  it('give the same entry whether an event is booked by the order before its append or before itself', () => {
    for (const { standing } of standings) {
      for (const question of questions) {
        const { decision } = standing.when(question);
        if (!decision.ok) continue;
        // `given` books each event by the order that the events before it have led to.
        const { events } = given(...standing.events, ...decision.events);
        expect(events.slice(standing.events.length)).toEqual(decision.events);
      }
    }
  });
});

describe('deposits', () => {
  it.each([
    ['placed', 0],
    ['held', 0],
    ['captured in part', 60],
    ['paid', 100],
    ['paid and refunded in part', 70],
    ['paid, a refund under way', 70],
    ['paid and disputed in part', 100],
    ['paid, disputed and lost', 0],
    ['paid through a provider, its refund credited', 0],
    ['fulfilled on hold, captured in part', 0],
    ['completed', 0],
    ['cancelled after a refund', 0],
    ['cancelled, then captured', 0],
  ] as const)('of an order that is %s are %i', (history, amount) => {
    expect(depositsOf(given(...histories[history]).state as Order)).toEqual(eur(amount));
  });

  it('are what was captured and is neither returned, credited, lost nor earned', () => {
    const part = [
      ...histories['paid through a provider'],
      provider.refundAsked(3, 60),
      provider.credited(3, 60),
    ];
    expect(depositsOf(given(...part).state as Order)).toEqual(eur(40));
  });
});
