import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { refusalsChangeNothing, sixInvariants } from '../../../test/support/order-books.ts';
import { ask, eur, usd } from '../../../test/support/order-builders.ts';
import { expiresAt, tell } from '../../../test/support/order-calls.ts';
import { type Decide, placedBy, play, type Standing } from '../../../test/support/order-play.ts';
import { amountMax } from '../kernel/money.ts';
import { orderAggregate } from './aggregate.ts';
import type { AmountInput, OrderCommand } from './commands.ts';
import { paymentStatus } from './payment.ts';
import { orderStatus, paidWhen } from './state.ts';

/** Sequences of one run; `PAYMENT_STORIES` asks for more. */
const storiesMin = Number(process.env['PAYMENT_STORIES'] ?? 20_000);

/** A command as it comes, or something a provider says of the call that is so many calls back from the last. */
type Step =
  | { readonly does: 'command'; readonly command: OrderCommand }
  | {
      readonly does: 'answer';
      readonly back: number;
      readonly says: 'approved' | 'something else approved' | 'declined' | 'failed';
      readonly fee: number;
      readonly expires: boolean;
    }
  /** Says once more what was said so many answers ago. */
  | { readonly does: 'repeat'; readonly back: number };

const price = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 4 }) },
  { weight: 2, arbitrary: fc.constantFrom(0, amountMax - 1, amountMax) },
);
const amount: fc.Arbitrary<AmountInput | undefined> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(undefined) },
  { weight: 4, arbitrary: fc.integer({ min: 0, max: 4 }) },
  { weight: 1, arbitrary: fc.constantFrom(eur(1), usd(1), amountMax) },
);
const command: fc.Arbitrary<OrderCommand> = fc.oneof(
  { weight: 4, arbitrary: amount.map(tell.authorize) },
  { weight: 2, arbitrary: amount.map(ask.authorize) },
  { weight: 4, arbitrary: amount.map(ask.capture) },
  { weight: 2, arbitrary: amount.map(ask.captureFinally) },
  { weight: 4, arbitrary: amount.map(ask.refund) },
  {
    weight: 2,
    arbitrary: fc.tuple(amount, fc.nat(2)).map(([all, fee]) => ({ ...ask.dispute(all), fee: eur(fee) })),
  },
  { weight: 2, arbitrary: amount.map(ask.win) },
  { weight: 2, arbitrary: amount.map(ask.lose) },
  { weight: 1, arbitrary: price.map(ask.amend) },
  { weight: 3, arbitrary: fc.constantFrom<OrderCommand>(ask.fulfil, ask.void) },
  { weight: 3, arbitrary: fc.constantFrom<OrderCommand>(ask.cancel, tell.retry, tell.expiredEarly) },
  { weight: 1, arbitrary: fc.constantFrom(expiresAt, '2026-01-12T08:59:59.999Z' as never).map(tell.expire) },
);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 9, arbitrary: command.map((each) => ({ does: 'command' as const, command: each })) },
  {
    weight: 9,
    arbitrary: fc.record({
      does: fc.constant('answer' as const),
      back: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(3) }),
      says: fc.oneof(
        { weight: 6, arbitrary: fc.constant('approved' as const) },
        { weight: 3, arbitrary: fc.constant('declined' as const) },
        { weight: 2, arbitrary: fc.constant('failed' as const) },
        { weight: 1, arbitrary: fc.constant('something else approved' as const) },
      ),
      fee: fc.nat(2),
      expires: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ does: fc.constant('repeat' as const), back: fc.nat(4) }) },
);
const story = fc.record({
  place: fc.tuple(price, fc.constantFrom(...paidWhen.options), fc.constantFrom('never', 'at once', 'later')),
  steps: fc.array(step, { minLength: 4, maxLength: 30, size: 'max' }),
});
type Story = typeof story extends fc.Arbitrary<infer Each> ? Each : never;

function placed({ place: [total, policy, captures] }: Story): Standing {
  const paying = { paidWhen: policy, captures: captures === 'at once' };
  return placedBy(captures === 'never' ? ask.place(total, paying) : tell.place(total, paying));
}

/** What the step says in this state; `undefined` where it is about a call or an answer that there is not. */
function said(each: Step, { order }: Standing, before: readonly OrderCommand[]): OrderCommand | undefined {
  if (each.does === 'command') return each.command;
  if (each.does === 'repeat') return before.at(-1 - each.back);
  const call = order.payment.calls?.at(-1 - each.back);
  if (call === undefined) return undefined;
  const { operation, call: number, amount: asked } = call;
  switch (each.says) {
    case 'declined':
      return tell.decline(operation, number);
    case 'failed':
      return tell.fail(operation, number);
    case 'something else approved':
      return tell.approve(operation, number, asked.amount > 1 ? eur(asked.amount - 1) : usd(asked.amount));
    case 'approved':
      return tell.approve(operation, number, asked, {
        fee: eur(each.fee),
        ...(each.expires && { expiresAt }),
      });
  }
}

/** Plays the story to its end; `seen` hears of every step. Answers the first invariants that are broken. */
function broken(
  told: Story,
  seen: (outcome: string, now: Standing) => void,
  decide?: Decide,
): readonly string[] {
  const answers: OrderCommand[] = [];
  let standing = placed(told);
  for (const each of told.steps) {
    const asked = said(each, standing, answers);
    if (asked === undefined) continue;
    if (each.does === 'answer') answers.push(asked);
    const step = play(standing, asked, decide);
    if (step.broken.length > 0) return [`${JSON.stringify(asked)} breaks`, ...step.broken];
    standing = step.standing;
    seen(step.outcome, standing);
  }
  return [];
}

describe('whatever callers ask and a provider says, early, late, twice or never', () => {
  it('the six invariants are these', () => {
    expect(sixInvariants).toEqual([
      'I1 every entry balances in its currency, and so do all of them together',
      'I3 no cap and no rule of the order is broken',
      'I4 9000 is what is held, 9100 its mirror',
      'I5 1100 is captured − refunded − disputed − charged back − fees',
      'I6 2000 is what is not earned yet, and nothing once it is over; 2100, 2400 and 1300 are what is owed',
      'a refused command leaves the order as it was, byte by byte',
    ]);
  });

  it('all six hold after every step, and the stories reach all there is to reach', {
    timeout: 120_000,
  }, () => {
    const recorded = new Set<string>();
    const refused = new Set<string>();
    const statuses = new Set<string>();
    let [stories, steps] = [0, 0];
    fc.assert(
      fc.property(story, (told) => {
        stories++;
        const wrong = broken(told, (outcome, { order }) => {
          steps++;
          for (const type of outcome.split(' + '))
            (type in orderAggregate.events ? recorded : refused).add(type);
          statuses.add(order.status).add(order.payment.status);
        });
        expect(wrong).toEqual([]);
      }),
      { numRuns: storiesMin },
    );
    process.stdout.write(
      `payment stories: ${stories} sequences, ${steps} steps, ${sixInvariants.length} invariants\n`,
    );
    expect(stories).toBeGreaterThanOrEqual(storiesMin);
    const every = [...orderStatus.options, ...paymentStatus.options];
    expect(every.filter((status) => !statuses.has(status))).toEqual([]);
    const apart = ['OrderPlaced', 'OrderNoteAdded', 'CommandRefused'];
    const unheard = Object.keys(orderAggregate.events).filter((type) => !recorded.has(type));
    expect(unheard.toSorted()).toEqual(apart.toSorted());
    expect([...refused]).toContain('nothing');
  });

  it.each<readonly [string, Decide, string]>([
    [
      'a refusal that writes into the order',
      (command, order) => {
        const decision = orderAggregate.decide(command, order);
        if (!decision.ok && order !== undefined) Object.assign(order, { cancelReason: decision.code });
        return decision;
      },
      refusalsChangeNothing,
    ],
    [
      'a capture that is not booked',
      (command, order) => {
        const decision = orderAggregate.decide(command, order);
        if (!decision.ok) return decision;
        const events = decision.events.map((event) =>
          event.type === 'PaymentCaptured' ? { ...event, data: { ...event.data, postings: [] } } : event,
        );
        return { ok: true, events };
      },
      'I5 1100',
    ],
  ])('finds %s', (_what, decide, name) => {
    const check = fc.check(
      fc.property(story, (told) => broken(told, () => undefined, decide).length === 0),
      { numRuns: 2_000, seed: 7 },
    );
    expect(check.failed).toBe(true);
    const [smallest] = check.counterexample ?? [];
    expect(smallest && broken(smallest, () => undefined, decide).join()).toContain(name);
  });
});
