import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actor, deepFrozen, instantOf } from '../../../test/support/given.ts';
import { ask, eur, usd } from '../../../test/support/order-builders.ts';
import { OrderMoneyModel } from '../../../test/support/order-money-model.ts';
import { linesBeyondCounting } from '../../../test/support/order-questions.ts';
import { amountMax } from '../kernel/money.ts';
import { orderAggregate } from './aggregate.ts';
import type { AmountInput, OrderCommand } from './commands.ts';
import type { OrderEvent } from './decision.ts';
import { brokenInvariants } from './invariants.ts';
import { type Order, type PaidWhen, paidWhen } from './state.ts';

/** Prices of every size, small ones more often: there sequences meet the caps exactly. */
const price = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 6 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 10 ** 12 }) },
  { weight: 2, arbitrary: fc.integer({ min: amountMax - 2, max: amountMax }) },
);

const minor = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 6 }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1, amountMax - 1, amountMax) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: amountMax }) },
);

const amount: fc.Arbitrary<AmountInput | undefined> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(undefined) },
  { weight: 5, arbitrary: minor },
  { weight: 2, arbitrary: minor.map(eur) },
  { weight: 1, arbitrary: minor.map(usd) },
);

/** More of what moves money; less of what ends the story or starts it over. */
const command: fc.Arbitrary<OrderCommand> = fc.oneof(
  { weight: 8, arbitrary: amount.map(ask.authorize) },
  { weight: 8, arbitrary: amount.map(ask.capture) },
  { weight: 2, arbitrary: amount.map(ask.captureFinally) },
  { weight: 3, arbitrary: amount.map(ask.refund) },
  { weight: 5, arbitrary: amount.map(ask.dispute) },
  { weight: 3, arbitrary: amount.map(ask.win) },
  { weight: 3, arbitrary: amount.map(ask.lose) },
  { weight: 1, arbitrary: price.map(ask.amend) },
  { weight: 1, arbitrary: fc.constant({ type: 'AmendLines', lines: linesBeyondCounting }) },
  { weight: 3, arbitrary: fc.constantFrom<OrderCommand>(ask.void, ask.cancel, ask.fulfil, ask.note) },
);

const story = fc.record({
  price,
  paidWhen: fc.constantFrom(...paidWhen.options),
  commands: fc.array(command, { maxLength: 40, size: 'max' }),
});

/** One order and everything it recorded; commands go through the real decisions and the real fold. */
class Ledger {
  readonly events: OrderEvent[] = [];
  order: Order | undefined;

  /** Whether the command was accepted. Whatever it is given is frozen. */
  tell(asked: OrderCommand): boolean {
    const decision = orderAggregate.decide(deepFrozen(asked), this.order);
    if (!decision.ok) return false;
    for (const event of decision.events) this.#record(event);
    return true;
  }

  /** The order folded from nothing once more, from what JSON makes of its events. */
  refolded(): Order | undefined {
    const stored = JSON.parse(JSON.stringify(this.events)) as readonly OrderEvent[];
    return stored.reduce<Order | undefined>(fold, undefined);
  }

  #record(event: OrderEvent): void {
    this.order = deepFrozen(fold(this.order, deepFrozen(event), this.events.length));
    this.events.push(event);
  }
}

function fold(order: Order | undefined, event: OrderEvent, revision: number): Order | undefined {
  return orderAggregate.evolve(order, event, { at: instantOf(revision), revision, actor });
}

function placed(total: number, policy: PaidWhen): Ledger & { order: Order } {
  const ledger = new Ledger();
  expect(ledger.tell(ask.place(total, { paidWhen: policy }))).toBe(true);
  return ledger as Ledger & { order: Order };
}

function sumsOf({ payment }: Order) {
  const { payable, authorized, captured, voided, refunded, disputed, chargedBack } = payment;
  const moneys = { payable, authorized, captured, voided, refunded, disputed, chargedBack };
  return Object.fromEntries(Object.entries(moneys).map(([name, { amount: sum }]) => [name, BigInt(sum)]));
}

function everyAmountOf({ total, payment }: Order): readonly number[] {
  const moneys = [total, ...Object.values(payment.open), ...Object.values(payment)];
  return moneys.flatMap((value) =>
    typeof value === 'object' && 'currency' in value ? [Number(value.amount)] : [],
  );
}

describe('whatever is asked of an order, in whatever order', () => {
  it('exactly what the books allow is accepted, and nothing is lost, made up or counted twice', () => {
    fc.assert(
      fc.property(story, ({ price: total, paidWhen: policy, commands }) => {
        const ledger = placed(total, policy);
        const model = new OrderMoneyModel(total, policy);
        for (const asked of commands) {
          const before = ledger.order;
          const accepted = ledger.tell(asked);
          expect(accepted, JSON.stringify(asked)).toBe(model.tell(asked));
          if (!accepted) expect(ledger.order).toBe(before);
          expect(sumsOf(ledger.order)).toEqual(model.sums);
          expect(ledger.order.status).toBe(model.status);
          expect(brokenInvariants(ledger.order)).toEqual([]);
          expect(everyAmountOf(ledger.order).filter((sum) => !Number.isSafeInteger(sum) || sum < 0)).toEqual(
            [],
          );
        }
        expect(ledger.refolded()).toStrictEqual(ledger.order);
      }),
      { numRuns: 1_500 },
    );
  });

  it('the random stories reach every status of order and payment they are meant to judge', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(story, ({ price: total, paidWhen: policy, commands }) => {
        const ledger = placed(total, policy);
        for (const asked of commands) {
          ledger.tell(asked);
          met.add(ledger.order.status).add(ledger.order.payment.status);
        }
      }),
      { numRuns: 500, seed: 7 },
    );
    expect([...met].sort()).toEqual([
      'authorized',
      'cancelled',
      'captured',
      'completed',
      'created',
      'dispute_lost',
      'dispute_won',
      'disputed',
      'paid',
      'partially_captured',
      'partially_refunded',
      'pending',
      'refunded',
      'voided',
    ]);
  });
});
