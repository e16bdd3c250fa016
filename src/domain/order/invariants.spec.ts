import { describe, expect, it } from 'vitest';
import { eur, given, linesOf, usd } from '../../../test/support/order-builders.ts';
import { histories } from '../../../test/support/order-histories.ts';
import type { Call } from './calls.ts';
import { brokenInvariants, invariantNames } from './invariants.ts';
import type { Payment } from './payment.ts';
import type { Order } from './state.ts';

function order(history: keyof typeof histories): Order {
  const { state } = given(...histories[history]);
  if (state === undefined) throw new TypeError(`${history} is no order`);
  return state;
}

function withPayment(history: keyof typeof histories, broken: Partial<Payment>): Order {
  const whole = order(history);
  return { ...whole, payment: { ...whole.payment, ...broken } };
}

function callOf(history: keyof typeof histories, changed: Partial<Call>): Call {
  const [call] = order(history).payment.calls ?? [];
  if (call === undefined) throw new TypeError(`${history} has no call`);
  return { ...call, ...changed };
}

function without(history: keyof typeof histories, name: keyof Order): Order {
  const { [name]: _, ...rest } = order(history);
  return rest as Order;
}

const open = (payment: Partial<Payment['open']>) => ({
  open: { authorize: eur(0), capture: eur(0), refund: eur(0), ...payment },
});
const at = order('placed').placedAt;

const covered = 'I7 a paid order is covered';
const oneCurrency = 'every amount is in the order’s currency';
const times = 'status and times agree';
const noHold = 'I4 a cancelled order holds no money that its provider was not told to give back';
const oneCall = 'I11 at most one call is open, and it is the last';
const waits = 'an order that is being cancelled waits for its provider';

/** Orders broken by hand, each in one way, with every invariant that this breaks. */
const broken: readonly (readonly [string, Order, readonly string[]])[] = [
  [
    'captured more than was authorized',
    withPayment('held', { captured: eur(101), ...open({ capture: eur(-1) }) }),
    ['I3 0 ≤ captured ≤ authorized', oneCurrency],
  ],
  [
    'captured less than nothing',
    withPayment('placed', { captured: eur(-1), ...open({ capture: eur(1) }) }),
    ['I3 0 ≤ captured ≤ authorized', 'I3 returned and disputed ≤ captured', oneCurrency],
  ],
  [
    'refunded more than was captured',
    withPayment('paid', { refunded: eur(101) }),
    ['I3 returned and disputed ≤ captured'],
  ],
  [
    'is refunding, crediting and disputing one cent more than was captured',
    withPayment('paid', { refunding: eur(49), credited: eur(1), disputed: eur(30), chargedBack: eur(21) }),
    ['I3 returned and disputed ≤ captured'],
  ],
  [
    'lost a cent of a hold',
    withPayment('held', open({ capture: eur(99) })),
    ['I3 captured + given back + held = authorized'],
  ],
  [
    'gave back a hold twice',
    withPayment('voided', { voided: eur(200) }),
    ['I3 captured + given back + held = authorized'],
  ],
  [
    'holds more than it costs',
    withPayment('held', { authorized: eur(101), ...open({ capture: eur(101) }) }),
    ['I3 captured + held ≤ payable'],
  ],
  [
    'costs something else than its lines',
    { ...order('placed'), lines: linesOf(99) },
    ['I7 total = Σ quantity × price'],
  ],
  [
    'asks for something else than it costs',
    withPayment('placed', { payable: eur(101) }),
    ['I7 total = Σ quantity × price'],
  ],
  ['is paid with nothing', { ...order('placed'), status: 'paid', paidAt: at }, [covered]],
  [
    'is paid with a hold where only a capture pays',
    { ...order('held'), status: 'paid', paidAt: at },
    [covered],
  ],
  ['is completed a cent short', withPayment('completed', { captured: eur(99), voided: eur(1) }), [covered]],
  [
    'is cancelled and keeps money',
    { ...order('paid'), status: 'cancelled', cancelledAt: at },
    ['I9 a cancelled order keeps no money'],
  ],
  [
    'is cancelled and keeps what the customer was credited with',
    { ...withPayment('paid', { credited: eur(99) }), status: 'cancelled', cancelledAt: at },
    ['I9 a cancelled order keeps no money'],
  ],
  ['is cancelled and holds money', { ...order('held'), status: 'cancelled', cancelledAt: at }, [noHold]],
  [
    'is cancelled and holds money that its provider was never told of again',
    { ...order('held by a provider'), status: 'cancelled', cancelledAt: at },
    [noHold],
  ],
  [
    'has two calls open',
    withPayment('asked for', { calls: [callOf('asked for', {}), callOf('asked for', { call: 2 })] }),
    [oneCall],
  ],
  [
    'has given up a call and asked for another',
    withPayment('asked for', {
      calls: [
        callOf('asked for', { status: 'parked' }),
        callOf('asked for', { call: 2, status: 'approved' }),
      ],
    }),
    [oneCall],
  ],
  ['has lost a call', withPayment('asked for', { calls: [callOf('asked for', { call: 2 })] }), [oneCall]],
  ['is being cancelled and nobody was asked', { ...order('held'), phase: 'cancelling' }, [waits]],
  [
    'is being cancelled after everything was given back',
    { ...order('given back by a provider'), phase: 'cancelling' },
    [waits],
  ],
  [
    'is being cancelled after a capture was declined and nothing else was asked',
    { ...order('held by a provider, its capture declined'), phase: 'cancelling' },
    [waits],
  ],
  ['has a credit in another currency', withPayment('paid', { credited: usd(0) }), [oneCurrency]],
  ['has an amount in another currency', withPayment('paid', { refunded: usd(0) }), [oneCurrency]],
  ['has an open amount in another currency', withPayment('placed', open({ refund: usd(0) })), [oneCurrency]],
  ['has half a cent', withPayment('placed', open({ authorize: eur(0.5) })), [oneCurrency]],
  ['has an amount below zero', withPayment('placed', open({ refund: eur(-1) })), [oneCurrency]],
  ['has an amount beyond counting', withPayment('placed', open({ authorize: eur(2 ** 53) })), [oneCurrency]],
  ['is cancelled and nobody knows when', without('cancelled', 'cancelledAt'), [times]],
  ['was cancelled and is pending', { ...order('placed'), cancelledAt: at }, [times]],
  ['is completed and nobody knows when', without('completed', 'completedAt'), [times]],
  ['was completed and is paid', { ...order('paid'), fulfilledAt: at, completedAt: at }, [times]],
  ['is paid and nobody knows when', without('paid', 'paidAt'), [times]],
  ['is completed and was never fulfilled', without('completed', 'fulfilledAt'), [times]],
];

describe('the invariants of an order', () => {
  it.each(Object.entries(histories))('hold for an order that is %s', (_name, events) => {
    const { state } = given(...events);
    expect(state === undefined ? [] : brokenInvariants(state)).toEqual([]);
  });

  it.each(broken)('find an order that %s', (_what, damaged, names) => {
    expect(brokenInvariants(damaged)).toEqual(names);
  });

  it('are each broken by one of these orders', () => {
    const found = new Set(broken.flatMap(([, , names]) => names));
    expect([...found].sort()).toEqual(invariantNames.toSorted());
  });
});
