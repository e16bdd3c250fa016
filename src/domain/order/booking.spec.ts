import { describe, expect, it } from 'vitest';
import { ask, eur, given, was } from '../../../test/support/order-builders.ts';
import { tell } from '../../../test/support/order-calls.ts';
import { histories } from '../../../test/support/order-histories.ts';
import { book, externalGateway, postingsOf } from './booking.ts';
import type { OrderCommand } from './commands.ts';
import type { OrderEvent, Unbooked } from './decision.ts';
import type { Order } from './state.ts';

/** The entry of every event that has one, as `debit > credit amount`. */
function entries(history: readonly OrderEvent[], command: OrderCommand): Readonly<Record<string, string[]>> {
  const { decision } = given(...history).when(command);
  if (!decision.ok) throw new TypeError(`${command.type} is refused: ${decision.code}`);
  return Object.fromEntries(
    decision.events.flatMap(({ type, data }) =>
      'postings' in data
        ? [[type, data.postings.map(({ debit, credit, amount }) => `${debit} > ${credit} ${amount}`)]]
        : [],
    ),
  );
}

const at = (name: keyof typeof histories) => histories[name] as readonly OrderEvent[];
const refunding = at('paid through a provider, a refund under way');
const handedOver = [...at('paid through a provider'), was.fulfilled, was.completed()];

type Row = readonly [
  string,
  readonly OrderEvent[],
  OrderCommand,
  Readonly<Record<string, readonly string[]>>,
];

/** DOMAIN.md §5, row by row, on an order of 1.00 EUR. */
const rows: readonly Row[] = [
  ['a hold', at('placed'), ask.authorize(60), { PaymentAuthorized: ['9000 > 9100 60'] }],
  [
    'a hold of a provider',
    at('asked for'),
    tell.approve('authorize', 1),
    { PaymentAuthorized: ['9000 > 9100 100'] },
  ],
  ['a hold given back', at('held'), ask.void, { PaymentVoided: ['9100 > 9000 100'] }],
  [
    'a hold given back by a provider',
    at('held by a provider, being given back'),
    tell.approve('void', 2),
    { PaymentVoided: ['9100 > 9000 100'] },
  ],
  ['the rest of a hold', at('captured in part'), ask.void, { AuthorizationReleased: ['9100 > 9000 40'] }],
  [
    'a hold that has ended',
    at('held by a provider until a time'),
    tell.expire(),
    { AuthorizationExpired: ['9100 > 9000 100'] },
  ],
  [
    'a capture: the hold is used up, the money is with the provider and owed to the customer',
    at('held'),
    ask.capture(),
    { PaymentCaptured: ['9100 > 9000 100', '1100:external > 2000 100'] },
  ],
  [
    'a capture that is final: the rest of the hold is given back',
    at('held'),
    ask.captureFinally(60),
    {
      PaymentCaptured: ['9100 > 9000 60', '1100:external > 2000 60'],
      AuthorizationReleased: ['9100 > 9000 40'],
    },
  ],
  [
    'a capture of a provider that keeps a fee',
    at('held by a provider, its capture under way'),
    tell.approve('capture', 2, 100, { fee: eur(3) }),
    { PaymentCaptured: ['9100 > 9000 100', '1100:simulated > 2000 100', '5000 > 1100:simulated 3'] },
  ],
  [
    'a capture of a provider that keeps nothing',
    at('held by a provider, its capture under way'),
    tell.approve('capture', 2, 100, { fee: eur(0) }),
    { PaymentCaptured: ['9100 > 9000 100', '1100:simulated > 2000 100'] },
  ],
  [
    'revenue, where the goods come after the money',
    at('paid'),
    ask.fulfil,
    { OrderFulfilled: ['2000 > 4000 100'] },
  ],
  [
    'revenue of what was neither returned nor lost before',
    [...at('paid'), ...was.refunded(30), was.disputed(20), was.lost(20)],
    ask.fulfil,
    { OrderFulfilled: ['2000 > 4000 50'] },
  ],
  [
    'revenue of what is under dispute: the goods are with the customer',
    at('paid and disputed in part'),
    ask.fulfil,
    { OrderFulfilled: ['2000 > 4000 100'] },
  ],
  ['no revenue yet, where only a hold pays', at('paid by hold'), ask.fulfil, { OrderFulfilled: [] }],
  [
    'revenue of the part that is captured, where the rest is held',
    at('paid by hold, captured in part'),
    ask.fulfil,
    { OrderFulfilled: ['2000 > 4000 60'] },
  ],
  [
    'revenue, where the money comes after the goods',
    at('fulfilled on hold, captured in part'),
    ask.capture(),
    { PaymentCaptured: ['9100 > 9000 40', '1100:external > 2000 40', '2000 > 4000 40'] },
  ],
  [
    'revenue with a fee, where a provider captures after the goods',
    at('fulfilled on a provider’s hold'),
    tell.approve('capture', 2, 100, { fee: eur(3) }),
    {
      PaymentCaptured: [
        '9100 > 9000 100',
        '1100:simulated > 2000 100',
        '5000 > 1100:simulated 3',
        '2000 > 4000 100',
      ],
    },
  ],
  [
    'a refund before revenue',
    at('paid'),
    ask.refund(30),
    { RefundRequested: ['2000 > 2100 30'], RefundSettled: ['2100 > 1100:external 30'] },
  ],
  [
    'a refund after revenue',
    at('completed'),
    ask.refund(30),
    { RefundRequested: ['4900 > 2100 30'], RefundSettled: ['2100 > 1100:external 30'] },
  ],
  [
    'a refund that a provider is asked for',
    at('paid through a provider'),
    ask.refund(60),
    { RefundRequested: ['2000 > 2100 60'] },
  ],
  [
    'a refund that a provider is asked for after revenue',
    handedOver,
    ask.refund(60),
    { RefundRequested: ['4900 > 2100 60'] },
  ],
  [
    'a refund that a provider has paid out',
    refunding,
    tell.approve('refund', 3, 60),
    { RefundSettled: ['2100 > 1100:simulated 60'] },
  ],
  [
    'a refund that no provider could pay out: it is owed as credit',
    refunding,
    tell.decline('refund', 3),
    { RefundFailed: ['2100 > 2400 60'] },
  ],
  [
    'a chargeback with a fee',
    at('paid'),
    { ...ask.dispute(40), fee: eur(15) } as OrderCommand,
    { ChargebackOpened: ['1300 > 1100:external 40', '5100 > 1100:external 15'] },
  ],
  [
    'a chargeback without one, at a provider',
    at('paid through a provider'),
    ask.dispute(40),
    { ChargebackOpened: ['1300 > 1100:simulated 40'] },
  ],
  ['a chargeback won', at('paid and disputed'), ask.win(40), { ChargebackWon: ['1100:external > 1300 40'] }],
  [
    'a chargeback won after revenue',
    at('completed and disputed'),
    ask.win(),
    { ChargebackWon: ['1100:external > 1300 40'] },
  ],
  [
    'a chargeback lost before revenue: what was owed is gone',
    at('paid and disputed'),
    ask.lose(40),
    { ChargebackLost: ['2000 > 1300 40'] },
  ],
  [
    'a chargeback lost after revenue: a loss',
    at('completed and disputed'),
    ask.lose(),
    { ChargebackLost: ['5200 > 1300 40'] },
  ],
  [
    'money that was held after the order was cancelled',
    at('cancelled while given up'),
    tell.approve('authorize', 1),
    { PaymentAuthorized: ['9000 > 9100 100'] },
  ],
  [
    'money that was captured after the hold was thought given back: no hold is used up twice',
    at('cancelled for a declined capture'),
    tell.approve('capture', 2, 100, { fee: eur(3) }),
    {
      PaymentCaptured: ['1100:simulated > 2000 100', '5000 > 1100:simulated 3'],
      RefundRequested: ['2000 > 2100 100'],
    },
  ],
];

describe('what an event of money means for the books', () => {
  it.each(rows)('books %s', (_what, history, command, expected) => {
    expect(entries(history, command)).toEqual(expected);
  });

  it('has a row here for every event that is booked', () => {
    const rowed = new Set(rows.flatMap(([, , , expected]) => Object.keys(expected)));
    const order = given(...histories.held).state as Order;
    const types = new Set(Object.values(histories).flatMap((history) => history.map(({ type }) => type)));
    const booked = [...types].filter(
      (type) => postingsOf(order, { type, data: { amount: eur(0) } } as never) !== undefined,
    );
    expect(booked.toSorted()).toEqual([...rowed].toSorted());
  });

  it('leaves out what moves nothing', () => {
    const order = given(...histories.placed).state as Order;
    const noted = was.noted as Unbooked<OrderEvent>;
    expect(postingsOf(order, noted)).toBeUndefined();
    expect(book(order, noted)).toBe(noted);
    expect(postingsOf(order, { type: 'OrderFulfilled', data: {} })).toEqual([]);
  });

  it('calls the account of a provider that nobody asks external, and that of another by its name', () => {
    const captured = { type: 'PaymentCaptured', data: { capture: 1, amount: eur(100) } } as const;
    const debited = (history: readonly OrderEvent[]) =>
      postingsOf(given(...history).state as Order, captured)?.map(({ debit }) => debit);
    expect(debited(histories.held)).toContain(`1100:${externalGateway}`);
    expect(debited(at('held by a provider'))).toContain('1100:simulated');
    expect(debited(at('given back by a provider, held by another'))).toContain('1100:external');
  });
});
