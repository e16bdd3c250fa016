import type { Json } from '../../src/domain/kernel/canonical-json.ts';
import type { Seeded } from '../e2e/support/seeded.ts';
import { orderIdFor } from '../support/command-world.ts';

/** A command without who sends it and where to. */
export interface Wish {
  readonly operation: string;
  readonly body: Json;
}

/** An order of the script, with what is meant to happen to it. */
export interface ScriptedOrder {
  readonly id: string;
  readonly customer: string;
  readonly externalId: string;
  /** What its plan says next; once that is done, anything. */
  next(): Wish;
  any(): Wish;
}

/** How an order is placed. */
export interface Placing {
  readonly order: ScriptedOrder;
  readonly subject: string;
  readonly isOperator: boolean;
  readonly body: Json;
}

const currencies = ['EUR', 'USD', 'JPY', 'KWD'] as const;
const customersMax = 30;
const tok = { method: { token: 'tok_visa' } };

/** One in twenty cannot be placed: its total is too large, or it is not well-formed. */
export function placing(draws: Seeded, key: string, number: number): Placing {
  const customer = `customer-${draws.below(customersMax)}`;
  const isOperator = draws.below(3) === 0;
  const subject = isOperator ? 'operator-1' : customer;
  const externalId = `web/${number % 97}`;
  const order: ScriptedOrder = {
    id: orderIdFor(key.replaceAll('"', ''), subject),
    customer,
    externalId,
    ...planFor(draws),
  };
  const body = {
    currency: draws.pick(currencies),
    lines: linesOf(draws),
    externalId,
    ...(isOperator && { customerId: customer }),
    ...(draws.below(3) === 0 && { note: `ring ${1 + draws.below(3)} times, Zoë 🔑` }),
    ...(draws.below(40) === 0 && { unknown: true }),
  };
  return { order, subject, isOperator, body };
}

function planFor(draws: Seeded): Pick<ScriptedOrder, 'next' | 'any'> {
  const amount = () => 1 + draws.below(3_000);
  const kinds = {
    lines: () => ({ operation: 'amendLines', body: { lines: linesOf(draws) } }),
    note: () => ({ operation: 'addNote', body: { note: `note ${draws.below(1_000)} — ß` } }),
    cancel: () => ({ operation: 'cancelOrder', body: { reason: 'changed mind' } }),
    fulfil: () => ({ operation: 'fulfilOrder', body: {} }),
    hold: () => ({ operation: 'authorizePayment', body: tok }),
    holdPart: () => ({ operation: 'authorizePayment', body: { amount: amount(), ...tok } }),
    capture: () => ({ operation: 'capturePayment', body: {} }),
    capturePart: () => ({
      operation: 'capturePayment',
      body: { amount: amount(), final: draws.below(4) === 0 },
    }),
    void: () => ({ operation: 'voidPayment', body: {} }),
    refund: () => ({ operation: 'refundPayment', body: { reason: 'broken' } }),
    refundPart: () => ({ operation: 'refundPayment', body: { amount: amount(), reason: 'late' } }),
    dispute: () => ({ operation: 'chargebackPayment', body: { amount: amount(), action: 'open' } }),
    resolve: () => ({
      operation: 'chargebackPayment',
      body: { amount: amount(), action: draws.pick(['won', 'lost']) },
    }),
  } as const satisfies Record<string, () => Wish>;
  type Kind = keyof typeof kinds;
  const plans: readonly (readonly Kind[])[] = [
    ['hold', 'capture', 'fulfil', 'refundPart', 'dispute', 'resolve', 'resolve'],
    ['lines', 'holdPart', 'void', 'hold', 'capturePart', 'capture', 'fulfil'],
    ['note', 'hold', 'capture', 'refund'],
    [
      'holdPart',
      'holdPart',
      'hold',
      'capturePart',
      'capturePart',
      'capture',
      'dispute',
      'refundPart',
      'fulfil',
    ],
    ['note', 'cancel'],
    ['hold', 'cancel'],
  ];
  const plan = [...draws.pick(plans)];
  const all = Object.keys(kinds) as Kind[];
  const any = () => kinds[draws.pick(all)]();
  return {
    any,
    next: () => {
      const planned = plan.shift();
      return planned === undefined ? any() : kinds[planned]();
    },
  };
}

function linesOf(draws: Seeded): Json {
  const isTooMuch = draws.below(40) === 0;
  return Array.from({ length: 1 + draws.below(3) }, (_, index) => ({
    sku: `sku-${draws.below(50)}`,
    label: draws.pick(['Green tea', 'Teekännchen', '茶']),
    quantity: isTooMuch ? 1_000_000 : 1 + draws.below(9),
    unitPrice: isTooMuch ? 10 ** 12 : draws.below(5_000),
    ...(index === 1 ? { kind: 'recurring', frequency: 'monthly' } : { kind: 'single' }),
    ...(draws.below(5) === 0 && { priority: draws.pick(['low', 'high', 'max']), meta: { gift: true } }),
  }));
}
