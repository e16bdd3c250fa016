import { beforeAll, describe, expect, it, vi } from 'vitest';
import { ask, given, usd, was, whole } from '../../../test/support/order-builders.ts';
import { tell } from '../../../test/support/order-calls.ts';
import { histories } from '../../../test/support/order-histories.ts';
import { linesBeyondCounting, questions } from '../../../test/support/order-questions.ts';
import { goesBefore } from '../../../test/support/order-refusals.ts';
import { type Decision, refuse } from '../kernel/result.ts';
import { orderAggregate } from './aggregate.ts';
import type { OrderCommand } from './commands.ts';
import type { OrderEvent } from './decision.ts';
import { optionalRevisionMax, revisionMax } from './guards.ts';
import { type OrderRejection, orderRejections } from './rejections.ts';
import type { Order } from './state.ts';

/** The order of precedence as it is promised, spelt out once more so that moving a line in the table is noticed. */
const promised: readonly OrderRejection[] = [
  'order-not-found',
  'order-already-placed',
  'call-not-found',
  'order-already-cancelled',
  'order-cancelling',
  'order-already-fulfilled',
  'order-already-paid',
  'order-not-paid',
  'order-has-captured-money',
  'payment-call-open',
  'lines-locked-by-payment',
  'currency-mismatch',
  'total-too-large',
  'nothing-to-authorize',
  'authorization-exceeds-open',
  'provider-takes-whole',
  'payment-not-authorized',
  'capture-exceeds-authorized',
  'hold-covers-paid-order',
  'nothing-to-refund',
  'refund-exceeds-refundable',
  'chargeback-exceeds-captured',
  'no-open-chargeback',
  'chargeback-exceeds-open',
  'answer-comes-late',
  'nothing-to-retry',
  'too-many-notes',
  'order-history-full',
];

const tooMuch: OrderCommand = { type: 'AmendLines', lines: linesBeyondCounting };

/** For every code one situation in which nothing else stands in the way. A code without one does not compile. */
const situations: Readonly<Record<OrderRejection, readonly [keyof typeof histories, OrderCommand]>> = {
  'order-not-found': ['nothing', ask.cancel],
  'order-already-placed': ['placed', ask.place()],
  'call-not-found': ['asked for', tell.approve('authorize', 2)],
  'order-already-cancelled': ['cancelled', ask.cancel],
  'order-cancelling': ['cancelling while it is given back', ask.cancel],
  'order-already-fulfilled': ['fulfilled on hold', ask.cancel],
  'order-already-paid': ['paid by hold', ask.authorize(1)],
  'order-not-paid': ['placed', ask.fulfil],
  'order-has-captured-money': ['paid', ask.cancel],
  'payment-call-open': ['asked for', ask.amend(1)],
  'lines-locked-by-payment': ['held', ask.amend(1)],
  'currency-mismatch': ['placed', ask.authorize(usd(1))],
  'total-too-large': ['placed', tooMuch],
  'nothing-to-authorize': ['held', ask.authorize()],
  'authorization-exceeds-open': ['placed', ask.authorize(whole + 1)],
  'provider-takes-whole': ['placed', tell.authorize(60)],
  'payment-not-authorized': ['placed', ask.capture(1)],
  'capture-exceeds-authorized': ['held', ask.capture(whole + 1)],
  'hold-covers-paid-order': ['paid by hold', ask.void],
  'nothing-to-refund': ['placed', ask.refund()],
  'refund-exceeds-refundable': ['paid', ask.refund(whole + 1)],
  'chargeback-exceeds-captured': ['paid', ask.dispute(whole + 1)],
  'no-open-chargeback': ['paid', ask.win()],
  'chargeback-exceeds-open': ['paid and disputed', ask.win(whole + 1)],
  'answer-comes-late': ['held by a provider, its capture declined', tell.approve('capture', 2, 60)],
  'nothing-to-retry': ['asked for', tell.retry],
  'too-many-notes': ['full of notes', ask.note],
  'order-history-full': ['placed', ask.cancel],
};

describe('the refusals of an order', () => {
  it('stand in the promised order of precedence', () => {
    expect(Object.keys(orderRejections)).toEqual(promised);
  });

  it.each(promised)('say %s where that alone applies', (code) => {
    const [history, command] = situations[code];
    const before = given(...histories[history]);
    const standing = code === 'order-history-full' ? before.atRevision(revisionMax) : before;
    standing.when(command).refused(code);
  });

  it('have a status and a title that says what is the case', () => {
    for (const { status, title } of Object.values(orderRejections)) {
      expect([404, 409, 422]).toContain(status);
      expect(title).toMatch(/^[A-Z].*[^.]$/);
    }
  });
});

const orders: readonly Order[] = Object.values(histories).flatMap((events) => {
  const standing = given(...events);
  const full = [optionalRevisionMax, revisionMax].map((revision) => standing.atRevision(revision));
  return [standing, ...full].flatMap(({ state }) => (state === undefined ? [] : [state]));
});

describe('where several refusals apply', () => {
  /** The aggregate with a `decide` that answers every objection there is instead of the first. */
  let listing: (command: OrderCommand, order: Order) => Decision<OrderEvent, string>;

  beforeAll(async () => {
    vi.resetModules();
    vi.doMock('./rejections.ts', () => ({
      orderRejections,
      decide: (objections: Readonly<Record<string, string | false | undefined>>) =>
        refuse(
          Object.keys(objections)
            .filter((code) => objections[code] !== false && objections[code] !== undefined)
            .join(),
          'All of them.',
        ),
    }));
    const { orderAggregate: mocked } = await import('./aggregate.ts');
    listing = mocked.decide;
    vi.doUnmock('./rejections.ts');
    // Whoever imports it after this gets the real one, even a spec that shares these modules.
    vi.resetModules();
  });

  function applying(command: OrderCommand, order: Order): readonly OrderRejection[] {
    const decision = listing(command, order);
    const codes = decision.ok ? '' : decision.code;
    return promised.filter((code) => codes.split(',').includes(code));
  }

  it('the earlier one in the table is the answer, for every command in every situation', () => {
    const met = new Map<OrderRejection, Set<OrderRejection>>();
    for (const order of orders) {
      for (const command of questions) {
        const objections = applying(command, order);
        const decision = orderAggregate.decide(command, order);
        expect(decision.ok ? undefined : decision.code).toBe(objections[0]);
        for (const [index, code] of objections.entries()) {
          const later = objections.slice(index + 1);
          if (later.length > 0) met.set(code, new Set([...(met.get(code) ?? []), ...later]));
        }
      }
    }
    const inOrder = promised.flatMap((code) => {
      const later = met.get(code);
      return later === undefined ? [] : [[code, promised.filter((each) => later.has(each))]];
    });
    expect(Object.fromEntries(inOrder)).toEqual(goesBefore);
  });

  it('placing twice is refused as such, even where the total could not be counted either', () => {
    given(was.placed())
      .when({ ...ask.place(), lines: linesBeyondCounting })
      .refused('order-already-placed');
  });

  it('an order that was never placed is not found, whatever else is wrong with the command', () => {
    for (const command of questions) given().when(command).refused('order-not-found');
  });
});
