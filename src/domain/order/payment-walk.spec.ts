import { describe, expect, it } from 'vitest';
import { ask, eur } from '../../../test/support/order-builders.ts';
import { expiresAt, tell } from '../../../test/support/order-calls.ts';
import { type Decide, placedBy } from '../../../test/support/order-play.ts';
import { type Walked, walk } from '../../../test/support/order-walk.ts';
import { orderAggregate } from './aggregate.ts';
import type { OrderCommand } from './commands.ts';
import { paymentStatus } from './payment.ts';
import { type Order, paidWhen } from './state.ts';

const depth = 8;
const price = 2;

/** Orders of two cents that are placed in every way there is. */
const starts = paidWhen.options.flatMap((policy) => [
  placedBy(ask.place(price, { paidWhen: policy })),
  ...[true, false].map((captures) => placedBy(tell.place(price, { paidWhen: policy, captures }))),
]);

/** Everything that can be asked of one, with half of the money and with all of it. */
const commands: readonly OrderCommand[] = [
  ask.amend(1),
  ask.cancel,
  ask.fulfil,
  tell.authorize(),
  ask.authorize(),
  ask.authorize(1),
  ...[ask.capture, ask.refund, ask.dispute, ask.lose].flatMap((money) => [money(1), money()]),
  ask.captureFinally(1),
  ask.win(),
  ask.void,
  tell.expire(),
  tell.expiredEarly,
  tell.retry,
];

/** And everything the provider can say of every call it was asked, whenever. */
function commandsFor({ payment: { calls = [] } }: Order): readonly OrderCommand[] {
  const answers = calls.flatMap(({ operation, call, amount }) => [
    tell.approve(operation, call, amount, operation === 'authorize' ? { expiresAt } : {}),
    tell.approve(operation, call, eur(amount.amount + 1)),
    tell.decline(operation, call),
    tell.fail(operation, call),
  ]);
  return [...commands, ...answers];
}

/** The order as a guard would see it that looked away. */
function seen(order: Order, payment: Partial<Order['payment']>): Order {
  return { ...order, payment: { ...order.payment, ...payment } };
}

/** The rules with one of them taken out, and what has to be found then. */
const holes: readonly (readonly [string, Decide, RegExp])[] = [
  [
    'the cap of refunds',
    (command, order) =>
      command.type === 'RefundPayment' && order !== undefined
        ? orderAggregate.decide(
            command,
            seen(order, { open: { ...order.payment.open, refund: order.payment.captured } }),
          )
        : orderAggregate.decide(command, order),
    /more than/,
  ],
  [
    'the rule that one call has to be over before the next',
    (command, order) => {
      const { calls } = order?.payment ?? {};
      if (command.type !== 'CapturePayment' || order === undefined || calls === undefined) {
        return orderAggregate.decide(command, order);
      }
      return orderAggregate.decide(
        command,
        seen(order, { calls: calls.map((call) => ({ ...call, status: 'approved' as const })) }),
      );
    },
    /I3 no cap and no rule of the order is broken/,
  ],
  [
    'that late money is given back',
    (command, order) => {
      const decision = orderAggregate.decide(command, order);
      if (!decision.ok || command.type !== 'RecordAnswer' || order?.status !== 'cancelled') return decision;
      return { ok: true, events: decision.events.filter(({ type }) => !type.endsWith('Requested')) };
    },
    /I3 no cap and no rule of the order is broken/,
  ],
  [
    'that goods which were handed over are earned when their money comes',
    (command, order) => {
      const { fulfilledAt: _, ...unfulfilled } = order ?? {};
      const forgets = command.type === 'RecordAnswer' && order?.status === 'paid';
      return orderAggregate.decide(command, forgets ? (unfulfilled as Order) : order);
    },
    /I6 2000/,
  ],
];

describe('every order that can be reached', () => {
  it(`within ${depth} commands keeps its rules and its books`, { timeout: 60_000 }, () => {
    const walked = walk(starts, commandsFor, { depth });

    process.stdout.write(`payment states to depth ${depth}: ${figuresOf(walked)}\n`);
    expect(walked.violations.slice(0, 3)).toEqual([]);
    expect(walked.states).toBeGreaterThan(10_000);
    const statuses = new Set([...walked.statuses].map((status) => status.split(' ')[1]));
    expect(paymentStatus.options.filter((status) => !statuses.has(status))).toEqual([]);
  });

  it.each(holes)('shows at once where somebody takes out %s', (what, decide, wrong) => {
    const { violations } = walk(starts, commandsFor, { depth, decide, stopAt: 1 });

    const [first] = violations;
    process.stdout.write(`without ${what}: ${first?.trail.join(', ')} → ${first?.broken.join(', ')}\n`);
    expect(first?.broken.join()).toMatch(wrong);
  });
});

function figuresOf({ states, decisions, transitions, refused, violations }: Walked): string {
  return `${states} states, ${transitions} transitions, ${violations.length} violations (${decisions} decisions, ${refused} refused)`;
}
